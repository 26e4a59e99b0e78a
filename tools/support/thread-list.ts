import { AgoraError } from '../../src/agora/errors.ts';
import type { Page, Thread } from '../../src/agora/thread.ts';
import type { PageQuery } from '../../src/agora/threads.ts';
import { defined } from '../../src/base/defined.ts';
import { inQuotes } from '../../src/base/escape.ts';
import { joined } from '../../src/base/wording.ts';
import { unwrapCursor } from '../../src/lists/cursor.ts';
import { type Filter, matcher } from '../../src/lists/filter.ts';
import { walk } from '../../src/lists/walk.ts';
import { type AskedList, type ListResult, listOf, listResult, listText } from '../../src/present/list-result.ts';
import { shownId, shownName, word } from '../../src/present/thread-facts.ts';
import { utcTime } from '../../src/present/time.ts';
import { countThread, noTotals } from '../../src/present/totals.ts';
import type { App, ToolContext } from '../../src/toolkit/define-tool.ts';
import { type FilterArguments, instantOf, type ListArguments } from './parameters.ts';
import { settleEmpty } from './settle-empty.ts';

/** What all tools that list threads have in common. */
export const ofThreads = { kind: 'read', output: listResult, text: listText } as const;

export interface ThreadList {
  readonly tool: string;
  readonly fetch: (query: PageQuery, signal: AbortSignal) => Promise<Page<Thread>>;
  /** Is a short page documented to be the last? */
  readonly shortPageEnds?: boolean;
  /** What only this list has to say about the threads it shows. */
  readonly notes?: (threads: readonly Thread[]) => readonly string[];
}

/** Whose list it is, if not the app's. */
type Scope = Partial<Readonly<Record<'username' | 'group_id', string | undefined>>>;

/** What a call asks for: the same facts for its cursors, its summary and its rows. */
export function askedList(
  tool: string,
  { username, group_id, sort, detail, cursor }: Scope & Pick<ListArguments, 'sort' | 'detail' | 'cursor'>,
  narrow: FilterArguments,
  { app, groupNames }: ToolContext,
): AskedList {
  const scope = { username, group_id };
  return {
    list: { tool, app, scope, sort, filters: narrow },
    subject: subjectOf(scope, app),
    narrowed: wordsOf(narrow),
    detail,
    fromStart: cursor === undefined,
    groupName: groupNames.recall,
  };
}

/** The subject of a sentence. */
function subjectOf({ username, group_id }: Scope, app: App): string {
  const user = username && `user ${word(shownId(username))}`;
  const group = group_id && `group ${group_id}`;
  return `Threads of ${joined(' in ', user, group) || `the app ${app.name}`}`;
}

/** The default of `max_scan` where there is a filter. */
const DEFAULT_SCAN = 1_000;

/** Reads a page of a list, or walks it, and makes the result. All lists of threads end here. */
export async function listThreads(
  { username, group_id, limit, cursor, sort, detail, max_scan, ...narrow }: ListArguments & FilterArguments & Scope,
  context: ToolContext,
  { tool, fetch, shortPageEnds = false, notes }: ThreadList,
): Promise<ListResult> {
  const { seen, clock, signal, progress } = context;
  const scope = { username, group_id };
  const isOfUser = username !== undefined;
  const asked = askedList(tool, { ...scope, sort, detail, cursor }, narrow, context);
  const filtered = asked.narrowed !== '';
  const maxScan = max_scan ?? (filtered ? DEFAULT_SCAN : undefined);
  const matches = matcher(filterOf(narrow));
  const totals = noTotals();
  let unjudged = 0;

  const found = await walk<Thread>({
    fetch: (query, bounded) => fetch({ ...query, sort }, bounded),
    start: unwrapCursor(asked.list, cursor),
    shortPageEnds,
    limit,
    maxScan,
    fits(thread) {
      const fits = matches(thread);
      if (fits) countThread(totals, thread);
      if (fits === undefined) unjudged += 1;
      return fits === true;
    },
    stopAtLimit: filtered && limit > 0,
    onPage: (scanned) => maxScan !== undefined && progress(scanned, undefined, `Checked ${scanned} threads`),
    clock,
    signal,
  }).catch(async (error: unknown) => {
    // Which of the ids is unknown, the service does not say.
    if (isOfUser && error instanceof AgoraError && error.code === 'user_or_group_not_found') {
      await settleEmpty(scope, context);
    }
    throw error;
  });

  const isEmpty = cursor === undefined && found.scanned === 0 && found.stopped === 'end';
  const unsettled = isEmpty && isOfUser ? await settleEmpty(scope, context) : [];
  // Only what is shown can be asked for next; all of a long walk would push it out of memory again.
  seen.remember(found.items, clock.now());
  // The app list gives ids only: what other lists have shown of a thread fills its row.
  const items = found.items.map((thread) => {
    const known = thread.name === undefined ? seen.recall(thread.id) : undefined;
    return known ? { ...known.thread, asOf: known.at } : thread;
  });
  return listOf({
    ...asked,
    found: { ...found, items },
    unjudged,
    totals,
    within: isOfUser ? 'that this user has joined' : undefined,
    now: clock.now(),
    notes: (shown) => [...unsettled, ...(notes?.(shown) ?? [])],
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
    name_contains && `, with ${inQuotes(shownName(name_contains))} in the name`,
    owner && `, owned by ${word(shownId(owner))}`,
    msg_id && `, on message ${msg_id}`,
    created_after && `, created from ${utcTime(instantOf(created_after))}`,
    created_before && `, created before ${utcTime(instantOf(created_before))}`,
  ].join('');
