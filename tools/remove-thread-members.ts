import * as z from 'zod';
import type { AgoraError } from '../src/agora/errors.ts';
import { type Members, readMembers } from '../src/agora/reconcile.ts';
import { inParallel } from '../src/base/in-parallel.ts';
import { counted, joined } from '../src/base/wording.ts';
import { errorWords, type RowReason } from '../src/present/error-words.ts';
import { countByStatus, leftOutOf, pairsText, withRows } from '../src/present/outcomes.ts';
import { described, inApp, threadFacts, titled } from '../src/present/thread-facts.ts';
import { type ConfirmedContext, confirmationFields, defineDeletion } from '../src/toolkit/define-deletion.ts';
import { verdictOf } from '../src/toolkit/look-verdict.ts';
import { AT_ONCE, type Target, targetFacts } from '../src/toolkit/targets.ts';
import { stopped, whyStopped } from './support/delete-one.ts';
import { cutTexts } from './support/deletion-facts.ts';
import {
  afterLoss,
  type BatchResult,
  forEachBatch,
  type PairResult,
  pairRow,
  refusedBatch,
  rowOf,
  type ThreadUsers,
} from './support/member-pairs.ts';
import { confirmationCode, fewEnoughPairs, threadIds, usernames } from './support/parameters.ts';

const STATUSES = ['unknown', 'failed', 'not_tried', 'not_removed', 'removed'] as const;
type Status = (typeof STATUSES)[number];

export const removeThreadMembers = defineDeletion({
  name: 'remove_thread_members',
  title: 'Remove members from threads',
  description:
    'Removes 1-100 users from 1-50 Agora Chat threads, at most 200 pairs of user and thread; they stay in their groups. The user is asked first, once for the call, as with delete_thread. status partly_done means that some were not removed; results says which, and the service gives no reason for not_removed.',
  kind: 'delete',
  input: z
    .strictObject({ thread_ids: threadIds, usernames, confirmation_code: confirmationCode })
    .refine(...fewEnoughPairs),
  output: z.object({
    summary: z.string(),
    status: z.enum(['done', 'partly_done', 'confirmation_required', 'declined']),
    ...confirmationFields,
    threads: z.array(threadFacts).optional(),
    results: z.array(pairRow(STATUSES)),
    left_out: leftOutOf(STATUSES),
  }),
  threadIds: ({ thread_ids }) => thread_ids,
  users: ({ usernames }) => usernames,
  alreadyDone(targets, { time }) {
    if (!targets.every(({ gone }) => gone)) return undefined;
    const error = stopped('already_gone', time);
    throw targets.length === 1 ? error : error.with({ what: 'none of the threads exists any more' });
  },
  unconfirmed: (targets, result) => ({
    ...result,
    threads: cutTexts(
      targets.map((target) => targetFacts(target)),
      result,
    ),
    results: [],
  }),
  async perform(targets, { usernames }, context) {
    const { app, confirmedBy: confirmed_by } = context;
    const looked = await lookAtAll(targets, usernames, context);
    const open = looked.flatMap(({ batch, error }) => (error ? [] : [batch]));
    const results = [
      ...looked.flatMap(({ batch, error }) => (error ? refusedBatch<Status>(batch, error).results : [])),
      ...(await forEachBatch<Status>(open, context, (batch) => removeBatch(batch, context))),
    ];
    const rest = restOf(results, targets);
    const carried = context.carryOn(rest.args, rest.targets);
    const total = counted(results.length, 'membership');
    const unchecked = looked.filter((one) => one.unchecked).length;
    const tell = (confirmed: string) =>
      withRows(STATUSES, results.map(rowOf), pairsText, (shown, left_out) => ({
        summary: joined(
          ' ',
          `Removing ${counted(usernames.length, 'user')} from ${counted(targets.length, 'thread')} (${total}) ${inApp(app)}, ${confirmed}: ${countByStatus(results, ['removed', 'not_removed', 'failed', 'unknown', 'not_tried'])}.`,
          unchecked > 0 &&
            `The ${unchecked === 1 ? 'name' : 'names'} of ${counted(unchecked, 'thread')} could not be checked just before.`,
          carried.words,
        ),
        status: results.every(({ status }) => status === 'removed') ? ('done' as const) : ('partly_done' as const),
        confirmed_by,
        ...carried.fields,
        ...left_out,
        results: shown,
      }));
    return { tell, rowReasons: results.flatMap(({ reason }) => reason ?? []) };
  },
  text: ({ threads = [], ...result }) =>
    [pairsText(result), ...threads.map((thread) => `${titled(thread)}: ${described(thread)}`)].join('\n'),
});

/** The pairs that were not tried, as arguments that name no thread and no user beyond them, and as what is kept. */
function restOf(results: readonly PairResult<Status>[], targets: readonly Target[]) {
  const kept = targets.flatMap((target) => {
    const untried = results.filter(({ threadId, status }) => threadId === target.id && status === 'not_tried');
    return untried.length === 0 ? [] : [{ ...target, usersLeft: untried.map(({ username }) => username) }];
  });
  const usernames = [...new Set(kept.flatMap(({ usersLeft }) => usersLeft))];
  return { args: { thread_ids: kept.map(({ id }) => id), usernames }, targets: kept };
}

interface Looked {
  /** What a yes has left to do: all users of the call, unless an earlier call with the same yes did some. */
  readonly batch: ThreadUsers;
  /** Why the yes does not cover the thread as it is now. */
  readonly error?: AgoraError;
  /** Its name, shown as not verified, could not be read. */
  readonly unchecked?: boolean;
}

/** A removal is looked at once, right after the yes. */
const lookAtAll = (targets: readonly Target[], users: readonly string[], context: ConfirmedContext) =>
  inParallel(targets, AT_ONCE, async (target): Promise<Looked> => {
    const { threads, nextTurn, lookNow, time } = context;
    const batch = { threadId: target.id, users: target.usersLeft ?? users };
    if (target.gone) return { batch, error: stopped('already_gone', time) };
    const look = await lookNow(threads.with({ turn: nextTurn() }), target.id, 1);
    const verdict = verdictOf(look, target, false);
    if (verdict === 'send' || verdict === 'send_unchecked') return { batch, unchecked: verdict === 'send_unchecked' };
    const error = stopped(verdict, time);
    return { batch, error: error.with({ what: whyStopped(error, target, look.thread) }) };
  });

async function removeBatch(batch: ThreadUsers, context: ConfirmedContext): Promise<BatchResult<Status>> {
  const { threads, write, clock, signal } = context;
  const { threadId, users } = batch;
  const written = await write({ args: { thread_id: threadId, usernames: users } }, (agora) =>
    agora.removeMembers(threadId, users, signal),
  );
  switch (written.kind) {
    case 'refused':
      return refusedBatch(batch, written.error);
    case 'may_have_landed': {
      const why = ` (${errorWords(written.error)})`;
      return afterLoss(batch, written.error, context, (username, list) =>
        settled({ threadId, username }, undefined, list, why),
      );
    }
    case 'done': {
      const { removed, resent } = written.value;
      const doubtful = users.some((user) => removed.get(user) !== true);
      // A second try may answer false for users whom the first one removed: only the list can tell.
      const list = resent && doubtful ? await readMembers(threads, threadId, clock, signal) : undefined;
      return { results: users.map((username) => settled({ threadId, username }, removed.get(username), list, '')) };
    }
  }
}

/**
 * What became of a user.
 *
 * @param said by the service, of this user
 * @param list of members, where the answer of the first attempt was lost: who is absent was removed, who is there may
 *   still be removed
 * @param why it was lost, in brackets
 */
function settled(
  pair: Pick<PairResult<Status>, 'threadId' | 'username'>,
  said: boolean | undefined,
  list: Members | undefined,
  why: string,
): PairResult<Status> {
  if (said === true) return { ...pair, status: 'removed' };
  if (said === false && (!list || list.members.has(pair.username))) return { ...pair, status: 'not_removed' };
  if (!list) return { ...pair, status: 'unknown', reason: NOTHING_SAID };
  const isMember = isAmong(pair.username, list.members);
  if (list.complete && !isMember) {
    return { ...pair, status: 'removed', reason: lost(`${why}; the user is no member now`) };
  }
  const seen = isMember ? ', and a moment later the user was still a member' : '';
  return { ...pair, status: 'unknown', reason: lost(`${why}${seen}; removing the user again is safe`) };
}

const NOTHING_SAID: RowReason = { words: 'the service said nothing of this user', code: 'nothing_said' };
const lost = (further: string): RowReason => ({ words: `the answer was lost${further}`, code: 'answer_lost' });

/** A service may list `lin` for `Lin`, who must then not be reported as removed. */
const isAmong = (username: string, members: ReadonlySet<string>): boolean =>
  members.has(username) || [...members].some((member) => member.toLowerCase() === username.toLowerCase());
