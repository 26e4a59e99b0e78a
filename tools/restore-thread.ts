import * as z from 'zod';
import { isThere } from '../src/agora/reconcile.ts';
import { errorWords } from '../src/present/error-words.ts';
import { inApp, threadFacts } from '../src/present/thread-facts.ts';
import { defineTool, type ToolContext } from '../src/toolkit/define-tool.ts';
import type { LastRecord } from '../src/toolkit/last-records.ts';
import { makeThread } from './support/make-thread.ts';
import { addToNewThread, memberFields, membersText } from './support/new-members.ts';
import { owner, threadId } from './support/parameters.ts';
import {
  notEnough,
  notOurs,
  refused,
  restored,
  STATUSES,
  stillThere,
  taken,
  type WholeRecord,
} from './support/restore-results.ts';

const output = z.object({
  summary: z.string(),
  status: z.enum(STATUSES),
  thread_id: z.string().optional().describe('The new id; with already_exists that of the thread that is there'),
  existing: threadFacts.optional().describe('The thread that the message has already'),
  ...memberFields,
});

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
  output,
  async handle(args, context): Promise<z.input<typeof output>> {
    const { threads, app, clock, signal } = context;
    const { thread_id } = args;
    const { record, searched } = await findRecord(thread_id, context);
    if (!record) {
      const summary = `Nothing was made ${inApp(app)}: there is no last record of thread ${thread_id} ${searched}. create_thread makes it again if its group, message, name and owner are known.`;
      return { summary, status: 'no_record' };
    }
    const whole = wholeRecord({ ...record, ...(args.owner !== undefined && { owner: args.owner }) });
    if (!whole) return notEnough(record, app);
    // A deletion whose answer was lost leaves a record too, though the thread may still be there.
    if ((await isThere(threads, thread_id, clock, signal)) === 'there') return stillThere(record, app);

    const { group_id, msg_id, name, owner } = whole;
    const thread = { groupId: group_id, msgId: msg_id, name, owner };
    const others = [record.owner, ...record.members].filter((user) => user !== undefined).slice(0, MOST_LISTS);
    const made = await makeThread(thread, { thread_id, group_id, msg_id, name, owner }, others, context);
    switch (made.kind) {
      case 'made':
        return addMembers(made.id, whole, '', context);
      case 'found': {
        const lost = ` The answer was lost (${errorWords(made.error)}), and it was found by looking for it.`;
        return made.isOurs ? addMembers(made.thread.id, whole, lost, context) : notOurs(made, whole, app);
      }
      case 'other':
        return notOurs(made, whole, app);
      case 'taken':
        return taken(made.thread, whole, others, app);
      case 'refused':
        return refused(made.error, whole, app);
      case 'unknown':
        return {
          summary: `It is not known whether thread ${thread_id} was made again ${inApp(app)} (${errorWords(made.error)}); it was not found by looking for it. Call restore_thread again with the same arguments: a message can have only one thread, so no second one can come of it.`,
          status: 'unknown',
        };
    }
  },
  text: membersText,
});

/** Users whose lists are searched for a thread that the message has, besides that of the owner. */
const MOST_LISTS = 4;

/** @returns `searched`: where no record was found, to follow "there is none" */
async function findRecord(
  threadId: string,
  { records, auditRecords, signal }: ToolContext,
): Promise<{ readonly record?: LastRecord | undefined; readonly searched: string }> {
  const memory = 'in the memory of this server (its last 1,000 deletions)';
  const record = records.get(threadId);
  if (record || !auditRecords) return { record, searched: `${memory}, and it keeps no audit log` };
  const found = await auditRecords.find(threadId, signal);
  const unread = found.unread.length === 0 ? '' : `, of which this was not read: ${found.unread.join(', ')}`;
  return { record: found.record, searched: `${memory} or in its audit log${unread}` };
}

function wholeRecord(record: LastRecord): WholeRecord | undefined {
  const { group_id, msg_id, name, owner } = record;
  if (group_id === undefined || msg_id === undefined || name === undefined || owner === undefined) return undefined;
  return { ...record, group_id, msg_id, name, owner };
}

async function addMembers(id: string, record: WholeRecord, lost: string, context: ToolContext) {
  const users = record.members.filter((user) => user !== record.owner);
  return restored(id, record, lost, await addToNewThread(id, users, context), context.app);
}
