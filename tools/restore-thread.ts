import * as z from 'zod';
import { isThere } from '../src/agora/reconcile.ts';
import type { NewThread } from '../src/agora/threads.ts';
import { inApp } from '../src/present/thread-facts.ts';
import { defineTool, type ToolContext } from '../src/toolkit/define-tool.ts';
import type { LastRecord } from '../src/toolkit/last-records.ts';
import { addToNewThread, membersText } from './support/add-members.ts';
import { makeThread, notMade } from './support/make-thread.ts';
import { owner, threadId } from './support/parameters.ts';
import { notEnough, type Restored, refused, restored, restoreResult, stillThere } from './support/restore-results.ts';

export const restoreThread = defineTool({
  name: 'restore_thread',
  title: 'Restore a deleted thread',
  description:
    'Makes a deleted Agora Chat thread again from the last record that its deletion left: same message, owner, name and members, but a new id and date, and without its messages. Works only while its parent message is kept (3-180 days by plan). Give another owner if the old one has left the group. status partly_restored names the missing members.',
  kind: 'create',
  input: z.strictObject({
    thread_id: threadId.describe('Id of the deleted thread (digits)'),
    owner: owner.optional().describe('User id of another owner, a member of the group'),
  }),
  output: restoreResult,
  async handle(args, context): Promise<Restored> {
    const { threads, app, clock, signal } = context;
    const { thread_id } = args;
    const { record, searched } = await findRecord(thread_id, context);
    if (!record) {
      const summary = `Nothing was made ${inApp(app)}: there is no last record of thread ${thread_id} ${searched}. create_thread makes it again if its group, message, name and owner are known.`;
      return { summary, status: 'no_record' };
    }
    const thread = newThreadOf(record, args.owner);
    if (!thread) return notEnough(record, app);
    // A deletion whose answer was lost leaves a record too, though the thread may still be there.
    if ((await isThere(threads, thread_id, clock, signal)) === 'there') return stillThere(record, app);

    const others = [record.owner, ...record.members].filter((user) => user !== undefined).slice(0, MOST_LISTS);
    const made = await makeThread(thread, { thread_id }, others, context);
    if (made.kind === 'refused') return refused(made.error, record, thread, app);
    if (made.kind === 'made') {
      const users = record.members.filter((user) => user !== thread.owner);
      return restored(made, record, thread, await addToNewThread(made.id, users, context), app);
    }
    if (made.kind === 'taken' && made.thread?.id === thread_id) return stillThere(record, app);
    const words = { tool: 'restore_thread', done: 'made', what: `thread ${thread_id} was made again` } as const;
    const result = notMade(made, thread, words, context);
    if (made.kind === 'taken' && !made.thread) return { ...result, status: 'refused' };
    if (made.kind !== 'found' || result.status === 'already_exists') return result;
    return {
      ...result,
      summary: `${result.summary} If it is the restored one, add its members with add_thread_members.`,
    };
  },
  text: membersText,
});

/** Users whose lists are searched for a thread that the message has, besides that of the owner. */
const MOST_LISTS = 4;

/** @returns `searched`: where no record was found, to follow "there is none" */
async function findRecord(
  threadId: string,
  { records, findInAuditLog, signal }: ToolContext,
): Promise<{ readonly record?: LastRecord | undefined; readonly searched: string }> {
  const memory = 'in the memory of this server (its last 1,000 deletions)';
  const record = records.get(threadId);
  if (record || !findInAuditLog) return { record, searched: `${memory}, and it keeps no audit log` };
  const found = await findInAuditLog(threadId, signal);
  const unread = found.unread.length === 0 ? '' : `, of which this was not read: ${found.unread.join(', ')}`;
  return { record: found.record, searched: `${memory} or in its audit log${unread}` };
}

/** What the new thread is to be; undefined where the record does not hold all of it. */
function newThreadOf(record: LastRecord, owner = record.owner): NewThread | undefined {
  const { group_id: groupId, msg_id: msgId, name } = record;
  const isWhole = groupId !== undefined && msgId !== undefined && name !== undefined && owner !== undefined;
  return isWhole ? { groupId, msgId, name, owner } : undefined;
}
