import * as z from 'zod';
import type { AgoraError } from '../agora/errors.ts';
import type { Thread } from '../agora/thread.ts';
import { inQuotes } from '../base/escape.ts';
import { STOPPED, type Stopped } from '../lists/walk.ts';
import { errorWords } from './error-words.ts';
import { factsOf, shownId, word } from './thread-facts.ts';
import { utcDay, utcTime } from './time.ts';
import { cutNames, cutTo, fairShare, withinBudget } from './token-budget.ts';
import type { Counts, ThreadTally } from './totals.ts';

export const DETAILS = ['compact', 'full'] as const;
export type Detail = (typeof DETAILS)[number];

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
  .array(z.object({ id: z.string().optional(), others: z.int().optional(), threads: z.int() }))
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
  stopped: z.enum(STOPPED),
});

export type ListResult = z.input<typeof listResult>;

export interface ListFacts {
  /** Whose threads, as the subject of a sentence: `Threads of user lin`. */
  readonly subject: string;
  /** What the list was narrowed to, as words behind the subject; empty for nothing. */
  readonly narrowed: string;
  readonly threads: readonly Thread[];
  readonly detail: Detail;
  readonly scanned: number;
  readonly matched: number;
  /** Of how many the service did not give what the filter asks for, so that nobody knows whether they match. */
  readonly unjudged?: number;
  readonly stopped: Stopped;
  /** Why no page came after these, where that is what ended the walk. */
  readonly failure?: AgoraError;
  /** Of all that matched; given once more than one page was walked. */
  readonly tally?: ThreadTally;
  /** The cursor that leads on behind a row, by its index; absent where nothing follows. */
  readonly cursorAfter: (index: number) => string | undefined;
  /** The cursor behind all that was looked at. */
  readonly nextCursor: string | undefined;
  /** Did the list start at its beginning, or at a cursor? */
  readonly fromStart: boolean;
  /** Sentences that only this tool has to say, e.g. that names are unknown. */
  readonly notes?: (threads: readonly Thread[]) => readonly string[];
}

/** Names, owners and ids of all rows together, in tokens: with the rest a result stays under 10,000. */
const TEXTS_BUDGET = 6_000;
/** Makes the structure of a list: the only place where its fields are filled. */
export const listOf = (facts: ListFacts): ListResult =>
  withinBudget(facts.threads.length, (kept) => withRows(facts, kept), listText);

/** The result with the first so many rows; `budget` is why it stopped where some are left off. */
function withRows(facts: ListFacts, kept: number): ListResult {
  const { scanned, matched, tally } = facts;
  const cut = kept < facts.threads.length;
  const threads = facts.threads.slice(0, kept);
  const stopped = cut ? 'budget' : facts.stopped;
  const nextCursor = cut ? facts.cursorAfter(kept - 1) : facts.nextCursor;
  const { rows, shared } = factor(
    cutNames(
      threads.map((thread) => rowOf(thread, facts.detail)),
      TEXTS_BUDGET,
    ),
  );
  return {
    summary: summaryOf({ ...facts, threads, stopped, nextCursor }),
    threads: rows,
    ...(shared === undefined ? {} : { shared }),
    scanned,
    matched,
    ...(tally && tallied(tally)),
    has_more: nextCursor !== undefined,
    ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
    stopped,
  };
}

function rowOf(thread: Thread, detail: Detail): Row {
  const { created_at, msg_id, ...facts } = factsOf(thread);
  if (detail === 'full') return { ...facts, ...(created_at && { created_at }), ...(msg_id && { msg_id }) };
  return { ...facts, ...(thread.created !== undefined && { created: utcDay(thread.created) }) };
}

/** Says once what every one of several rows would repeat. */
function factor(rows: readonly Row[]): { rows: Row[]; shared: ListResult['shared'] } {
  const [first] = rows;
  const common = (key: 'owner' | 'group_id') =>
    rows.length > 1 && first?.[key] !== undefined && rows.every((one) => one[key] === first[key]);
  const shared = {
    ...(common('owner') && { owner: first?.owner }),
    ...(common('group_id') && { group_id: first?.group_id }),
  };
  if (Object.keys(shared).length === 0) return { rows: [...rows], shared: undefined };
  return {
    rows: rows.map(({ owner, group_id, ...rest }) => ({
      ...rest,
      ...(!('owner' in shared) && owner !== undefined && { owner }),
      ...(!('group_id' in shared) && group_id !== undefined && { group_id }),
    })),
    shared,
  };
}

const TOP = 5;

function tallied({ groups, owners, oldest, newest }: ThreadTally): Partial<ListResult> {
  return {
    ...(groups.known.size > 0 && { by_group: largest(groups) }),
    ...(owners.known.size > 0 && { by_owner: largest(owners) }),
    ...(oldest !== undefined && { oldest: utcTime(oldest) }),
    ...(newest !== undefined && { newest: utcTime(newest) }),
  };
}

/** Ids of the counts of one kind together, in tokens. */
const COUNTS_BUDGET = 600;

function largest({ known, beyond }: Counts): { id?: string; others?: number; threads: number }[] {
  const ranked = [...known].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const rest = ranked.slice(TOP);
  const top = ranked.slice(0, TOP).map(([id, threads]) => ({ id: shownId(id), threads }));
  const share = fairShare(
    top.map(({ id }) => id),
    COUNTS_BUDGET,
  );
  const fitting = top.map(({ id, threads }) => ({ id: cutTo(id, share), threads }));
  const others = rest.reduce((sum, [, threads]) => sum + threads, beyond);
  if (others === 0) return fitting;
  // How many they are is not known where some were put together.
  return [...fitting, { ...(beyond === 0 && { others: rest.length }), threads: others }];
}

type Summarised = Pick<
  ListFacts,
  | 'subject'
  | 'narrowed'
  | 'threads'
  | 'scanned'
  | 'matched'
  | 'unjudged'
  | 'stopped'
  | 'failure'
  | 'tally'
  | 'nextCursor'
  | 'fromStart'
  | 'notes'
>;

function summaryOf(facts: Summarised): string {
  const { subject, narrowed, threads, matched, nextCursor, fromStart, notes, tally, failure } = facts;
  const none = fromStart ? 'none' : 'no further ones';
  const shown =
    threads.length === 0 ? none : `${threads.length}${matched > threads.length ? ` of ${matched}` : ''} shown`;
  const next = nextCursor === undefined ? [] : ['More: repeat with cursor = next_cursor.'];
  const inexact = tally !== undefined && tally.groups.beyond + tally.owners.beyond > 0;
  return [
    `${subject}${narrowed}: ${shown}.`,
    ...(notes?.(threads) ?? []),
    ...(inexact ? ['So many groups or owners that a count by group or owner may be too low.'] : []),
    ...failureNote(failure),
    ...next,
    closing(facts),
  ].join(' ');
}

/** What ended a walk before its time, with why. */
export const failureNote = (failure: AgoraError | undefined): readonly string[] =>
  failure === undefined ? [] : [`The next page could not be read (${errorWords(failure)}).`];

/** The fixed last words of a list: absence is claimed from cut lists more often than any other mistake is made. */
function closing({ scanned, matched, unjudged = 0, stopped, fromStart }: Summarised): string {
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

/** The year of all days of a list where they have one in common: `2026` is three tokens on each of fifty rows. */
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

const countsText = (title: string, rows: ListResult['by_owner']): string[] =>
  rows === undefined
    ? []
    : [
        `${title}: ${rows.map(({ id, others, threads }) => `${id === undefined ? countOf(others) : word(id)} ${threads}`).join(', ')}`,
      ];

/** A list as text: the summary, the counts, what all rows share, a line naming the columns, a line a row, the cursor. */
export function listText(result: ListResult): string {
  const { summary, threads, shared, by_group, by_owner, oldest, newest, next_cursor } = result;
  const columns = COLUMNS.filter((column) => threads.some((one) => one[column] !== undefined));
  const year = sharedYear(threads);
  const common = [
    ...(year === undefined ? [] : [`created in ${year}`]),
    ...Object.entries(shared ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${word(value)}`])),
  ];
  return [
    summary,
    ...countsText('By group', by_group),
    ...countsText('By owner', by_owner),
    ...(oldest === undefined || newest === undefined ? [] : [`Oldest ${oldest}, newest ${newest}`]),
    ...(common.length > 0 ? [`All: ${common.join(', ')}`] : []),
    ...(threads.length > 0 ? [columns.join(' ')] : []),
    ...threads.map((one) => columns.map((column) => cell(one, column, year)).join(' ')),
    ...(next_cursor === undefined ? [] : [`next_cursor: ${next_cursor}`]),
  ].join('\n');
}
