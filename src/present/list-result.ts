import * as z from 'zod';
import type { AgoraError } from '../agora/errors.ts';
import type { Thread } from '../agora/thread.ts';
import { defined } from '../base/defined.ts';
import { inQuotes } from '../base/escape.ts';
import { type CursorScope, wrapCursor } from '../lists/cursor.ts';
import { positionAfter, STOPPED, type Stopped, type Walk } from '../lists/walk.ts';
import { errorWords } from './error-words.ts';
import { factsOf, shownId, shownName, word } from './thread-facts.ts';
import { utcTime } from './time.ts';
import { cutNames, cutTo, fairShare, withinBudget } from './token-budget.ts';
import type { Counts, ThreadTotals } from './totals.ts';

export const DETAILS = ['compact', 'full'] as const;
export type Detail = (typeof DETAILS)[number];

/** Why a list stopped where it did; `budget`: more rows would have been too long for a model. */
export type ListStopped = Stopped | 'budget';
export const listStopped = z.enum([...STOPPED, 'budget']);

const row = z.object({
  id: z.string(),
  name: z.string().optional(),
  created: z.string().optional().describe('UTC day'),
  created_at: z.string().optional().describe('UTC time'),
  owner: z.string().optional(),
  group_id: z.string().optional(),
  msg_id: z.string().optional(),
});

type Row = z.input<typeof row>;

const counts = z
  .array(
    z.object({
      id: z.string().optional(),
      name: z.string().optional(),
      others: z.int().optional(),
      threads: z.int(),
    }),
  )
  .optional();

/** The result of every list of threads. */
export const listResult = z.object({
  summary: z.string(),
  threads: z.array(row),
  shared: z
    .object({ owner: z.string().optional(), group_id: z.string().optional() })
    .optional()
    .describe('What all rows have in common, left out of the rows'),
  scanned: z.int().describe('How many threads were looked at'),
  matched: z.int(),
  by_group: counts.describe('Of all that matched: the five largest, and the others together'),
  by_owner: counts,
  oldest: z.string().optional(),
  newest: z.string().optional(),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
  stopped: listStopped,
});

export type ListResult = z.input<typeof listResult>;

export interface ListFacts {
  /** What its cursors are bound to. */
  readonly list: CursorScope;
  /** Whose threads, as the subject of a sentence: `Threads of user lin`. */
  readonly subject: string;
  /** What the list was narrowed to, as words after the subject; empty for nothing. */
  readonly narrowed: string;
  readonly found: Walk<Thread>;
  readonly detail: Detail;
  /** How many threads lack a field that the filter needs, so that nobody knows whether they match. */
  readonly unjudged: number;
  /** Of all that matched; shown once more than one page was walked. */
  readonly totals: ThreadTotals;
  readonly groupName: (groupId: string) => string | undefined;
  /** Did the list start at its beginning, or at a cursor? */
  readonly fromStart: boolean;
  /** Sentences that only this list has to say about the threads shown, e.g. that names are unknown. */
  readonly notes?: ((threads: readonly Thread[]) => readonly string[]) | undefined;
}

/** Names, owners and ids of all rows together, in tokens: with the rest a result stays under 10,000. */
export const TEXTS_BUDGET = 6_000;

/** Makes the structure of a list: the only place where its fields are filled. */
export const listOf = (facts: ListFacts): ListResult =>
  withinBudget(facts.found.items.length, (kept) => withRows(facts, kept), listText);

/** The result with only the first rows; `budget` is why it stopped where some are left out. */
function withRows({ list, detail, ...facts }: ListFacts, kept: number): ListResult {
  const items = facts.found.items.slice(0, kept);
  const stopped: ListStopped = kept < facts.found.items.length ? 'budget' : facts.found.stopped;
  const found = { ...facts.found, items };
  const totals = found.pages > 1 ? facts.totals : undefined;
  const position = positionAfter(found, kept);
  const rows = items.map((thread) => rowOf(thread, detail));
  return defined({
    summary: summaryOf({ ...facts, found, stopped }, totals, position !== undefined),
    ...factor(cutNames(rows, TEXTS_BUDGET)),
    scanned: found.scanned,
    matched: found.matched,
    ...totalFields(totals, facts.groupName),
    has_more: position !== undefined,
    next_cursor: position && wrapCursor(list, position),
    stopped,
  });
}

export function rowOf(thread: Thread, detail: Detail): Row {
  const { created_at, msg_id, ...facts } = factsOf(thread);
  const times = detail === 'full' ? { created_at, msg_id } : { created: created_at?.slice(0, 10) };
  return { ...facts, ...defined(times) };
}

/** Says once what every one of several rows would repeat. */
export function factor(rows: readonly Row[]): Pick<ListResult, 'threads' | 'shared'> {
  const [first] = rows;
  const common = (key: 'owner' | 'group_id') =>
    rows.length > 1 && rows.every((one) => one[key] === first?.[key]) ? first?.[key] : undefined;
  const shared = defined({ owner: common('owner'), group_id: common('group_id') });
  if (Object.keys(shared).length === 0) return { threads: [...rows] };
  const threads = rows.map(({ owner, group_id, ...rest }) => ({
    ...rest,
    ...defined({
      owner: shared.owner === undefined ? owner : undefined,
      group_id: shared.group_id === undefined ? group_id : undefined,
    }),
  }));
  return { threads, shared };
}

const TOP = 5;

/** @param groupName the name of a group, where memory has it */
export const totalFields = (totals: ThreadTotals | undefined, groupName: (groupId: string) => string | undefined) =>
  totals && {
    by_group: largest(totals.groups, groupName),
    by_owner: largest(totals.owners, () => undefined),
    oldest: totals.oldest === undefined ? undefined : utcTime(totals.oldest),
    newest: totals.newest === undefined ? undefined : utcTime(totals.newest),
  };

/** Ids of the counts of one kind together, in tokens. */
const COUNTS_BUDGET = 600;

function largest({ known, beyond }: Counts, nameOf: (id: string) => string | undefined): ListResult['by_owner'] {
  if (known.size === 0) return undefined;
  const ranked = [...known].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const rest = ranked.slice(TOP);
  const top = ranked.slice(0, TOP).map(([id, threads]) => {
    const name = nameOf(id);
    return { id: shownId(id), name: name && shownName(name), threads };
  });
  const share = fairShare(
    top.flatMap(({ id, name = '' }) => [id, name]),
    COUNTS_BUDGET,
  );
  const fitting = top.map(({ id, name, threads }) =>
    defined({ id: cutTo(id, share), name: name && cutTo(name, share), threads }),
  );
  const others = rest.reduce((sum, [, threads]) => sum + threads, beyond);
  if (others === 0) return fitting;
  // With counts put together nobody knows how many others there are.
  return [...fitting, { ...(beyond === 0 && { others: rest.length }), threads: others }];
}

type Summarised = Omit<ListFacts, 'list' | 'detail' | 'totals' | 'groupName'> & { readonly stopped: ListStopped };

function summaryOf(facts: Summarised, totals: ThreadTotals | undefined, more: boolean): string {
  const { subject, narrowed, found, fromStart, notes } = facts;
  const { items, matched, failure } = found;
  const none = fromStart ? 'none' : 'no further ones';
  const shown = items.length === 0 ? none : `${items.length}${matched > items.length ? ` of ${matched}` : ''} shown`;
  const inexact = totals !== undefined && totals.groups.beyond + totals.owners.beyond > 0;
  return [
    `${subject}${narrowed}: ${shown}.`,
    ...(notes?.(items) ?? []),
    ...(inexact ? ['So many groups or owners that a count by group or owner may be too low.'] : []),
    ...failureNote(failure),
    ...(more ? ['More: repeat with cursor = next_cursor.'] : []),
    closing(facts),
  ].join(' ');
}

/** Why a walk ended early. */
export const failureNote = (failure: AgoraError | undefined): readonly string[] =>
  failure === undefined ? [] : [`The next page could not be read (${errorWords(failure)}).`];

/** Fixed last words: claiming absence from a cut list is the most common mistake made with lists. */
function closing({ found: { scanned, matched }, stopped, unjudged, fromStart }: Summarised): string {
  const looked = `Looked at ${scanned}, matched ${matched}, stopped: ${stopped}`;
  if (unjudged > 0) {
    return `${looked}; the service did not give what the filter asks for of ${unjudged} of them, so there may be others.`;
  }
  switch (stopped) {
    case 'end':
      return fromStart
        ? `${looked}; the whole list was looked at, there is no other.`
        : `${looked}; apart from the pages before this cursor there is no other.`;
    case 'cursor_repeated':
      return `${looked}; the service repeated its cursor, so it is not known whether there are others.`;
    case 'deadline':
      return `${looked}; the time was up, there may be others.`;
    case 'budget':
      return `${looked}; the rows that did not fit here follow at next_cursor, and there may be others.`;
    case 'page':
    case 'limit':
    case 'max_scan':
      return `${looked}; there may be others.`;
  }
}

const COLUMNS = ['id', 'created', 'created_at', 'name', 'owner', 'group_id', 'msg_id'] as const;

/** The year that all days of a list share, if they do: `2026` costs three tokens on each of fifty rows. */
function sharedYear(threads: readonly Row[]): string | undefined {
  const year = threads[0]?.created?.slice(0, 4);
  return threads.length > 1 && year !== undefined && threads.every(({ created }) => created?.slice(0, 4) === year)
    ? year
    : undefined;
}

function cell(one: Row, column: (typeof COLUMNS)[number], year: string | undefined): string {
  const value = one[column];
  if (value === undefined) return '-';
  if (column === 'created') return year === undefined ? value : value.slice(year.length + 1);
  if (column === 'created_at') return value;
  return column === 'name' ? inQuotes(value) : word(value);
}

const countOf = (others: number | undefined): string =>
  others === undefined ? 'all others' : others === 1 ? '1 other' : `${others} others`;

const countsText = (title: string, rows: ListResult['by_owner']): string | undefined =>
  rows &&
  `${title}: ${rows.map(({ id, name, others, threads }) => `${id === undefined ? countOf(others) : word(id)}${name ? ` (${inQuotes(name)})` : ''} ${threads}`).join(', ')}`;

/** A list as text: summary, counts, what all rows share, the names of the columns, one line per row, the cursor. */
export function listText(result: ListResult): string {
  const { summary, threads, shared, by_group, by_owner, oldest, newest, next_cursor } = result;
  const columns = COLUMNS.filter((column) => threads.some((one) => one[column] !== undefined));
  const year = sharedYear(threads);
  const common = [
    year && `created in ${year}`,
    ...Object.entries(shared ?? {}).map(([key, value]) => value && `${key} ${word(value)}`),
  ].filter((part) => part !== undefined);
  return [
    summary,
    countsText('By group', by_group),
    countsText('By owner', by_owner),
    oldest && newest && `Oldest ${oldest}, newest ${newest}`,
    common.length > 0 ? `All: ${common.join(', ')}` : undefined,
    threads.length > 0 ? columns.join(' ') : undefined,
    ...threads.map((one) => columns.map((column) => cell(one, column, year)).join(' ')),
    next_cursor && `next_cursor: ${next_cursor}`,
  ]
    .filter((line) => line !== undefined)
    .join('\n');
}
