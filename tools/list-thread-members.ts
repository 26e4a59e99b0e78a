import * as z from 'zod';
import { unwrapCursor, wrapCursor } from '../src/agora/cursor.ts';
import { countOn, readPage } from '../src/agora/walk.ts';
import { shownId, word } from '../src/present/thread.ts';
import { defineTool } from '../src/tool.ts';
import { listArguments, maxScan, threadId } from './arguments.ts';

const output = z.object({
  summary: z.string(),
  members: z.array(z.string()),
  scanned: z.int().describe('How many members were counted'),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
  stopped: z.enum(['page', 'end', 'max_scan', 'deadline', 'cursor_repeated']),
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
  async handle({ thread_id, limit, cursor, max_scan }, { threads, clock, signal, progress }): Promise<Result> {
    const belongs = { tool: 'list_thread_members', scope: { thread_id }, sort: 'asc' as const };
    const start = cursor === undefined ? {} : unwrapCursor(belongs, cursor);
    const fetch = (query: { limit: number; cursor?: string }) => threads.listMembers(thread_id, query, signal);
    const page = await readPage(fetch, { limit, ...start, shortPageEnds: false });
    const rest =
      max_scan === undefined || page.next === undefined
        ? { count: 0, stopped: page.stopped }
        : await countOn(fetch, page.next, max_scan - page.items.length, clock, (counted) =>
            progress(page.items.length + counted, undefined, 'Counting members'),
          );
    const scanned = page.items.length + rest.count;
    return {
      summary: summaryOf(
        thread_id,
        page.items.length,
        scanned,
        rest.stopped,
        page.next !== undefined,
        cursor === undefined,
      ),
      members: page.items.map(shownId),
      scanned,
      has_more: page.next !== undefined,
      ...(page.next === undefined ? {} : { next_cursor: wrapCursor(belongs, { cursor: page.next }) }),
      stopped: rest.stopped,
    };
  },
  text: ({ summary, members, next_cursor }) =>
    [
      summary,
      ...(members.length > 0 ? [members.map(word).join(' ')] : []),
      ...(next_cursor === undefined ? [] : [`next_cursor: ${next_cursor}`]),
    ].join('\n'),
});

function summaryOf(
  threadId: string,
  shown: number,
  scanned: number,
  stopped: Result['stopped'],
  more: boolean,
  fromStart: boolean,
): string {
  const ends: Record<Result['stopped'], string> = {
    end: fromStart
      ? 'these are all members, there is no other'
      : 'apart from the pages before this cursor there is no other',
    page: 'there may be others, so absence is not shown',
    max_scan: 'there may be others, so absence is not shown',
    deadline: 'the time was up, and there may be others, so absence is not shown',
    cursor_repeated: 'the service repeated its cursor, so it is not known whether there are others',
  };
  return [
    `Members of thread ${threadId}: ${scanned > shown ? `${scanned} counted, ` : ''}${shown} shown.`,
    ...(more ? ['For more, call list_thread_members again with the same arguments and cursor = next_cursor.'] : []),
    `Looked at ${scanned}, stopped: ${stopped}; ${ends[stopped]}.`,
  ].join(' ');
}
