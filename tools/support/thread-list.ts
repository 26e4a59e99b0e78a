import type * as z from 'zod';
import type { Page, Thread } from '../../src/agora/thread.ts';
import type { PageQuery } from '../../src/agora/threads.ts';
import { defined } from '../../src/base/defined.ts';
import { inQuotes } from '../../src/base/escape.ts';
import { type CursorScope, unwrapCursor } from '../../src/lists/cursor.ts';
import { type Filter, matcher } from '../../src/lists/filter.ts';
import { walk } from '../../src/lists/walk.ts';
import { type ListResult, listOf } from '../../src/present/list-result.ts';
import { shownId, shownName, word } from '../../src/present/thread-facts.ts';
import { utcTime } from '../../src/present/time.ts';
import { createTotals } from '../../src/present/totals.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';
import { type filterArguments, instantOf, type listArguments } from './parameters.ts';

type ListArguments = z.output<z.ZodObject<typeof listArguments>>;
type FilterArguments = Partial<z.output<z.ZodObject<typeof filterArguments>>>;

export interface ThreadList {
  readonly tool: string;
  /** Whose list it is: the arguments that a cursor is bound to. */
  readonly scope: Readonly<Record<string, string>>;
  readonly subject: string;
  /** Is a short page documented to be the last? */
  readonly shortPageEnds: boolean;
  readonly fetch: (query: PageQuery, signal: AbortSignal) => Promise<Page<Thread>>;
  /** What only this list has to say about the threads it shows. */
  readonly notes?: (threads: readonly Thread[]) => readonly string[];
}

/** The default of `max_scan` where there is a filter. */
const DEFAULT_SCAN = 1_000;

/** Reads a page of a list, or walks it, and makes the result. All lists of threads end here. */
export async function listThreads(
  { tool, scope, subject, shortPageEnds, fetch, notes }: ThreadList,
  { limit, cursor, sort, detail, max_scan, ...narrow }: ListArguments & FilterArguments,
  { app, seen, groupNames, clock, signal, progress }: ToolContext,
): Promise<ListResult> {
  const filters = defined(narrow);
  const filtered = Object.keys(filters).length > 0;
  const list: CursorScope = { tool, app: app.name, scope, sort, filters };
  const maxScan = max_scan ?? (filtered ? DEFAULT_SCAN : undefined);
  const matches = matcher(filterOf(narrow));
  const totals = createTotals();
  let unjudged = 0;

  const found = await walk<Thread>({
    fetch: (query, bounded) => fetch({ ...query, sort }, bounded),
    start: cursor === undefined ? {} : unwrapCursor(list, cursor),
    shortPageEnds,
    limit,
    maxScan,
    fits(thread) {
      const fits = matches(thread);
      if (fits) totals.count(thread);
      if (fits === undefined) unjudged += 1;
      return fits === true;
    },
    stopAtLimit: filtered,
    onPage: (scanned) => maxScan !== undefined && progress(scanned, undefined, `Looked at ${scanned} threads`),
    clock,
    signal,
  });

  // Only what is shown can be asked for next; all of a long walk would push it out of memory again.
  seen.remember(found.items, clock.now());
  // The app list gives ids only: what other lists have shown of a thread fills its row.
  const items = found.items.map((thread) =>
    thread.name === undefined ? (seen.recall(thread.id)?.thread ?? thread) : thread,
  );
  return listOf({
    list,
    subject,
    narrowed: wordsOf(narrow),
    found: { ...found, items },
    detail,
    unjudged,
    totals,
    groupName: groupNames.recall,
    fromStart: cursor === undefined,
    notes,
  });
}

export const filterOf = ({ name_contains, owner, msg_id, created_after, created_before }: FilterArguments): Filter =>
  defined({
    nameContains: name_contains,
    owner,
    msgId: msg_id,
    createdFrom: created_after === undefined ? undefined : instantOf(created_after),
    createdBefore: created_before === undefined ? undefined : instantOf(created_before),
  });

/** The filters in words, so that the summary is complete by itself. */
export const wordsOf = ({ name_contains, owner, msg_id, created_after, created_before }: FilterArguments): string =>
  [
    name_contains && `with ${inQuotes(shownName(name_contains))} in the name`,
    owner && `owned by ${word(shownId(owner))}`,
    msg_id && `on message ${msg_id}`,
    created_after && `created from ${utcTime(instantOf(created_after))}`,
    created_before && `created before ${utcTime(instantOf(created_before))}`,
  ]
    .filter((words) => words !== undefined)
    .map((words) => `, ${words}`)
    .join('');
