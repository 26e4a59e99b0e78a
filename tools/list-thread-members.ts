import * as z from 'zod';
import { defined } from '../src/base/defined.ts';
import { unwrapCursor, wrapCursor } from '../src/lists/cursor.ts';
import { positionAfter, type Walk, walk } from '../src/lists/walk.ts';
import { failureNote, type ListStopped, listStopped } from '../src/present/list-result.ts';
import { shownId, word } from '../src/present/thread-facts.ts';
import { withinBudget } from '../src/present/token-budget.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { listArguments, maxScan, threadId } from './support/parameters.ts';

const output = z.object({
  summary: z.string(),
  members: z.array(z.string()),
  scanned: z.int().describe('How many members were counted'),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
  stopped: listStopped,
});

type Result = z.input<typeof output>;

export const listThreadMembers = defineTool({
  name: 'list_thread_members',
  title: "List a thread's members",
  description:
    'Lists the user ids of the members of a thread, oldest member first. With max_scan it also counts on, over as many pages as it takes, up to so many members.',
  kind: 'read',
  input: z.strictObject({
    thread_id: threadId,
    limit: listArguments.limit.describe('How many members'),
    cursor: listArguments.cursor,
    max_scan: maxScan,
  }),
  output,
  async handle({ thread_id, limit, cursor, max_scan }, { app, threads, clock, signal, progress }): Promise<Result> {
    const list = { tool: 'list_thread_members', app: app.name, scope: { thread_id }, sort: 'asc' as const };
    const found = await walk({
      async fetch(query, bounded) {
        const { items, ...page } = await threads.listMembers(thread_id, query, bounded);
        return { ...page, items: items.map((id) => ({ id })) };
      },
      start: cursor === undefined ? {} : unwrapCursor(list, cursor),
      shortPageEnds: false,
      limit,
      maxScan: max_scan,
      onPage: (scanned) => max_scan !== undefined && progress(scanned, undefined, `Counted ${scanned} members`),
      clock,
      signal,
    });
    const members = found.items.map(({ id }) => shownId(id));
    return withinBudget(
      members.length,
      (kept) => {
        const next = positionAfter(found, kept);
        const stopped: ListStopped = kept < members.length ? 'budget' : found.stopped;
        return defined({
          summary: summaryOf(thread_id, kept, found, stopped, next !== undefined, cursor === undefined),
          members: members.slice(0, kept),
          scanned: found.scanned,
          has_more: next !== undefined,
          next_cursor: next && wrapCursor(list, next),
          stopped,
        });
      },
      textOf,
    );
  },
  text: textOf,
});

function textOf({ summary, members, next_cursor }: Result): string {
  return [
    summary,
    ...(members.length > 0 ? [members.map(word).join(' ')] : []),
    ...(next_cursor === undefined ? [] : [`next_cursor: ${next_cursor}`]),
  ].join('\n');
}

function summaryOf(
  threadId: string,
  shown: number,
  { scanned, failure }: Walk<unknown>,
  stopped: ListStopped,
  more: boolean,
  fromStart: boolean,
): string {
  const others = 'there may be others';
  const whole =
    shown === scanned ? 'these are all members, there is no other' : 'all members were counted, there is no other';
  const ends: Partial<Record<ListStopped, string>> = {
    end: fromStart ? whole : 'apart from the pages before this cursor there is no other',
    deadline: `the time was up, ${others}`,
    budget: `the ids that did not fit here follow at next_cursor, and ${others}`,
    cursor_repeated: 'the service repeated its cursor, so it is not known whether there are others',
  };
  return [
    `Members of thread ${threadId}: ${scanned > shown ? `${scanned} counted, ` : ''}${shown} shown.`,
    ...failureNote(failure),
    ...(more ? ['More: repeat with cursor = next_cursor.'] : []),
    `Looked at ${scanned}, stopped: ${stopped}; ${ends[stopped] ?? others}.`,
  ].join(' ');
}
