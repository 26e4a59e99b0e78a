import type * as z from 'zod';
import { unwrapCursor, wrapCursor } from '../src/agora/cursor.ts';
import type { Page, PageQuery, Thread } from '../src/agora/threads.ts';
import { readPage } from '../src/agora/walk.ts';
import { type ListFacts, type ListResult, listOf } from '../src/present/list.ts';
import type { ToolContext } from '../src/tool.ts';
import type { listArguments } from './arguments.ts';

type ListArguments = z.output<z.ZodObject<typeof listArguments>>;

export interface ThreadList {
  readonly tool: string;
  /** Whose list it is: the arguments a cursor is bound to. */
  readonly scope: Readonly<Record<string, string>>;
  readonly subject: string;
  /** Is a short page documented to be the last? */
  readonly shortPageEnds: boolean;
  readonly fetch: (query: PageQuery) => Promise<Page<Thread>>;
  /** What only this list has to say about the threads it shows. */
  readonly notes?: (threads: readonly Thread[]) => readonly string[];
}

/** Reads one page of a list, remembers what it shows, and makes the result. All three list tools end here. */
export async function listThreads(
  { tool, scope, subject, shortPageEnds, fetch, notes }: ThreadList,
  { limit, cursor, sort, detail }: ListArguments,
  { seen, clock }: ToolContext,
): Promise<ListResult> {
  const belongs = { tool, scope, sort };
  const start = cursor === undefined ? {} : unwrapCursor(belongs, cursor);
  const page = await readPage((query) => fetch({ ...query, sort }), {
    limit,
    ...(start.cursor === undefined ? {} : { cursor: start.cursor }),
    shortPageEnds,
  });
  seen.remember(page.items, clock.now());
  // The app list gives ids alone: what other lists have shown of a thread fills its row.
  const threads = page.items.map((thread) =>
    thread.name === undefined ? (seen.recall(thread.id)?.thread ?? thread) : thread,
  );
  const facts: ListFacts = {
    tool,
    subject,
    threads,
    detail,
    stopped: page.stopped,
    nextCursor: page.next === undefined ? undefined : wrapCursor(belongs, { cursor: page.next }),
    fromStart: cursor === undefined,
    notes: notes?.(threads) ?? [],
  };
  return listOf(facts);
}
