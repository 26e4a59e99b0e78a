import * as z from 'zod';
import { defined } from '../base/defined.ts';
import { word } from './thread-facts.ts';
import { withinBudget } from './token-budget.ts';

/** `8 added, 1 failed, 1 unknown`: the first status always, the others where there are any. */
export function countByStatus<S extends string>(
  results: readonly { readonly status: S }[],
  statuses: readonly S[],
): string {
  return statuses
    .map((status) => ({ status, count: results.filter((result) => result.status === status).length }))
    .filter(({ count }, i) => count > 0 || i === 0)
    .map(({ status, count }) => `${count} ${status.replaceAll('_', ' ')}`)
    .join(', ');
}

/** How many rows of each status a result has no room for. */
export const leftOutOf = <S extends string>(statuses: readonly S[]) =>
  z.partialRecord(z.enum(statuses), z.int()).optional().describe('Rows not shown for want of room, by status');

/**
 * A result with its rows, those that did not succeed first. What does not fit the budget is counted.
 *
 * @param statuses in the order in which rows are shown, the good ones last
 * @param make the result with the rows that fit
 */
export function withRows<S extends string, R extends { readonly status: S }, T extends { summary: string }>(
  statuses: readonly S[],
  rows: readonly R[],
  textOf: (result: T) => string,
  make: (shown: R[], leftOut: { left_out?: Partial<Record<S, number>> }) => T,
): T {
  const ordered = statuses.flatMap((status) => rows.filter((row) => row.status === status));
  return withinBudget(
    ordered.length,
    (kept) => {
      const counts: Partial<Record<S, number>> = {};
      for (const { status } of ordered.slice(kept)) counts[status] = (counts[status] ?? 0) + 1;
      const made = make(ordered.slice(0, kept), defined({ left_out: kept < ordered.length ? counts : undefined }));
      const cut = kept < ordered.length ? ` ${ordered.length - kept} of the rows have no room here.` : '';
      return { ...made, summary: made.summary + cut };
    },
    textOf,
  );
}

interface PairRow {
  readonly thread_id: string;
  readonly username: string;
  readonly status: string;
  readonly error?: string | undefined;
}

/** The summary, and a line for each status and reason with its users: a model needs the reason once, not 50 times. */
export function pairsText({ summary, results }: { summary: string; results: readonly PairRow[] }): string {
  const groups = new Map<string, string[]>();
  const severalThreads = new Set(results.map(({ thread_id }) => thread_id)).size > 1;
  for (const { thread_id, username, status, error } of results) {
    const what = error === undefined ? status : `${status} (${error})`;
    const key = severalThreads ? `thread ${word(thread_id)} ${what}` : what;
    groups.set(key, [...(groups.get(key) ?? []), word(username)]);
  }
  return [summary, ...[...groups].map(([key, users]) => `${key}: ${users.join(' ')}`)].join('\n');
}
