import * as z from 'zod';
import { defined } from '../src/base/defined.ts';
import { inQuotes } from '../src/base/escape.ts';
import { counted } from '../src/base/wording.ts';
import { errorWords } from '../src/present/error-words.ts';
import { withRows } from '../src/present/outcomes.ts';
import { factsOf, inApp, shownId, shownName, threadFacts, titled, word } from '../src/present/thread-facts.ts';
import { defineTool, type ToolContext } from '../src/toolkit/define-tool.ts';
import { ADD_STATUSES } from './support/add-members.ts';
import { type Made, makeThread, whichThread } from './support/make-thread.ts';
import {
  addToNewThread,
  callsForTheRest,
  countMembers,
  memberFields,
  memberRow,
  membersText,
  type NewMember,
} from './support/new-members.ts';
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

const input = z.strictObject({
  group_id: groupId,
  msg_id: msgId,
  name: threadName,
  owner,
  members: usernames.optional().describe('1-100 members of the group to add besides the owner'),
});

type Args = z.output<typeof input>;
type Result = z.input<typeof output>;

export const createThread = defineTool({
  name: 'create_thread',
  title: 'Create a thread',
  description:
    'Creates an Agora Chat thread on a group message, and can add members to it. A message can have only one thread: status already_exists means it has one. status unknown means the answer was lost; calling again with the same arguments is safe. The msg_id comes from the chat (webhook, send answer, client), not from these tools.',
  kind: 'create',
  input,
  output,
  async handle(args, context): Promise<Result> {
    const { group_id, msg_id, name, owner } = args;
    const thread = { groupId: group_id, msgId: msg_id, name, owner };
    const made = await makeThread(thread, { group_id, msg_id, name, owner }, [], context);
    if (made.kind === 'refused') throw made.error;
    const users = [...new Set(args.members)].filter((user) => user !== owner);
    const result = resultOf(made, args, context);
    const id = made.kind === 'made' ? made.id : made.kind === 'found' && made.isOurs ? made.thread.id : undefined;
    if (users.length === 0) return result;
    if (id === undefined) {
      const words = made.kind === 'found' ? PERHAPS_EARLIER : 'No members were added.';
      return withMembers(result, users.map(untried(result.thread_id ?? '')), words);
    }
    const members = await addToNewThread(id, users, context);
    return withMembers(result, members, `Adding ${counted(users.length, 'user')}: ${countMembers(members)}.`, id);
  },
  text: membersText,
});

const PERHAPS_EARLIER =
  'No members were added, since it may be the thread of an earlier call; if it is the right one, add them with add_thread_members.';

const untried = (threadId: string) => (username: string) => ({ threadId, username, status: 'not_tried' as const });

/** @param id where the rest may be added to it */
const withMembers = (result: Result, members: readonly NewMember[], words: string, id?: string): Result =>
  withRows(
    ADD_STATUSES,
    members.map(memberRow),
    membersText,
    (shown, left_out): Result => ({
      ...result,
      summary: [result.summary, words, ...(id === undefined ? [] : callsForTheRest(id, members))].join(' '),
      members: shown,
      ...left_out,
    }),
  );

function resultOf(made: Exclude<Made, { kind: 'refused' }>, args: Args, { app }: ToolContext): Result {
  const { group_id, msg_id, name, owner } = args;
  const echo = { group_id, msg_id, name: shownName(name), owner: shownId(owner) };
  const message = `message ${msg_id} in group ${group_id}`;
  const created = (thread_id: string, how: string): Result => ({
    summary: `Created ${titled({ id: thread_id, name: echo.name })} ${inApp(app)} on ${message}, owner ${word(echo.owner)}.${how}`,
    status: 'created',
    thread_id,
    ...echo,
  });
  switch (made.kind) {
    case 'made':
      return created(made.id, '');
    case 'found':
      return created(
        factsOf(made.thread).id,
        ` Its answer was lost (${errorWords(made.error)}), and the thread was found by looking for it.`,
      );
    case 'taken': {
      const existing = made.thread && factsOf(made.thread);
      const where = existing
        ? `It is ${titled(existing)}.`
        : `It is not in the list of ${word(echo.owner)}; to find it, list the threads of other members with list_user_group_threads and detail = full, and look for this msg_id.`;
      return {
        summary: `Nothing was created ${inApp(app)}: ${message} already has a thread, and can have only one. ${where}`,
        status: 'already_exists',
        // Alone: a name that was only asked for would be taken for the name of that thread.
        ...defined({ thread_id: existing?.id, existing }),
      };
    }
    case 'other': {
      const existing = factsOf(made.thread);
      const isKnown = made.made !== 'unknown';
      return {
        summary: `The answer was lost (${errorWords(made.error)}), and ${message} has a thread: ${titled(existing)}. ${whichThread(made)}; a second one cannot be made.`,
        status: isKnown ? 'already_exists' : 'unknown',
        ...defined({ thread_id: isKnown ? existing.id : undefined }),
        existing,
      };
    }
    case 'unknown':
      return {
        summary: `It is not known whether the thread ${inQuotes(echo.name)} on ${message}, owner ${word(echo.owner)}, was created (${errorWords(made.error)}); it was not found by looking for it. Call create_thread again with the same arguments: a message can have only one thread, so no second one can come of it.`,
        status: 'unknown',
        ...echo,
      };
  }
}
