import * as z from 'zod';
import type { Thread } from '../agora/threads.ts';
import type { Stopped } from '../agora/walk.ts';
import { factsOf, word } from './thread.ts';
import { inQuotes } from './untrusted.ts';

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
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
  stopped: z.enum(['page', 'end', 'cursor_repeated']),
});

export type ListResult = z.input<typeof listResult>;

export interface ListFacts {
  readonly tool: string;
  /** Whose threads, as the subject of a sentence: `Threads of user lin`. */
  readonly subject: string;
  readonly threads: readonly Thread[];
  readonly detail: Detail;
  readonly stopped: Stopped;
  readonly nextCursor: string | undefined;
  /** Did the list start at its beginning, or at a cursor? */
  readonly fromStart: boolean;
  /** Sentences that only this tool has to say, e.g. that names are unknown. */
  readonly notes?: readonly string[];
}

/** Makes the structure of a list: the only place where its fields are filled. */
export function listOf(facts: ListFacts): ListResult {
  const { threads, stopped, nextCursor } = facts;
  const { rows, shared } = factor(threads.map((thread) => rowOf(thread, facts.detail)));
  return {
    summary: summaryOf(facts),
    threads: rows,
    ...(shared === undefined ? {} : { shared }),
    scanned: threads.length,
    matched: threads.length,
    has_more: nextCursor !== undefined,
    ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
    stopped,
  };
}

function rowOf(thread: Thread, detail: Detail): Row {
  const { created_at, msg_id, ...facts } = factsOf(thread);
  if (detail === 'full') return { ...facts, ...(created_at && { created_at }), ...(msg_id && { msg_id }) };
  return { ...facts, ...(created_at && { created: created_at.slice(0, 10) }) };
}

/** Says once what every one of several rows would repeat. */
function factor(rows: readonly Row[]): { rows: Row[]; shared: ListResult['shared'] } {
  const first = rows[0];
  const common = (key: 'owner' | 'group_id') =>
    rows.length > 1 && first?.[key] !== undefined && rows.every((row) => row[key] === first[key]);
  const shared = {
    ...(common('owner') && { owner: first?.owner }),
    ...(common('group_id') && { group_id: first?.group_id }),
  };
  if (Object.keys(shared).length === 0) return { rows: [...rows], shared: undefined };
  const rest = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !(key in shared))));
  return { rows: z.array(row).parse(rest), shared };
}

function summaryOf({ tool, subject, threads, stopped, nextCursor, fromStart, notes = [] }: ListFacts): string {
  const count = threads.length;
  const shown = count > 0 ? `${subject}: ${count} shown.` : `${subject}: ${fromStart ? 'none' : 'no further ones'}.`;
  const next =
    nextCursor === undefined ? [] : [`For more, call ${tool} again with the same arguments and cursor = next_cursor.`];
  return [shown, ...notes, ...next, closing(count, stopped, fromStart)].join(' ');
}

/** The fixed last words of a list: absence is claimed from cut lists more often than any other mistake is made. */
function closing(count: number, stopped: Stopped, fromStart: boolean): string {
  const looked = `Looked at ${count}, matched ${count}, stopped: ${stopped}`;
  switch (stopped) {
    case 'end':
      return fromStart
        ? `${looked}; this is the whole list, there is no other.`
        : `${looked}; apart from the pages before this cursor there is no other.`;
    case 'page':
      return `${looked}; there may be others, so absence is not shown.`;
    case 'cursor_repeated':
      return `${looked}; the service repeated its cursor, so it is not known whether there are others.`;
  }
}

const COLUMNS = ['id', 'created', 'created_at', 'name', 'owner', 'group_id', 'msg_id'] as const;

/** A list as text: the summary, what all rows share, a line naming the columns, a line a row, the cursor. */
export function listText({ summary, threads, shared, next_cursor }: ListResult): string {
  const columns = COLUMNS.filter((column) => threads.some((row) => row[column] !== undefined));
  const cell = (row: Row, column: (typeof COLUMNS)[number]): string => {
    const value = row[column];
    if (value === undefined) return '-';
    if (column === 'created' || column === 'created_at') return value;
    return column === 'name' ? inQuotes(value) : word(value);
  };
  const common = Object.entries(shared ?? {}).map(([key, value]) => `${key} ${word(value ?? '')}`);
  return [
    summary,
    ...(common.length > 0 ? [`All: ${common.join(', ')}`] : []),
    ...(threads.length > 0 ? [columns.join(' ')] : []),
    ...threads.map((row) => columns.map((column) => cell(row, column)).join(' ')),
    ...(next_cursor === undefined ? [] : [`next_cursor: ${next_cursor}`]),
  ].join('\n');
}
