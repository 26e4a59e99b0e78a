import * as z from 'zod';
import { type AgoraError, type ErrorCode, isUntried } from '../../src/agora/errors.ts';
import { type Members, readMembers } from '../../src/agora/reconcile.ts';
import { BATCH } from '../../src/agora/threads.ts';
import { inParallel } from '../../src/base/in-parallel.ts';
import { errorWords } from '../../src/present/error-words.ts';
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
  readonly error?: string;
}

/** What became of some users of a thread; `stop` where nothing more is to be sent, for this thread or for all. */
export interface BatchResult<S extends string> {
  readonly results: readonly PairResult<S>[];
  readonly stop?: { readonly error: AgoraError; readonly everywhere: boolean } | undefined;
}

export const everyOne = <S extends string>(
  { threadId, users }: ThreadUsers,
  status: PairResult<S>['status'],
  error?: string,
): PairResult<S>[] => users.map((username) => ({ threadId, username, status, ...(error !== undefined && { error }) }));

const NOT_SENT = 'not sent, after the failure before it';

/** Refusals that say something of one thread, and nothing of the others. */
const ABOUT_THE_THREAD = new Set<ErrorCode>(['thread_not_found', 'renamed', 'name_not_checked']);

/** Why a refused batch failed, and whether further ones would fail in the same way. */
export const refusedBatch = <S extends string>(batch: ThreadUsers, error: AgoraError): BatchResult<S> => ({
  results: isUntried(error) ? everyOne<S>(batch, 'not_tried') : everyOne<S>(batch, 'failed', errorWords(error)),
  stop: { error, everywhere: !isUntried(error) && !ABOUT_THE_THREAD.has(error.code) },
});

/** The users behind a failure, who were never sent. */
export const notSent = <S extends string>(batch: ThreadUsers, error: AgoraError): PairResult<S>[] =>
  isUntried(error) ? everyOne<S>(batch, 'not_tried') : everyOne<S>(batch, 'failed', NOT_SENT);

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
  send: (batch: ThreadUsers) => Promise<BatchResult<S>>,
): Promise<{ readonly results: readonly PairResult<S>[]; readonly stops: readonly AgoraError[] }> {
  const total = pairs.reduce((sum, { users }) => sum + users.length, 0);
  const stops: AgoraError[] = [];
  const stoppedThreads = new Map<string, AgoraError>();
  let done = 0;
  let stopped: AgoraError | undefined;
  const results = await inParallel(pairs, width, async ({ threadId, users }) => {
    const ofThread: PairResult<S>[] = [];
    while (ofThread.length < users.length) {
      const left = { threadId, users: users.slice(ofThread.length) };
      const batch = { threadId, users: left.users.slice(0, BATCH) };
      const before = stoppedThreads.get(threadId) ?? stopped;
      if (before) return [...ofThread, ...notSent<S>(left, before)];
      time.throwIfGivenUp();
      if (time.sending.aborted) return [...ofThread, ...everyOne<S>(left, 'not_tried')];
      const { results: outcomes, stop } = await send(batch);
      ofThread.push(...outcomes);
      if (stop) stops.push(stop.error);
      if (stop?.everywhere) stopped ??= stop.error;
      if (stop && !isUntried(stop.error)) stoppedThreads.set(threadId, stop.error);
      done += batch.users.length;
      progress(done, total, `${done} of ${total} users`);
    }
    return ofThread;
  });
  return { results: results.flat(), stops };
}

/**
 * The outcome of every pair.
 *
 * @throws AgoraError where nothing was written and nothing can be, for one reason: that is an error, not a result
 */
export async function forEachBatch<S extends string>(
  pairs: readonly ThreadUsers[],
  context: ToolContext,
  send: (batch: ThreadUsers) => Promise<BatchResult<S>>,
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
    ...(!list.complete && { stop: { error, everywhere: !isUntried(error) } }),
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

export const rowOf = <S extends string>({ threadId, username, ...rest }: PairResult<S>) => ({
  thread_id: shownId(threadId),
  username: shownId(username),
  ...rest,
});
