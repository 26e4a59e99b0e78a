import type { AgoraError } from '../../src/agora/errors.ts';
import { type Members, readMembers } from '../../src/agora/reconcile.ts';
import { BATCH } from '../../src/agora/threads.ts';
import { errorWords } from '../../src/present/error-words.ts';
import { shownId } from '../../src/present/thread-facts.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';

/** What became of one user; each tool adds its own words to `status`. */
export interface UserResult<S extends string> {
  username: string;
  status: S | 'failed';
  error?: string;
}

/** What became of some users; `fatal` where every further request would fail in the same way. */
export interface BatchResult<S extends string> {
  readonly outcomes: readonly UserResult<S>[];
  readonly fatal?: AgoraError | undefined;
}

export const failed = (username: string, error: AgoraError): UserResult<never> => ({
  username,
  status: 'failed',
  error: errorWords(error),
});

/** The error of a row whose request was never sent. */
export const NOT_SENT = 'not sent, after the failure before it';

/** Sends users `size` at a time, one request after the other, until one fails in a way that all others would. */
export async function inTurn<S extends string>(
  users: readonly string[],
  size: number,
  send: (batch: readonly string[]) => Promise<BatchResult<S>>,
): Promise<BatchResult<S>> {
  const outcomes: UserResult<S>[] = [];
  while (outcomes.length < users.length) {
    const batch = await send(users.slice(outcomes.length, outcomes.length + size));
    outcomes.push(...batch.outcomes);
    if (batch.fatal) {
      const unsent = users.slice(outcomes.length);
      outcomes.push(...unsent.map((username) => ({ username, status: 'failed' as const, error: NOT_SENT })));
      return { outcomes, fatal: batch.fatal };
    }
  }
  return { outcomes };
}

/**
 * Sends users 10 at a time, and gives an outcome for each of them, escaped.
 *
 * @throws AgoraError where nothing was written and nothing can be: that is an error, not a result
 */
export async function inBatches<S extends string>(
  users: readonly string[],
  { signal, progress }: Pick<ToolContext, 'signal' | 'progress'>,
  send: (batch: readonly string[]) => Promise<BatchResult<S>>,
): Promise<UserResult<S>[]> {
  let count = 0;
  const { outcomes, fatal } = await inTurn(users, BATCH, async (batch) => {
    signal.throwIfAborted();
    const result = await send(batch);
    count += batch.length;
    progress(count, users.length, `${count} of ${users.length} users`);
    return result;
  });
  if (fatal && outcomes.every(({ status }) => status === 'failed')) throw fatal;
  return outcomes.map((outcome) => ({ ...outcome, username: shownId(outcome.username) }));
}

/**
 * Uses the member list to settle a batch whose answer was lost.
 *
 * @param error how it was lost
 * @param judge what the list says of one user
 */
export async function afterLoss<S extends string>(
  threadId: string,
  users: readonly string[],
  { threads, clock, signal }: ToolContext,
  error: AgoraError,
  judge: (username: string, list: Members) => UserResult<S>,
): Promise<BatchResult<S>> {
  const list = await readMembers(threads, threadId, clock, signal);
  // If even the list cannot be read, further batches would only add to what nobody knows.
  return { outcomes: users.map((username) => judge(username, list)), fatal: list.complete ? undefined : error };
}

/** `1 user`, `2 users`. */
export const usersText = (count: number): string => `${count} user${count === 1 ? '' : 's'}`;
