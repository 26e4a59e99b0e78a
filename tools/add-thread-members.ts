import * as z from 'zod';
import type { ErrorCode } from '../src/agora/errors.ts';
import { errorWords } from '../src/present/error-words.ts';
import { countByStatus, outcomesText } from '../src/present/outcomes.ts';
import { defineTool, type ToolContext } from '../src/toolkit/define-tool.ts';
import { afterLoss, type BatchResult, failed, inBatches, inTurn, usersText } from './support/batches.ts';
import { threadId, usernames } from './support/parameters.ts';

const STATUSES = ['added', 'failed', 'unknown'] as const;
type Status = (typeof STATUSES)[number];

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

/** The service refuses a batch for one user with these codes: the others are worth a request of their own. */
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
): Promise<BatchResult<Status>> {
  const written = await context.write({ args: { thread_id: threadId, usernames: users } }, (agora) =>
    agora.addMembers(threadId, users, context.signal),
  );
  if (written.kind === 'done') return { outcomes: users.map((username) => ({ username, status: 'added' })) };
  const { error } = written;
  if (written.kind === 'may_have_landed') {
    const lost = `the answer was lost (${errorWords(error)}); adding the user again is safe`;
    // Whoever is a member now was added, or was one before, which comes to the same.
    return afterLoss(threadId, users, context, error, (username, { members }) =>
      members.has(username) ? { username, status: 'added' } : { username, status: 'unknown', error: lost },
    );
  }
  const aboutOneUser = ABOUT_ONE_USER.has(error.code);
  if (aboutOneUser && users.length > 1) return inTurn(users, 1, (one) => addBatch(threadId, one, context));
  return { outcomes: users.map((username) => failed(username, error)), fatal: aboutOneUser ? undefined : error };
}
