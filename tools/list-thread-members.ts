import * as z from 'zod';
import type { AgoraError } from '../src/agora/errors.ts';
import { unwrapCursor, wrapCursor } from '../src/lists/cursor.ts';
import { STOPPED, type Stopped, walk } from '../src/lists/walk.ts';
import { failureNote } from '../src/present/list-result.ts';
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
  stopped: z.enum(STOPPED),
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
    const belongs = { tool: 'list_thread_members', app: app.name, scope: { thread_id }, sort: 'asc' as const };
    const start = cursor === undefined ? {} : unwrapCursor(belongs, cursor);
    const found = await walk<string>({
      fetch: (query, bounded) => threads.listMembers(thread_id, query, bounded),
      start,
      shortPageEnds: false,
      idOf: (member) => member,
      limit,
      maxScan: max_scan,
      onPage: (scanned) => max_scan !== undefined && progress(scanned, undefined, `Counted ${scanned} members`),
      clock,
      signal,
    });
    const ids = found.items.map(shownId);
    return withinBudget(
      ids.length,
      (kept) => {
        const cut = kept < ids.length;
        const next = (cut ? found.after[kept - 1] : found.scanned > ids.length ? found.after.at(-1) : found.next)?.();
        const stopped = cut ? 'budget' : found.stopped;
        const about = { ...found, thread_id, shown: kept, stopped, more: next !== undefined };
        return {
          summary: summaryOf(about, cursor === undefined),
          members: ids.slice(0, kept),
          scanned: found.scanned,
          has_more: next !== undefined,
          ...(next === undefined ? {} : { next_cursor: wrapCursor(belongs, next) }),
          stopped,
        };
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

interface Found {
  readonly thread_id: string;
  readonly shown: number;
  readonly scanned: number;
  readonly stopped: Stopped;
  readonly failure?: AgoraError;
  readonly more: boolean;
}

function summaryOf({ thread_id, shown, scanned, stopped, failure, more }: Found, fromStart: boolean): string {
  const others = 'there may be others';
  const whole =
    shown === scanned ? 'these are all members, there is no other' : 'all members were counted, there is no other';
  const ends: Partial<Record<Stopped, string>> = {
    end: fromStart ? whole : 'apart from the pages before this cursor there is no other',
    deadline: `the time was up, ${others}`,
    budget: `the ids that did not fit here follow at next_cursor, and ${others}`,
    cursor_repeated: 'the service repeated its cursor, so it is not known whether there are others',
  };
  return [
    `Members of thread ${thread_id}: ${scanned > shown ? `${scanned} counted, ` : ''}${shown} shown.`,
    ...failureNote(failure),
    ...(more ? ['More: repeat with cursor = next_cursor.'] : []),
    `Looked at ${scanned}, stopped: ${stopped}; ${ends[stopped] ?? others}.`,
  ].join(' ');
}
