import * as z from 'zod';
import type { AgoraError } from '../src/agora/errors.ts';
import { type Members, readMembers } from '../src/agora/reconcile.ts';
import { inParallel } from '../src/base/in-parallel.ts';
import { counted, joined } from '../src/base/wording.ts';
import { errorWords } from '../src/present/error-words.ts';
import { countByStatus, leftOutOf, pairsText, withRows } from '../src/present/outcomes.ts';
import { described, inApp, quotedName, threadFacts, titled } from '../src/present/thread-facts.ts';
import { type ConfirmedContext, confirmationFields, defineDeletion } from '../src/toolkit/define-deletion.ts';
import { verdictOf } from '../src/toolkit/look-verdict.ts';
import { AT_ONCE, shownOf, type Target, targetFacts } from '../src/toolkit/targets.ts';
import { createLooks, type Look } from '../src/toolkit/thread-look.ts';
import { alreadyGone, lookNow, stopped } from './support/delete-one.ts';
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
import { confirmationCode, fewEnoughPairs, PAIRS, threadIds, usernames } from './support/parameters.ts';

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
    .refine(fewEnoughPairs, PAIRS),
  output: z.object({
    summary: z.string(),
    status: z.enum(['done', 'partly_done', 'confirmation_required', 'declined']),
    ...confirmationFields,
    threads: z.array(threadFacts).optional(),
    results: z.array(pairRow(STATUSES)),
    left_out: leftOutOf(STATUSES),
  }),
  threadIds: ({ thread_ids }) => [...new Set(thread_ids)],
  users: ({ usernames }) => [...new Set(usernames)],
  alreadyDone(targets) {
    if (!targets.every(({ gone }) => gone)) return undefined;
    throw targets.length === 1 ? alreadyGone() : alreadyGone().with({ what: 'none of the threads exists any more' });
  },
  unconfirmed: (targets, result) => ({
    ...result,
    threads: cutTexts(
      targets.map((target) => ({ thread: targetFacts(target) })),
      result,
    ).map(({ thread }) => thread),
    results: [],
  }),
  async perform(targets, { usernames }, context) {
    const { app, confirmed, confirmedBy: confirmed_by } = context;
    const users = [...new Set(usernames)];
    const checked = await lookAtAll(targets, context);
    const refused = checked.flatMap(({ target, error }) =>
      error ? refusedBatch<Status>({ threadId: target.id, users: left(target, users) }, error).results : [],
    );
    const pairs = checked.flatMap(({ target, error }) =>
      error ? [] : [{ threadId: target.id, users: left(target, users) }],
    );
    const results = [
      ...refused,
      ...(await forEachBatch<Status>(pairs, context, (batch) => removeBatch(batch, context))),
    ];
    const rest = restOf(results, targets);
    const carried = context.carryOn(rest.args, rest.targets);
    const total = counted(results.length, 'membership');
    const unchecked = checked.filter((one) => one.unchecked).length;
    return withRows(STATUSES, results.map(rowOf), pairsText, (shown, left_out) => ({
      summary: joined(
        ' ',
        `Removing ${counted(users.length, 'user')} from ${counted(targets.length, 'thread')} (${total}) ${inApp(app)}, ${confirmed}: ${countByStatus(results, ['removed', 'not_removed', 'failed', 'unknown', 'not_tried'])}.`,
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
  },
  text: ({ threads = [], ...result }) =>
    [pairsText(result), ...threads.map((thread) => `${titled(thread)}: ${described(thread)}`)].join('\n'),
});

/** What a yes has left to do of a thread: all users of the call, unless an earlier call with the same yes did some. */
const left = ({ usersLeft }: Target, users: readonly string[]): readonly string[] => usersLeft ?? users;

/** The pairs that were not tried, as arguments that name no thread and no user beyond them, and as what is kept. */
function restOf(results: readonly PairResult<Status>[], targets: readonly Target[]) {
  const untried = results.filter(({ status }) => status === 'not_tried');
  const kept = targets.flatMap((target) => {
    const usersLeft = untried.filter(({ threadId }) => threadId === target.id).map(({ username }) => username);
    return usersLeft.length === 0 ? [] : [{ ...target, usersLeft }];
  });
  const args = {
    thread_ids: kept.map(({ id }) => id),
    usernames: [...new Set(untried.map(({ username }) => username))],
  };
  return { args, targets: kept };
}

interface Looked {
  readonly target: Target;
  readonly error?: AgoraError;
  /** Its name, shown as not verified, could not be read. */
  readonly unchecked?: boolean;
}

/** A removal is looked at once, right after the yes. */
function lookAtAll(targets: readonly Target[], context: ConfirmedContext): Promise<readonly Looked[]> {
  const looks = createLooks(context.seen, context.clock);
  return inParallel(targets, AT_ONCE, async (target) => {
    if (target.gone) return { target, error: alreadyGone() };
    const calls = context.threads.with({ turn: context.nextTurn() });
    const look = await lookNow(looks, calls, target, 1, context);
    const verdict = verdictOf(look, shownOf(target), false);
    if (verdict === 'send' || verdict === 'send_unchecked') return { target, unchecked: verdict !== 'send' };
    const error = stopped(verdict, context.time);
    return { target, error: verdict === 'renamed' ? withNames(error, target, look) : error };
  });
}

function withNames(error: AgoraError, target: Target, look: Look): AgoraError {
  const [before, now] = [target, look].map(({ thread }) => quotedName(thread?.name ?? ''));
  return error.with({ what: `${error.facts.what}, from ${before} to ${now}` });
}

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
      return afterLoss(batch, written.error, context, (username, list) => judged(threadId, username, list, why));
    }
    case 'done': {
      const { removed, resent } = written.value;
      const doubtful = users.some((user) => removed.get(user) !== true);
      // A second try may answer false for users whom the first one removed: only the list can tell.
      const list = resent && doubtful ? await readMembers(threads, threadId, clock, signal) : undefined;
      return { results: users.map((username) => answered(threadId, username, removed.get(username), list)) };
    }
  }
}

/** What became of a user by the answer, and by the member list where it was read. */
function answered(
  threadId: string,
  username: string,
  said: boolean | undefined,
  list: Members | undefined,
): PairResult<Status> {
  if (said === true) return { threadId, username, status: 'removed' };
  if (list && said === false && list.members.has(username)) return { threadId, username, status: 'not_removed' };
  if (list) return judged(threadId, username, list, '');
  return said === false
    ? { threadId, username, status: 'not_removed' }
    : { threadId, username, status: 'unknown', error: 'the service said nothing of this user' };
}

/** What the member list says after an answer was lost: who is absent was removed, who is there may still be removed. */
function judged(threadId: string, username: string, { members, complete }: Members, why: string): PairResult<Status> {
  if (complete && !isAmong(username, members)) {
    return { threadId, username, status: 'removed', error: `the answer was lost${why}; the user is no member now` };
  }
  const seen = isAmong(username, members) ? ', and a moment later the user was still a member' : '';
  const error = `the answer was lost${why}${seen}; removing the user again is safe`;
  return { threadId, username, status: 'unknown', error };
}

/** A service may list `lin` for `Lin`, who must then not be reported as removed. */
const isAmong = (username: string, members: ReadonlySet<string>): boolean =>
  members.has(username) || [...members].some((member) => member.toLowerCase() === username.toLowerCase());
