import type * as z from 'zod';
import type { Page, Thread } from '../../src/agora/thread.ts';
import type { PageQuery } from '../../src/agora/threads.ts';
import { inQuotes } from '../../src/base/escape.ts';
import { type CursorScope, type Position, unwrapCursor, wrapCursor } from '../../src/lists/cursor.ts';
import { type Filter, matcher } from '../../src/lists/filter.ts';
import { walk } from '../../src/lists/walk.ts';
import { type ListResult, listOf } from '../../src/present/list-result.ts';
import { shownId, shownName, word } from '../../src/present/thread-facts.ts';
import { utcTime } from '../../src/present/time.ts';
import { createTally } from '../../src/present/totals.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';
import { type filterArguments, instantOf, type listArguments } from './parameters.ts';

type ListArguments = z.output<z.ZodObject<typeof listArguments>>;
type FilterArguments = Partial<z.output<z.ZodObject<typeof filterArguments>>>;

export interface ThreadList {
  readonly tool: string;
  /** Whose list it is: the arguments a cursor is bound to. */
  readonly scope: Readonly<Record<string, string>>;
  readonly subject: string;
  /** Is a short page documented to be the last? */
  readonly shortPageEnds: boolean;
  readonly fetch: (query: PageQuery, signal: AbortSignal) => Promise<Page<Thread>>;
  /** What only this list has to say about the threads it shows. */
  readonly notes?: (threads: readonly Thread[]) => readonly string[];
}

/** With a filter and no `max_scan` a walk looks at so many threads. */
const USUAL_SCAN = 1_000;

/** ReadApi a page of a list, or walks it, and makes the result. All lists of threads end here. */
export async function listThreads(
  { tool, scope, subject, shortPageEnds, fetch, notes }: ThreadList,
  { limit, cursor, sort, detail, max_scan, ...narrow }: ListArguments & FilterArguments,
  { app, seen, clock, signal, progress }: ToolContext,
): Promise<ListResult> {
  const filters = Object.fromEntries(
    Object.entries(narrow).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const filtered = Object.keys(filters).length > 0;
  const belongs: CursorScope = { tool, app: app.name, scope, sort, filters };
  const cursorFor = (position: Position | undefined) =>
    position === undefined ? undefined : wrapCursor(belongs, position);
  const tally = createTally();
  const maxScan = max_scan ?? (filtered ? USUAL_SCAN : undefined);

  const judge = matcher(filterOf(narrow));
  let unjudged = 0;
  const keep = (thread: Thread): boolean => {
    const fits = judge(thread);
    if (fits === undefined) unjudged += 1;
    return fits === true;
  };

  const found = await walk<Thread>({
    fetch: (query, bounded) => fetch({ ...query, sort }, bounded),
    start: cursor === undefined ? {} : unwrapCursor(belongs, cursor),
    shortPageEnds,
    idOf: ({ id }) => id,
    limit,
    maxScan,
    ...(filtered && { keep }),
    visit: tally.count,
    onPage: (scanned) => maxScan !== undefined && progress(scanned, undefined, `Looked at ${scanned} threads`),
    clock,
    signal,
  });

  // What is shown is what can be asked for next; a walk of 100,000 would only push it out again.
  seen.remember(found.items, clock.now());
  return listOf({
    subject,
    narrowed: wordsOf(narrow),
    // The app list gives ids alone: what other lists have shown of a thread fills its row.
    threads: found.items.map((thread) =>
      thread.name === undefined ? (seen.recall(thread.id)?.thread ?? thread) : thread,
    ),
    detail,
    scanned: found.scanned,
    matched: found.matched,
    unjudged,
    stopped: found.stopped,
    ...(found.failure && { failure: found.failure }),
    ...(found.pages > 1 && { tally }),
    cursorAfter: (index) => cursorFor(found.after[index]?.()),
    // Behind the last thread shown; where all that matched is shown, behind all that was looked at.
    nextCursor: cursorFor((found.matched > found.items.length ? found.after.at(-1) : found.next)?.()),
    fromStart: cursor === undefined,
    ...(notes && { notes }),
  });
}

function filterOf({ name_contains, owner, msg_id, created_after, created_before }: FilterArguments): Filter {
  return {
    ...(name_contains !== undefined && { nameContains: name_contains }),
    ...(owner !== undefined && { owner }),
    ...(msg_id !== undefined && { msgId: msg_id }),
    ...(created_after !== undefined && { createdFrom: instantOf(created_after) }),
    ...(created_before !== undefined && { createdBefore: instantOf(created_before) }),
  };
}

/** The filters in words, so that a summary stands alone. */
function wordsOf({ name_contains, owner, msg_id, created_after, created_before }: FilterArguments): string {
  const words = [
    ...(name_contains === undefined ? [] : [`with ${inQuotes(shownName(name_contains))} in the name`]),
    ...(owner === undefined ? [] : [`owned by ${word(shownId(owner))}`]),
    ...(msg_id === undefined ? [] : [`on message ${msg_id}`]),
    ...(created_after === undefined ? [] : [`created from ${utcTime(instantOf(created_after))}`]),
    ...(created_before === undefined ? [] : [`created before ${utcTime(instantOf(created_before))}`]),
  ];
  return words.length === 0 ? '' : `, ${words.join(', ')}`;
}
