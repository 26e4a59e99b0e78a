import type { AgoraError } from '../../src/agora/errors.ts';
import { BATCH } from '../../src/agora/threads.ts';
import { shownId } from '../../src/present/thread-facts.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';

/** What became of a user; each tool has further words for `status`. */
export interface UserResult<S extends string> {
  username: string;
  status: S | 'failed';
  error?: string;
}

/** What became of a batch; `fatal` where every further one would fail in the same way. */
export interface BatchResult<S extends string> {
  readonly outcomes: readonly UserResult<S>[];
  readonly fatal?: AgoraError;
}

export const notSent = (username: string): UserResult<never> => ({
  username,
  status: 'failed',
  error: 'not sent, after the failure before it',
});

/**
 * Sends users 10 at a time, one batch after the other, and gives an outcome for each of them, escaped.
 *
 * @throws AgoraError where nothing was written and nothing can be: that is an error, not a result
 */
export async function inBatches<S extends string>(
  users: readonly string[],
  { signal, progress }: Pick<ToolContext, 'signal' | 'progress'>,
  send: (batch: readonly string[]) => Promise<BatchResult<S>>,
): Promise<UserResult<S>[]> {
  const results: UserResult<S>[] = [];
  while (results.length < users.length) {
    signal.throwIfAborted();
    const { outcomes, fatal } = await send(users.slice(results.length, results.length + BATCH));
    results.push(...outcomes);
    if (fatal && results.every(({ status }) => status === 'failed')) throw fatal;
    if (fatal) results.push(...users.slice(results.length).map(notSent));
    progress(results.length, users.length, `${results.length} of ${users.length} users`);
  }
  return results.map((result) => ({ ...result, username: shownId(result.username) }));
}

/** `1 user`, `2 users`. */
export const usersText = (count: number): string => `${count} user${count === 1 ? '' : 's'}`;
