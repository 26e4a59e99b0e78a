import { word } from './thread-facts.ts';

/** `8 added, 1 failed, 1 unknown`: the first status always, the others if there are any. */
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

/** The summary, and a line per status and reason with its users: a model needs the reason once, not 50 times. */
export function outcomesText(
  summary: string,
  results: readonly { username: string; status: string; error?: string | undefined }[],
): string {
  const groups = new Map<string, string[]>();
  for (const { username, status, error } of results) {
    const key = error === undefined ? status : `${status} (${error})`;
    groups.set(key, [...(groups.get(key) ?? []), word(username)]);
  }
  return [summary, ...[...groups].map(([key, users]) => `${key}: ${users.join(' ')}`)].join('\n');
}
