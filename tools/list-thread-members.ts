import * as z from 'zod';
import { defined } from '../src/base/defined.ts';
import { joined } from '../src/base/wording.ts';
import { unwrapCursor } from '../src/lists/cursor.ts';
import { walk } from '../src/lists/walk.ts';
import { listStopped } from '../src/present/list-result.ts';
import { listSummary, reachOf } from '../src/present/list-summary.ts';
import { shownId, word } from '../src/present/thread-facts.ts';
import { withinBudget } from '../src/present/token-budget.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { listArguments, maxScan, showsOrCounts, threadId } from './support/parameters.ts';

const output = z.object({
  summary: z.string(),
  members: z.array(z.string()),
  scanned: z.int().describe('How many members were counted'),
  total: z.int().optional().describe('Members in all; only where the whole list was read'),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
  stopped: listStopped,
});

type Result = z.input<typeof output>;

export const listThreadMembers = defineTool({
  name: 'list_thread_members',
  title: "List a thread's members",
  description:
    'Lists the members of an Agora Chat thread by user id, oldest member first. With max_scan it keeps paging until that many members have been counted. When they joined is not known.',
  kind: 'read',
  input: z
    .strictObject({
      thread_id: threadId,
      limit: listArguments.limit,
      cursor: listArguments.cursor,
      max_scan: maxScan.describe('Keep paging until this many have been counted (at most 100000)'),
    })
    .refine(...showsOrCounts),
  output,
  async handle({ thread_id, limit, cursor, max_scan }, { app, threads, clock, signal, progress }): Promise<Result> {
    const list = { tool: 'list_thread_members', app, scope: { thread_id }, sort: 'asc' as const };
    const found = await walk({
      async fetch(query, bounded) {
        const { items, ...page } = await threads.listMembers(thread_id, query, bounded);
        return { ...page, items: items.map((id) => ({ id })) };
      },
      start: unwrapCursor(list, cursor),
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
        const fromStart = cursor === undefined;
        const reach = reachOf(list, found, kept, fromStart);
        const words = { subject: `Members of thread ${thread_id}`, one: 'member', shown: kept, fromStart } as const;
        return defined({
          summary: listSummary({ ...words, now: clock.now() }, found, reach),
          members: members.slice(0, kept),
          ...reach,
        });
      },
      textOf,
    );
  },
  text: textOf,
});

function textOf({ summary, members, next_cursor }: Result): string {
  return joined('\n', summary, members.map(word).join(' '), next_cursor && `next_cursor: ${next_cursor}`);
}
