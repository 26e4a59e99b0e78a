import type { AgoraError, ErrorCode } from '../../src/agora/errors.ts';
import { type Members, readMembers } from '../../src/agora/reconcile.ts';
import { BATCH, type Threads } from '../../src/agora/threads.ts';
import { errorWords } from '../../src/present/error-words.ts';
import { shownId } from '../../src/present/thread-facts.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';

/** What became of one user; each tool adds its own words to `status`. */
export interface UserResult<S extends string> {
  username: string;
  status: S | 'failed';
  error?: string;
}

/** How a tool changes members, and what it makes of each answer. */
export interface MemberChange<T, S extends string> {
  readonly send: (agora: Threads, threadId: string, users: readonly string[], signal: AbortSignal) => Promise<T>;
  /** The result of each user by the answer; `readList` reads the member list where the answer is not enough. */
  readonly answered: (
    users: readonly string[],
    answer: T,
    readList: () => Promise<Members>,
  ) => Promise<UserResult<S>[]>;
  /** The result of one user by the member list, where the answer was lost. */
  readonly lost: (username: string, list: Members, why: string) => UserResult<S>;
  /** Codes with which one user makes the service refuse a whole batch: then each is sent alone. */
  readonly aboutOneUser?: ReadonlySet<ErrorCode>;
}

/** `fatal`: every further request would fail in the same way. */
interface BatchResult<S extends string> {
  readonly results: readonly UserResult<S>[];
  readonly fatal?: AgoraError | undefined;
}

/** The error of a row whose request was never sent. */
export const NOT_SENT = 'not sent, after the failure before it';

/** Sends users `size` at a time, one request after the other, until one fails in a way that all others would. */
async function inTurn<S extends string>(
  users: readonly string[],
  size: number,
  send: (batch: readonly string[]) => Promise<BatchResult<S>>,
): Promise<BatchResult<S>> {
  const results: UserResult<S>[] = [];
  let fatal: AgoraError | undefined;
  while (results.length < users.length && !fatal) {
    const batch = await send(users.slice(results.length, results.length + size));
    results.push(...batch.results);
    fatal = batch.fatal;
  }
  const unsent = users.slice(results.length);
  results.push(...unsent.map((username) => ({ username, status: 'failed' as const, error: NOT_SENT })));
  return { results, fatal };
}

/**
 * Changes members 10 at a time, and gives a result for each of them, escaped.
 *
 * @throws AgoraError where nothing was written and nothing can be: that is an error, not a result
 */
export async function changeMembers<T, S extends string>(
  threadId: string,
  users: readonly string[],
  change: MemberChange<T, S>,
  { threads, write, clock, signal, progress }: ToolContext,
): Promise<UserResult<S>[]> {
  const readList = () => readMembers(threads, threadId, clock, signal);
  const sendBatch = async (batch: readonly string[]): Promise<BatchResult<S>> => {
    const written = await write({ args: { thread_id: threadId, usernames: batch } }, (agora) =>
      change.send(agora, threadId, batch, signal),
    );
    if (written.kind === 'done') return { results: await change.answered(batch, written.value, readList) };
    const { kind, error } = written;
    const why = errorWords(error);
    if (kind === 'may_have_landed') {
      const list = await readList();
      const results = batch.map((username) => change.lost(username, list, why));
      // If even the list cannot be read, further batches would only add to what nobody knows.
      return { results, fatal: list.complete ? undefined : error };
    }
    const aboutOneUser = change.aboutOneUser?.has(error.code);
    if (aboutOneUser && batch.length > 1) return inTurn(batch, 1, sendBatch);
    const results = batch.map((username) => ({ username, status: 'failed' as const, error: why }));
    return { results, fatal: aboutOneUser ? undefined : error };
  };
  let count = 0;
  const { results, fatal } = await inTurn(users, BATCH, async (batch) => {
    signal.throwIfAborted();
    const sent = await sendBatch(batch);
    count += batch.length;
    progress(count, users.length, `${count} of ${users.length} users`);
    return sent;
  });
  if (fatal && results.every(({ status }) => status === 'failed')) throw fatal;
  return results.map((result) => ({ ...result, username: shownId(result.username) }));
}

/** `1 user`, `2 users`. */
export const usersText = (count: number): string => `${count} user${count === 1 ? '' : 's'}`;
