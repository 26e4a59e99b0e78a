import type { ErrorCode } from '../../src/agora/errors.ts';
import { errorWords } from '../../src/present/error-words.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';
import { afterLoss, type BatchResult, everyOne, notSent, refusedBatch, type ThreadUsers } from './member-pairs.ts';

/** Those that did not succeed first. */
export const ADD_STATUSES = ['unknown', 'failed', 'not_tried', 'added'] as const;
export type AddStatus = (typeof ADD_STATUSES)[number];

/** The service refuses a batch for one user with these codes: the others are worth a request of their own. */
const ABOUT_ONE_USER = new Set<ErrorCode>([
  'user_not_in_group',
  'user_thread_limit',
  'user_or_group_not_found',
  'forbidden',
]);

/** Adds at most 10 users. Where one of them has the batch refused, they are added one by one. */
export async function addBatch(batch: ThreadUsers, context: ToolContext): Promise<BatchResult<AddStatus>> {
  const { threadId, users } = batch;
  const written = await context.write({ args: { thread_id: threadId, usernames: users } }, (agora) =>
    agora.addMembers(threadId, users, context.signal),
  );
  if (written.kind === 'done') return { results: everyOne(batch, 'added') };
  const { error } = written;
  if (written.kind === 'may_have_landed') {
    const lost = `the answer was lost (${errorWords(error)}); adding the user again is safe`;
    // Whoever is a member now was added, or was one before, which comes to the same.
    return afterLoss(batch, error, context, (username, { members }) =>
      members.has(username)
        ? { threadId, username, status: 'added' }
        : { threadId, username, status: 'unknown', error: lost },
    );
  }
  if (!ABOUT_ONE_USER.has(error.code)) return refusedBatch(batch, error);
  if (users.length === 1) return { results: everyOne(batch, 'failed', errorWords(error)) };
  return oneByOne(batch, context);
}

async function oneByOne({ threadId, users }: ThreadUsers, context: ToolContext): Promise<BatchResult<AddStatus>> {
  const results: BatchResult<AddStatus>['results'][number][] = [];
  for (const [index, user] of users.entries()) {
    const one = await addBatch({ threadId, users: [user] }, context);
    results.push(...one.results);
    if (one.stop) {
      const rest = { threadId, users: users.slice(index + 1) };
      return { results: [...results, ...notSent<AddStatus>(rest, one.stop.error)], stop: one.stop };
    }
  }
  return { results };
}
