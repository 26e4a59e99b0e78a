import * as z from 'zod';
import { AgoraError } from '../src/agora/errors.ts';
import { defined } from '../src/base/defined.ts';
import { inQuotes } from '../src/base/escape.ts';
import { counted, joined } from '../src/base/wording.ts';
import { described, factsOf, shownId, shownName, threadFacts, titled, word } from '../src/present/thread-facts.ts';
import { firstWithin } from '../src/present/token-budget.ts';
import { defineTool, type ToolContext } from '../src/toolkit/define-tool.ts';
import { lookForQuestion, targetFacts } from '../src/toolkit/targets.ts';
import { MEMBERS_TOKENS } from './support/deletion-facts.ts';
import { explainRefusal } from './support/explain-refusal.ts';
import { threadId } from './support/parameters.ts';

const output = z.object({
  summary: z.string(),
  thread: threadFacts
    .omit({ members: true, member_count: true, members_left_out: true })
    .extend({ group_name: z.string().optional() }),
  members: z.array(z.string()).optional().describe('The first 50 user ids'),
  member_count: z.string().optional().describe('"12", or "50 or more"'),
});

type Facts = z.input<typeof threadFacts> & { readonly isUnsure?: boolean };

const MOST_MEMBERS = 50;

/** Names come from the lists of members. */
const UNNAMED = {
  empty: "Nobody is in it, so no user's list gives its name.",
  unread: 'Its name is in none of the lists that could be read; list_user_threads of one of its members has it.',
};

export const getThread = defineTool({
  name: 'get_thread',
  title: 'Get one thread',
  description:
    'Gets what is known of one Agora Chat thread by its id: name, owner, group, parent message id, creation time and first 50 members; not its messages or last activity. Without the id use find_threads.',
  kind: 'read',
  input: z.strictObject({ thread_id: threadId }),
  output,
  async handle({ thread_id }, context) {
    const { groupNames, signal, undocumented } = context;
    const { isUnsure, members, ...facts } = await (undocumented ? askDirectly : lookUp)(thread_id, context);
    if (facts.group_id !== undefined) await groupNames.learn([facts.group_id], signal);
    const group = facts.group_id && groupNames.recall(facts.group_id);
    const groupName = group && shownName(group);
    const { member_count, ...thread } = facts;
    return {
      summary: joined(
        ' ',
        `${isUnsure ? 'The service could not be asked about' : 'Found'} ${titled(facts)}: ${described(facts)}.`,
        groupName && `Its group is called ${inQuotes(groupName)}.`,
        facts.name === undefined && !isUnsure && UNNAMED[members?.length === 0 ? 'empty' : 'unread'],
        members &&
          String(members.length) !== member_count &&
          `The first ${counted(members.length, 'member')} are shown; list_thread_members lists all.`,
      ),
      thread: { ...thread, ...defined({ group_name: groupName }) },
      ...defined({ members, member_count }),
    };
  },
  text: ({ summary, thread: { msg_id }, members }) =>
    joined(
      '\n',
      summary,
      msg_id && `msg_id ${msg_id}`,
      members && members.length > 0 && `members ${members.map(word).join(' ')}`,
    ),
});

/** By the web SDK's own call, which no document names. */
async function askDirectly(threadId: string, { threads, seen, clock, signal }: ToolContext): Promise<Facts> {
  const { memberCount, ...thread } = await threads.get(threadId, signal).catch(explainRefusal);
  seen.remember([thread], clock.now());
  return { ...factsOf(thread), ...defined({ member_count: memberCount?.toString() }) };
}

/** By its member list and the lists of its members. */
async function lookUp(threadId: string, context: ToolContext): Promise<Facts> {
  const [target] = await lookForQuestion([threadId], context);
  if (target === undefined || target.gone) throw notFound();
  const isUnsure = !target.verified && target.members === undefined;
  const first = target.members?.ids.slice(0, MOST_MEMBERS).map(shownId);
  const members = first && firstWithin(first, MEMBERS_TOKENS);
  return { ...targetFacts(target), ...defined({ members }), ...(isUnsure && { isUnsure }) };
}

const notFound = (): AgoraError =>
  new AgoraError({
    code: 'thread_not_found',
    what: 'the thread does not exist: it was deleted, or the id is wrong',
    next: 'Find it by its name with find_threads.',
    about: ['thread'],
  });
