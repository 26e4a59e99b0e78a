import * as z from 'zod';
import { AgoraError, type ErrorCode } from '../src/agora/errors.ts';
import { readMembers } from '../src/agora/reconcile.ts';
import { errorWords } from '../src/present/error-words.ts';
import { countByStatus, outcomesText } from '../src/present/outcomes.ts';
import { defineTool, type ToolContext } from '../src/toolkit/define-tool.ts';
import { type BatchResult, inBatches, notSent, type UserResult, usersText } from './support/batches.ts';
import { threadId, usernames } from './support/parameters.ts';

const STATUSES = ['added', 'failed', 'unknown'] as const;
type Outcome = UserResult<(typeof STATUSES)[number]>;

export const addThreadMembers = defineTool({
  name: 'add_thread_members',
  title: 'Add members to a thread',
  description:
    "Adds up to 100 users to a thread; each must be a member of the thread's group. They are sent 10 at a time: status partly_done means that some failed, and results says which. Users who are members already stay so.",
  kind: 'create',
  input: z.strictObject({ thread_id: threadId, usernames }),
  output: z.object({
    summary: z.string(),
    status: z.enum(['done', 'partly_done']),
    thread_id: z.string(),
    results: z.array(z.object({ username: z.string(), status: z.enum(STATUSES), error: z.string().optional() })),
  }),
  async handle({ thread_id, usernames }, context) {
    const users = [...new Set(usernames)];
    const results = await inBatches(users, context, (batch) => addBatch(thread_id, batch, context));
    return {
      summary: `Adding ${usersText(users.length)} to thread ${thread_id}: ${countByStatus(results, STATUSES)}.`,
      status: results.every(({ status }) => status === 'added') ? ('done' as const) : ('partly_done' as const),
      thread_id,
      results,
    };
  },
  text: ({ summary, results }) => outcomesText(summary, results),
});

const failed = (username: string, error: string): Outcome => ({ username, status: 'failed', error });

/** Refusals that one user of a batch earns for all of them: the others are worth a request of their own. */
const ABOUT_ONE_USER = new Set<ErrorCode>([
  'user_not_in_group',
  'user_thread_limit',
  'user_or_group_not_found',
  'forbidden',
]);

async function addBatch(
  threadId: string,
  users: readonly string[],
  context: ToolContext,
): Promise<BatchResult<(typeof STATUSES)[number]>> {
  const { write, signal } = context;
  try {
    await write({ args: { thread_id: threadId, usernames: users } }, (agora) =>
      agora.addMembers(threadId, users, signal),
    );
    return { outcomes: users.map((username) => ({ username, status: 'added' })) };
  } catch (error) {
    if (!(error instanceof AgoraError)) throw error;
    if (error.facts.landed === 'maybe') return lookFor(threadId, users, context, error);
    if (!ABOUT_ONE_USER.has(error.code)) {
      return { outcomes: users.map((user) => failed(user, errorWords(error))), fatal: error };
    }
    if (users.length === 1) return { outcomes: users.map((user) => failed(user, errorWords(error))) };
  }
  const outcomes: Outcome[] = [];
  for (const user of users) {
    const one = await addBatch(threadId, [user], context);
    outcomes.push(...one.outcomes);
    if (one.fatal) {
      outcomes.push(...users.slice(outcomes.length).map(notSent));
      return { outcomes, fatal: one.fatal };
    }
  }
  return { outcomes };
}

/** The answer was lost: whoever is a member now was added, or was one before, which comes to the same. */
async function lookFor(
  threadId: string,
  users: readonly string[],
  { threads, clock, signal }: ToolContext,
  error: AgoraError,
): Promise<BatchResult<(typeof STATUSES)[number]>> {
  const { members, complete } = await readMembers(threads, threadId, clock, signal);
  const outcomes: Outcome[] = users.map((username) =>
    members.has(username)
      ? { username, status: 'added' }
      : {
          username,
          status: 'unknown',
          error: `the answer was lost (${errorWords(error)}); adding the user again is safe`,
        },
  );
  // Where even looking failed, further batches would only add to what nobody knows.
  return { outcomes, ...(!complete && { fatal: error }) };
}
