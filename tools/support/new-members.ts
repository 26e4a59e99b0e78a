import * as z from 'zod';
import { BATCH } from '../../src/agora/threads.ts';
import { countByStatus, leftOutOf, pairsText } from '../../src/present/outcomes.ts';
import { shownId } from '../../src/present/thread-facts.ts';
import { tokenBound } from '../../src/present/token-budget.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';
import { ADD_STATUSES, type AddStatus, addBatch } from './add-members.ts';
import { type PairResult, sendBatches } from './member-pairs.ts';
import { MOST_USERS } from './parameters.ts';

export type NewMember = PairResult<AddStatus>;

/** The fields of a result about members of a new thread. */
export const memberFields = {
  members: z
    .array(z.object({ username: z.string(), status: z.enum(ADD_STATUSES), error: z.string().optional() }))
    .optional(),
  left_out: leftOutOf(ADD_STATUSES),
};

export type MemberRow = NonNullable<z.input<(typeof memberFields)['members']>>[number];

/** Requests under way at once: with 10 users each, 500 members are 50 requests. */
const REQUESTS_AT_ONCE = 4;

/** Adds users to a thread that this call has made. Since there is a thread to report, it does not throw. */
export async function addToNewThread(
  threadId: string,
  users: readonly string[],
  context: ToolContext,
): Promise<readonly NewMember[]> {
  const batches = Array.from({ length: Math.ceil(users.length / BATCH) }, (_, index) => ({
    threadId,
    users: users.slice(index * BATCH, (index + 1) * BATCH),
  }));
  const { results } = await sendBatches(batches, REQUESTS_AT_ONCE, context, (batch) => addBatch(batch, context));
  return results;
}

/** `8 added, 1 failed`. */
export const countMembers = (members: readonly NewMember[]): string =>
  countByStatus(members, ['added', 'failed', 'unknown', 'not_tried']);

/** An escaped row; the thread is the same in all of them. */
export const memberRow = ({ threadId: _same, username, ...rest }: NewMember): MemberRow => ({
  username: shownId(username),
  ...rest,
});

/** Room for the user ids of a next call, in tokens. */
const CALL_TOKENS = 5_000;

/** The calls that add whom this call had no time for; none where nobody is left. */
export function callsForTheRest(threadId: string, members: readonly NewMember[]): readonly string[] {
  const left = members.filter(({ status }) => status === 'not_tried').map(({ username }) => shownId(username));
  let room = CALL_TOKENS;
  const fitting = left.filter((username) => {
    room -= tokenBound(username) + 2;
    return room >= 0;
  });
  const calls = Array.from({ length: Math.ceil(fitting.length / MOST_USERS) }, (_, index) =>
    JSON.stringify(fitting.slice(index * MOST_USERS, (index + 1) * MOST_USERS)),
  );
  const [first, ...further] = calls;
  if (first === undefined) return [];
  const more = left.length - fitting.length;
  return [
    `This call had no time for ${left.length} of them: call add_thread_members with thread_ids ["${threadId}"] and usernames ${first}${further.map((call) => `, then with usernames ${call}`).join('')}.${more === 0 ? '' : ` ${more} more have no room here.`}`,
  ];
}

/** The summary, and a line for each status and reason with its users. */
export const membersText = ({ summary, members = [] }: { summary: string; members?: MemberRow[] | undefined }) =>
  pairsText({ summary, results: members.map((member) => ({ thread_id: '', ...member })) });
