import * as z from 'zod';
import type { Thread } from '../agora/thread.ts';
import { defined } from '../base/defined.ts';
import { inQuotes } from '../base/escape.ts';
import { joined } from '../base/wording.ts';
import type { CursorScope } from '../lists/cursor.ts';
import { STOPPED, type Walk } from '../lists/walk.ts';
import { type ListWords, listSummary, reachOf } from './list-summary.ts';
import { factsOf, shownId, shownName, word } from './thread-facts.ts';
import { utcTime } from './time.ts';
import { cutNames, cutTo, fairShare, withinBudget } from './token-budget.ts';
import type { Counts, ThreadTotals } from './totals.ts';

export const DETAILS = ['compact', 'full'] as const;
export type Detail = (typeof DETAILS)[number];

/** Why a list stopped where it did; `budget`: more rows would have been too long for a model. */
export const listStopped = z.enum([...STOPPED, 'budget']);
export type ListStopped = z.infer<typeof listStopped>;

const row = z.object({
  id: z.string(),
  name: z.string().optional(),
  created: z.string().optional().describe('UTC day'),
  created_at: z.string().optional().describe('UTC time'),
  owner: z.string().optional(),
  group_id: z.string().optional(),
  msg_id: z.string().optional(),
  as_of: z.string().optional().describe('When the name was last seen, where it is from memory'),
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
  scanned: z.int().describe('How many threads were checked'),
  matched: z.int(),
  total: z.int().optional().describe('Threads in the whole list; only where it was read from start to end'),
  by_group: counts.describe('Of all that matched: the five largest, and the others together'),
  by_owner: counts,
  oldest: z.string().optional(),
  newest: z.string().optional(),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
  stopped: listStopped,
});

export type ListResult = z.input<typeof listResult>;

/** A thread of a list; `asOf` where its name is from memory, in milliseconds since 1970. */
export type DatedThread = Thread & { readonly asOf?: number };

/** What a call asks for that lists threads, or searches for them. */
export interface AskedList {
  /** What its cursors are bound to. */
  readonly list: CursorScope;
  /** Whose threads, as the subject of a sentence. */
  readonly subject: string;
  /** What they are narrowed to, as words after the subject; empty for nothing. */
  readonly narrowed: string;
  readonly detail: Detail;
  /** Does the call begin at the start of the list, or at a cursor? */
  readonly fromStart: boolean;
  /** The name of a group, where memory has it. */
  readonly groupName: (groupId: string) => string | undefined;
}

/** What a list is made of. */
export interface ListFacts extends AskedList, Pick<ListWords, 'within' | 'unjudged' | 'now'> {
  readonly found: Walk<DatedThread>;
  /** Of all that matched; shown once more than one page was walked. */
  readonly totals: ThreadTotals;
  /** Sentences that only this list has to say about the threads shown, e.g. that names are unknown. */
  readonly notes: (threads: readonly Thread[]) => readonly string[];
}

/** Makes the structure of a list: the only place where its fields are filled. */
export const listOf = (facts: ListFacts): ListResult =>
  withinBudget(facts.found.items.length, (kept) => withRows(facts, kept), listText);

/** The result with only the first rows. */
function withRows(facts: ListFacts, kept: number): ListResult {
  const { list, found, narrowed, fromStart } = facts;
  const items = found.items.slice(0, kept);
  const totals = found.pages > 1 ? facts.totals : undefined;
  const isInexact = totals !== undefined && totals.groups.beyond + totals.owners.beyond > 0;
  const words = {
    ...facts,
    subject: facts.subject + narrowed,
    one: 'thread',
    shown: items.length,
    filtered: narrowed !== '',
    notes: [...facts.notes(items), ...(isInexact ? [INEXACT] : [])],
  } as const;
  const { scanned, total, ...reach } = reachOf(list, found, kept, fromStart);
  return defined({
    summary: listSummary(words, found, reach),
    ...rowsOf(items, facts.detail),
    scanned,
    matched: found.matched,
    total,
    ...totalFields(totals, facts.groupName),
    ...reach,
  });
}

const INEXACT = 'There are so many groups or owners that a count may be too low.';

/** Names, owners and ids of all rows together, in tokens: with the rest a result stays under 10,000. */
const TEXTS_BUDGET = 6_000;

/** The rows of a list, and said once what every one of several would repeat. */
export function rowsOf(threads: readonly DatedThread[], detail: Detail): Pick<ListResult, 'threads' | 'shared'> {
  const rows = cutNames(
    threads.map((thread) => rowOf(thread, detail)),
    TEXTS_BUDGET,
  );
  const [first] = rows;
  const common = (key: 'owner' | 'group_id') =>
    rows.length > 1 && rows.every((one) => one[key] === first?.[key]) ? first?.[key] : undefined;
  const shared = defined({ owner: common('owner'), group_id: common('group_id') });
  if (Object.keys(shared).length === 0) return { threads: rows };
  const withoutShared = rows.map(({ owner, group_id, ...rest }) => ({
    ...rest,
    ...defined({ owner: shared.owner ? undefined : owner, group_id: shared.group_id ? undefined : group_id }),
  }));
  return { threads: withoutShared, shared };
}

function rowOf(thread: DatedThread, detail: Detail): Row {
  const { created_at, msg_id, ...facts } = factsOf(thread);
  const times = detail === 'full' ? { created_at, msg_id } : { created: created_at?.slice(0, 10) };
  return { ...facts, ...defined({ ...times, as_of: thread.asOf === undefined ? undefined : utcTime(thread.asOf) }) };
}

const TOP = 5;

export const totalFields = (totals: ThreadTotals | undefined, groupName: AskedList['groupName']) =>
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

const COLUMNS = ['id', 'created', 'created_at', 'name', 'owner', 'group_id', 'msg_id', 'as_of'] as const;

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
  if (column === 'created_at' || column === 'as_of') return value;
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
  const common = joined(
    ', ',
    year && `created in ${year}`,
    ...Object.entries(shared ?? {}).map(([key, value]) => value && `${key} ${word(value)}`),
  );
  return joined(
    '\n',
    summary,
    countsText('By group', by_group),
    countsText('By owner', by_owner),
    oldest && newest && `Oldest ${oldest}, newest ${newest}`,
    common && `All: ${common}`,
    columns.join(' '),
    ...threads.map((one) => columns.map((column) => cell(one, column, year)).join(' ')),
    next_cursor && `next_cursor: ${next_cursor}`,
  );
}
