import * as z from 'zod';
import { countByStatus, outcomesText } from '../src/present/outcomes.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { changeMembers, type MemberChange, usersText } from './support/batches.ts';
import { threadId, usernames } from './support/parameters.ts';

const STATUSES = ['added', 'failed', 'unknown'] as const;

const ADDING: MemberChange<void, (typeof STATUSES)[number]> = {
  send: (agora, threadId, users, signal) => agora.addMembers(threadId, users, signal),
  answered: async (users) => users.map((username) => ({ username, status: 'added' })),
  // Whoever is a member now was added, or was one before, which comes to the same.
  lost: (username, { members }, why) =>
    members.has(username)
      ? { username, status: 'added' }
      : { username, status: 'unknown', error: `the answer was lost (${why}); adding the user again is safe` },
  aboutOneUser: new Set(['user_not_in_group', 'user_thread_limit', 'user_or_group_not_found', 'forbidden']),
};

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
    const results = await changeMembers(thread_id, users, ADDING, context);
    return {
      summary: `Adding ${usersText(users.length)} to thread ${thread_id}: ${countByStatus(results, STATUSES)}.`,
      status: results.every(({ status }) => status === 'added') ? ('done' as const) : ('partly_done' as const),
      thread_id,
      results,
    };
  },
  text: ({ summary, results }) => outcomesText(summary, results),
});
