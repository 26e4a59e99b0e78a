import * as z from 'zod';
import { counted } from '../src/base/wording.ts';
import { leftOutOf, pairsText, withRows } from '../src/present/outcomes.ts';
import { inApp } from '../src/present/thread-facts.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { ADD_STATUSES, addBatch, countAdded } from './support/add-members.ts';
import { forEachBatch, pairRow, rowOf } from './support/member-pairs.ts';
import { fewEnoughPairs, threadIds, usernames } from './support/parameters.ts';

export const addThreadMembers = defineTool({
  name: 'add_thread_members',
  title: 'Add members to threads',
  description:
    "Adds 1-100 users to 1-50 Agora Chat threads, at most 200 pairs of user and thread; each user must be a member of the thread's group. status partly_done means that some were not added; results says which. Existing members are unchanged.",
  kind: 'create',
  input: z.strictObject({ thread_ids: threadIds, usernames }).refine(...fewEnoughPairs),
  output: z.object({
    summary: z.string(),
    status: z.enum(['done', 'partly_done']),
    results: z.array(pairRow(ADD_STATUSES)),
    left_out: leftOutOf(ADD_STATUSES),
  }),
  async handle({ thread_ids, usernames }, context) {
    const pairs = thread_ids.map((threadId) => ({ threadId, users: usernames }));
    const results = await forEachBatch(pairs, context, (batch) => addBatch(batch, context));
    return withRows(ADD_STATUSES, results.map(rowOf), pairsText, (shown, left_out) => ({
      summary: `Adding ${counted(usernames.length, 'user')} to ${counted(pairs.length, 'thread')} ${inApp(context.app)}: ${countAdded(results)}.`,
      status: results.every(({ status }) => status === 'added') ? ('done' as const) : ('partly_done' as const),
      ...left_out,
      results: shown,
    }));
  },
  text: pairsText,
});
