import * as z from 'zod';
import type { ErrorCode } from '../../src/agora/errors.ts';
import { BATCH } from '../../src/agora/threads.ts';
import { joined } from '../../src/base/wording.ts';
import { errorWords, type RowReason, reasonOf } from '../../src/present/error-words.ts';
import { countByStatus, leftOutOf, pairsText, withRows } from '../../src/present/outcomes.ts';
import { shownId } from '../../src/present/thread-facts.ts';
import { firstWithin } from '../../src/present/token-budget.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';
import {
  afterLoss,
  type BatchResult,
  chunks,
  everyOne,
  type PairResult,
  refusedBatch,
  sendBatches,
  type ThreadUsers,
} from './member-pairs.ts';
import { MOST_USERS } from './parameters.ts';

/** Those that did not succeed first. */
export const ADD_STATUSES = ['unknown', 'failed', 'not_tried', 'added'] as const;
type AddStatus = (typeof ADD_STATUSES)[number];

/** The service refuses a batch for one user with these codes: the others are worth a request of their own. */
const ABOUT_ONE_USER = new Set<ErrorCode>([
  'user_not_in_group',
  'user_thread_limit',
  'user_or_group_not_found',
  'forbidden',
]);

/** Adds at most 10 users. */
export async function addBatch(
  batch: ThreadUsers,
  context: ToolContext,
): Promise<BatchResult<AddStatus> | 'one_by_one'> {
  const { threadId, users } = batch;
  const written = await context.write({ args: { thread_id: threadId, usernames: users } }, (agora) =>
    agora.addMembers(threadId, users, context.signal),
  );
  if (written.kind === 'done') return { results: everyOne(batch, 'added') };
  const { error } = written;
  if (written.kind === 'may_have_landed') {
    const words = `the answer was lost (${errorWords(error)}); adding the user again is safe`;
    const reason: RowReason = { words, code: 'answer_lost' };
    // Whoever is a member now was added, or was one before, which comes to the same.
    return afterLoss(batch, error, context, (username, { members }) =>
      members.has(username)
        ? { threadId, username, status: 'added' }
        : { threadId, username, status: 'unknown', reason },
    );
  }
  if (!ABOUT_ONE_USER.has(error.code)) return refusedBatch(batch, error);
  return users.length > 1 ? 'one_by_one' : { results: everyOne(batch, 'failed', reasonOf(error)) };
}

/** `8 added, 1 failed`. */
export const countAdded = (results: readonly PairResult<AddStatus>[]): string =>
  countByStatus(results, ['added', 'failed', 'unknown', 'not_tried']);

/** The fields of a result about members of a new thread. */
export const memberFields = {
  members: z
    .array(z.object({ username: z.string(), status: z.enum(ADD_STATUSES), error: z.string().optional() }))
    .optional(),
  left_out: leftOutOf(ADD_STATUSES),
};

type MemberFields = z.input<z.ZodObject<typeof memberFields>>;

/** Requests under way at once: with 10 users each, 500 members are 50 requests. */
const REQUESTS_AT_ONCE = 4;

export type NewMember = PairResult<AddStatus>;

/** Adds users to a thread that this call has made. Since there is a thread to report, it does not throw. */
export async function addToNewThread(
  threadId: string,
  users: readonly string[],
  context: ToolContext,
): Promise<readonly NewMember[]> {
  const batches = chunks(users, BATCH).map((some) => ({ threadId, users: some }));
  const { results } = await sendBatches(batches, REQUESTS_AT_ONCE, context, (batch) => addBatch(batch, context));
  return results;
}

/** A result with what became of the members of the new thread, and the calls for whom this one had no time for. */
export const withMembers = <T extends { summary: string }>(
  result: T,
  members: readonly NewMember[],
  calls: string | undefined,
): T & MemberFields =>
  withRows(
    ADD_STATUSES,
    members.map(({ threadId: _same, username, ...rest }) => ({ username: shownId(username), ...rest })),
    membersText,
    (shown, left_out) => ({ ...result, summary: joined(' ', result.summary, calls), members: shown, ...left_out }),
  );

/** Room for the user ids of a next call, in tokens. */
const CALL_TOKENS = 5_000;

/** The calls that add whom this call had no time for. */
export function callsForTheRest(threadId: string, members: readonly NewMember[]): string | undefined {
  const left = members.filter(({ status }) => status === 'not_tried').map(({ username }) => shownId(username));
  const fitting = firstWithin(left, CALL_TOKENS);
  const [first, ...further] = chunks(fitting, MOST_USERS).map((users) => JSON.stringify(users));
  if (first === undefined) return undefined;
  const more = left.length - fitting.length;
  return `This call had no time for ${left.length} of them: call add_thread_members with thread_ids ["${threadId}"] and usernames ${first}${further.map((call) => `, then with usernames ${call}`).join('')}.${more === 0 ? '' : ` ${more} more have no room here.`}`;
}

/** The summary, and a line for each status and reason with its users. */
export const membersText = ({ summary, members = [] }: { summary: string } & MemberFields): string =>
  pairsText({ summary, results: members.map((member) => ({ thread_id: '', ...member })) });
