import * as z from 'zod';
import type { AgoraError } from '../src/agora/errors.ts';
import type { NewThread } from '../src/agora/threads.ts';
import { inQuotes } from '../src/base/escape.ts';
import { counted, joined } from '../src/base/wording.ts';
import { errorWords } from '../src/present/error-words.ts';
import { factsOf, inApp, shownId, shownName, threadFacts, titled } from '../src/present/thread-facts.ts';
import { defineTool, type ToolContext } from '../src/toolkit/define-tool.ts';
import {
  addToNewThread,
  callsForTheRest,
  countAdded,
  memberFields,
  membersText,
  withMembers,
} from './support/add-members.ts';
import { type Made, makeThread, notMade, whereOf } from './support/make-thread.ts';
import { everyOne } from './support/member-pairs.ts';
import { groupId, msgId, owner, threadName, usernames } from './support/parameters.ts';

const output = z.object({
  summary: z.string(),
  status: z.enum(['created', 'already_exists', 'unknown']),
  thread_id: z.string().optional(),
  group_id: z.string().optional(),
  msg_id: z.string().optional(),
  name: z.string().optional(),
  owner: z.string().optional(),
  existing: threadFacts.optional().describe('The thread that the message already has'),
  ...memberFields,
});

type Result = z.input<typeof output>;

export const createThread = defineTool({
  name: 'create_thread',
  title: 'Create a thread',
  description:
    'Creates an Agora Chat thread on a group message, and can add members to it. A message can have only one thread: status already_exists means it has one. status unknown means the answer was lost; calling again with the same arguments is safe. The msg_id comes from the chat (webhook, send answer, client), not from these tools.',
  kind: 'create',
  input: z.strictObject({
    group_id: groupId,
    msg_id: msgId,
    name: threadName,
    owner,
    members: usernames.optional().describe('1-100 members of the group to add besides the owner'),
  }),
  output,
  async handle(args, context): Promise<Result> {
    const { group_id, msg_id, name, owner } = args;
    const thread = { groupId: group_id, msgId: msg_id, name, owner };
    const made = await makeThread(thread, {}, [], context);
    if (made.kind === 'refused') throw made.error;
    const result = resultOf(made, thread, context);
    const users = args.members?.filter((user) => user !== owner) ?? [];
    if (users.length === 0) return result;
    if (made.kind === 'made') {
      const members = await addToNewThread(made.id, users, context);
      const adding = `Adding ${counted(users.length, 'user')}: ${countAdded(members)}.`;
      return withMembers(result, members, joined(' ', adding, callsForTheRest(made.id, members)));
    }
    const untried = everyOne<'added'>({ threadId: '', users }, 'not_tried');
    return withMembers(result, untried, isPerhapsOurs(made) ? PERHAPS_EARLIER : 'No members were added.');
  },
  text: membersText,
});

const PERHAPS_EARLIER =
  'No members were added, since it may be the thread of an earlier call; if it is the right one, add them with add_thread_members.';

/** A thread of an earlier call with the same arguments is what was asked for too, but not to be changed further. */
const isPerhapsOurs = (made: Made) => made.kind === 'found' && made.which === 'perhaps_ours';

function resultOf(made: Exclude<Made, { kind: 'refused' }>, thread: NewThread, context: ToolContext): Result {
  const { groupId: group_id, msgId: msg_id } = thread;
  const [name, owner] = [shownName(thread.name), shownId(thread.owner)];
  const echo = { group_id, msg_id, name, owner };
  const created = (id: string, lost: AgoraError | undefined): Result => ({
    summary: joined(
      ' ',
      `Created ${titled({ id, name })} ${inApp(context.app)} ${whereOf(thread)}.`,
      lost && `Its answer was lost (${errorWords(lost)}), and the thread was found by looking for it.`,
    ),
    status: 'created',
    thread_id: id,
    ...echo,
  });
  if (made.kind === 'made') return created(made.id, made.lost);
  if (made.kind === 'found' && made.which === 'perhaps_ours') return created(factsOf(made.thread).id, made.error);
  const words = {
    tool: 'create_thread',
    done: 'created',
    what: `the thread ${inQuotes(name)} ${whereOf(thread)}, was created`,
  } as const;
  // Where the message has a thread, a name that was only asked for would be taken for the name of that one.
  return { ...notMade(made, thread, words, context), ...(made.kind === 'unknown' && echo) };
}
