import * as z from 'zod';
import type { ErrorCode } from '../src/agora/errors.ts';
import { errorWords } from '../src/present/error-words.ts';
import { countByStatus, leftOutOf, pairsText, withRows } from '../src/present/outcomes.ts';
import { inApp } from '../src/present/thread-facts.ts';
import { defineTool, type ToolContext } from '../src/toolkit/define-tool.ts';
import {
  afterLoss,
  type BatchResult,
  counted,
  everyOne,
  forEachBatch,
  notSent,
  pairRow,
  refusedBatch,
  rowOf,
  type ThreadUsers,
} from './support/member-pairs.ts';
import { fewEnoughPairs, PAIRS, threadIds, usernames } from './support/parameters.ts';

const STATUSES = ['unknown', 'failed', 'not_tried', 'added'] as const;
type Status = (typeof STATUSES)[number];

export const addThreadMembers = defineTool({
  name: 'add_thread_members',
  title: 'Add members to threads',
  description:
    "Adds 1-100 users to 1-50 threads, at most 200 pairs of user and thread; each user must be a member of the thread's group. status partly_done means that some were not added, and results says which. Existing members are unchanged.",
  kind: 'create',
  input: z.strictObject({ thread_ids: threadIds, usernames }).refine(fewEnoughPairs, PAIRS),
  output: z.object({
    summary: z.string(),
    status: z.enum(['done', 'partly_done']),
    results: z.array(pairRow(STATUSES)),
    left_out: leftOutOf(STATUSES),
  }),
  async handle({ thread_ids, usernames }, context) {
    const users = [...new Set(usernames)];
    const pairs = [...new Set(thread_ids)].map((threadId) => ({ threadId, users }));
    const results = await forEachBatch<Status>(pairs, context, (batch) => addBatch(batch, context));
    return withRows(STATUSES, results.map(rowOf), pairsText, (left_out) => ({
      summary: `Adding ${counted(users.length, 'user')} to ${counted(pairs.length, 'thread')} ${inApp(context.app)}: ${countByStatus(results, ['added', 'failed', 'unknown', 'not_tried'])}.`,
      status: results.every(({ status }) => status === 'added') ? ('done' as const) : ('partly_done' as const),
      ...left_out,
    }));
  },
  text: pairsText,
});

/** The service refuses a batch for one user with these codes: the others are worth a request of their own. */
const ABOUT_ONE_USER = new Set<ErrorCode>([
  'user_not_in_group',
  'user_thread_limit',
  'user_or_group_not_found',
  'forbidden',
]);

async function addBatch(batch: ThreadUsers, context: ToolContext): Promise<BatchResult<Status>> {
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

async function oneByOne({ threadId, users }: ThreadUsers, context: ToolContext): Promise<BatchResult<Status>> {
  const results: BatchResult<Status>['results'][number][] = [];
  for (const [index, user] of users.entries()) {
    const one = await addBatch({ threadId, users: [user] }, context);
    results.push(...one.results);
    if (one.stop) {
      const rest = { threadId, users: users.slice(index + 1) };
      return { results: [...results, ...notSent<Status>(rest, one.stop.error)], stop: one.stop };
    }
  }
  return { results };
}
