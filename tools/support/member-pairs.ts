import * as z from 'zod';
import { type AgoraError, type ErrorCode, isUntried } from '../../src/agora/errors.ts';
import { type Members, readMembers } from '../../src/agora/reconcile.ts';
import { BATCH } from '../../src/agora/threads.ts';
import { defined } from '../../src/base/defined.ts';
import { inParallel } from '../../src/base/in-parallel.ts';
import { type RowReason, reasonOf } from '../../src/present/error-words.ts';
import { shownId } from '../../src/present/thread-facts.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';
import { AT_ONCE } from '../../src/toolkit/targets.ts';

/** The users of a call in one of its threads. */
export interface ThreadUsers {
  readonly threadId: string;
  readonly users: readonly string[];
}

/** What became of one user in one thread; each tool adds its own words to `status`. */
export interface PairResult<S extends string> {
  readonly threadId: string;
  readonly username: string;
  readonly status: S | 'failed' | 'unknown' | 'not_tried';
  readonly reason?: RowReason;
}

/** What became of some users of a thread. */
export interface BatchResult<S extends string> {
  readonly results: readonly PairResult<S>[];
  /** Why nothing more is to be sent to this thread, and to the others unless it is about this thread only. */
  readonly stop?: AgoraError | undefined;
}

/** Sends at most 10 users; `one_by_one` where they were refused for one of them, and the others may still be taken. */
type SendBatch<S extends string> = (batch: ThreadUsers) => Promise<BatchResult<S> | 'one_by_one'>;

export const everyOne = <S extends string>(
  { threadId, users }: ThreadUsers,
  status: PairResult<S>['status'],
  reason?: RowReason,
): PairResult<S>[] => users.map((username) => ({ threadId, username, status, ...defined({ reason }) }));

/** Refusals that say something of one thread, and nothing of the others. */
const ABOUT_THE_THREAD = new Set<ErrorCode>(['thread_not_found', 'renamed', 'name_not_checked']);

/** Why a refused batch failed, and whether further ones would fail in the same way. */
export const refusedBatch = <S extends string>(batch: ThreadUsers, error: AgoraError): BatchResult<S> =>
  isUntried(error)
    ? { results: everyOne<S>(batch, 'not_tried') }
    : { results: everyOne<S>(batch, 'failed', reasonOf(error)), stop: error };

/**
 * Sends users 10 at a time, several threads at once, and gives an outcome for each user in each thread. What the call
 * has no time for is not tried.
 *
 * @param width how many of the pairs are under way at once
 * @returns `stops`: why parts of it were not sent
 */
export async function sendBatches<S extends string>(
  pairs: readonly ThreadUsers[],
  width: number,
  { progress, time }: ToolContext,
  send: SendBatch<S>,
): Promise<{ readonly results: readonly PairResult<S>[]; readonly stops: readonly AgoraError[] }> {
  const total = pairs.reduce((sum, { users }) => sum + users.length, 0);
  const stops: { readonly threadId: string; readonly error: AgoraError }[] = [];
  let done = 0;
  const results = await inParallel(pairs, width, async ({ threadId, users }) => {
    const ofThread: PairResult<S>[] = [];
    const queue = chunks(users, BATCH).map((some) => ({ threadId, users: some }));
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      time.throwIfGivenUp();
      if (stops.some((stop) => stop.threadId === threadId || !ABOUT_THE_THREAD.has(stop.error.code))) {
        ofThread.push(...everyOne<S>(batch, 'failed', NOT_SENT));
      } else if (time.sending.aborted) {
        ofThread.push(...everyOne<S>(batch, 'not_tried'));
      } else {
        const sent = await send(batch);
        if (sent === 'one_by_one') {
          queue.unshift(...batch.users.map((user) => ({ threadId, users: [user] })));
          continue;
        }
        ofThread.push(...sent.results);
        if (sent.stop) stops.push({ threadId, error: sent.stop });
        done += batch.users.length;
        progress(done, total, `${done} of ${total} users`);
      }
    }
    return ofThread;
  });
  return { results: results.flat(), stops: stops.map(({ error }) => error) };
}

export const NOT_SENT: RowReason = { words: 'not sent, after the failure before it', code: 'not_sent' };

/** Lists of at most `size` items, in order. */
export const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));

/**
 * The outcome of every pair.
 *
 * @throws AgoraError where nothing was written and nothing can be, for one reason: that is an error, not a result
 */
export async function forEachBatch<S extends string>(
  pairs: readonly ThreadUsers[],
  context: ToolContext,
  send: SendBatch<S>,
): Promise<readonly PairResult<S>[]> {
  const { results, stops } = await sendBatches(pairs, AT_ONCE, context, send);
  const [first] = stops;
  const alike = first && stops.every(({ code }) => code === first.code);
  if (alike && results.every(({ status }) => status === 'failed')) throw first;
  return results;
}

/**
 * Settles a batch whose answer was lost by the member list.
 *
 * @param judge what the list says of one user
 */
export async function afterLoss<S extends string>(
  batch: ThreadUsers,
  error: AgoraError,
  { threads, clock, signal }: ToolContext,
  judge: (username: string, list: Members) => PairResult<S>,
): Promise<BatchResult<S>> {
  const list = await readMembers(threads, batch.threadId, clock, signal);
  return {
    results: batch.users.map((username) => judge(username, list)),
    // If even the list cannot be read, further batches would only add to what nobody knows.
    stop: list.complete || isUntried(error) ? undefined : error,
  };
}

/** A row of a result, escaped. */
export const pairRow = <S extends string>(statuses: readonly S[]) =>
  z.object({
    thread_id: z.string(),
    username: z.string(),
    status: z.enum(statuses),
    error: z.string().optional(),
  });

export const rowOf = <S extends string>({ threadId, username, status, reason }: PairResult<S>) => ({
  thread_id: shownId(threadId),
  username: shownId(username),
  status,
  ...defined({ error: reason?.words }),
});
