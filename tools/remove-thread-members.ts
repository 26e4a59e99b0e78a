import * as z from 'zod';
import { AgoraError } from '../src/agora/errors.ts';
import type { Members } from '../src/agora/reconcile.ts';
import type { Removal } from '../src/agora/threads.ts';
import { capitalised } from '../src/base/capitalised.ts';
import { inQuotes } from '../src/base/escape.ts';
import { countByStatus, outcomesText } from '../src/present/outcomes.ts';
import { described, shownId, threadFacts, titled, word } from '../src/present/thread-facts.ts';
import { confirmationFields, defineDeletion } from '../src/toolkit/define-tool.ts';
import { identify } from '../src/toolkit/identify-thread.ts';
import { changeMembers, type MemberChange, type UserResult, usersText } from './support/batches.ts';
import { renamedWords } from './support/delete-one.ts';
import { confirmationCode, threadId, usernames } from './support/parameters.ts';

const STATUSES = ['removed', 'not_removed', 'failed', 'unknown'] as const;
type Status = (typeof STATUSES)[number];
type Outcome = UserResult<Status>;

export const removeThreadMembers = defineDeletion({
  name: 'remove_thread_members',
  title: 'Remove members from a thread',
  description:
    'Removes up to 100 users from a thread; they stay in its group. The user is asked first, once for the call, as with delete_thread. status partly_done means that some were not removed, and results says which; the service gives no reason for not_removed.',
  kind: 'delete',
  verb: 'removed',
  input: z.strictObject({ thread_id: threadId, usernames, confirmation_code: confirmationCode }),
  output: z.object({
    summary: z.string(),
    status: z.enum(['done', 'partly_done', 'confirmation_required', 'declined']),
    results: z
      .array(z.object({ username: z.string(), status: z.enum(STATUSES), error: z.string().optional() }))
      .optional(),
    thread: threadFacts.optional(),
    ...confirmationFields,
  }),
  async preview({ thread_id, usernames, confirmation_code }, context) {
    const { state, facts } = await identify(thread_id, context, context.signal, confirmation_code === undefined);
    if (state === 'gone') throw gone();
    return { facts, users: [...new Set(usernames)] };
  },
  question({ facts, users }, { app, clock }) {
    const who = `${usersText(users.length)} (${users.map((user) => word(shownId(user))).join(', ')})`;
    const about = described(facts, clock.now());
    return {
      ask: `removing ${who} from ${titled(facts)} (${about}) in app ${inQuotes(app.name)} on ${app.host} needs the user's yes`,
      message: [
        `${app.sandbox ? '[sandbox] ' : ''}Remove ${who} from this thread?`,
        capitalised(titled(facts)),
        capitalised(about),
        `App ${inQuotes(app.name)} on ${app.host}`,
        'They stay in the group, and can be added again.',
      ].join('\n'),
      label: `Remove ${usersText(users.length)} from this thread`,
      boundTo: facts.name,
    };
  },
  unconfirmed: ({ facts }, result) => ({ ...result, thread: facts }),
  async perform({ thread_id }, { facts, users }, context) {
    const now = await identify(thread_id, context, context.signal, false);
    if (now.state === 'gone') throw gone();
    if (facts.name !== undefined && now.facts.name !== undefined && now.facts.name !== facts.name) {
      return {
        summary: `Nothing was removed: ${renamedWords(facts.name, now.facts)}. To ask again, call remove_thread_members again.`,
        status: 'declined' as const,
        thread: now.facts,
      };
    }
    context.signal.throwIfAborted();
    const results = await changeMembers(thread_id, users, REMOVING, context);
    return {
      summary: `Removing ${usersText(users.length)} from ${titled(facts)}: ${countByStatus(results, STATUSES)}.`,
      status: results.every(({ status }) => status === 'removed') ? ('done' as const) : ('partly_done' as const),
      results,
    };
  },
  text: ({ summary, results }) => outcomesText(summary, results ?? []),
});

/** A look found no such thread. */
const gone = (): AgoraError =>
  new AgoraError({
    code: 'thread_not_found',
    what: 'the thread does not exist: it was deleted, or the id is wrong',
    next: "List the user's or the app's threads to get a current id.",
    retry: 'never',
    landed: 'no',
    about: ['thread'],
  });

const REMOVING: MemberChange<Removal, Status> = {
  send: (agora, threadId, users, signal) => agora.removeMembers(threadId, users, signal),
  async answered(users, { removed, resent }, readList) {
    // A second try may answer false for users whom the first one removed: only the list can tell.
    const list = resent && users.some((user) => removed.get(user) !== true) ? await readList() : undefined;
    return users.map((username) => byAnswer(username, removed.get(username), list));
  },
  lost: (username, list, why) => byList(username, list, ` (${why})`),
};

/** What became of a user by the answer, and by the member list where it was read. */
function byAnswer(username: string, said: boolean | undefined, list: Members | undefined): Outcome {
  if (said === true) return { username, status: 'removed' };
  if (list && said === false && list.members.has(username)) return { username, status: 'not_removed' };
  if (list) return byList(username, list, '');
  return said === false
    ? { username, status: 'not_removed' }
    : { username, status: 'unknown', error: 'the service said nothing of this user' };
}

/** What the member list says after an answer was lost: who is absent was removed, who is there may still be removed. */
function byList(username: string, { members, complete }: Members, why: string): Outcome {
  if (complete && !isAmong(username, members)) {
    return { username, status: 'removed', error: `the answer was lost${why}; the user is no member now` };
  }
  const seen = isAmong(username, members) ? ', and a moment later the user was still a member' : '';
  return { username, status: 'unknown', error: `the answer was lost${why}${seen}; removing the user again is safe` };
}

/** A service may list `lin` for `Lin`, who must then not be reported as removed. */
const isAmong = (username: string, members: ReadonlySet<string>): boolean =>
  members.has(username) || [...members].some((member) => member.toLowerCase() === username.toLowerCase());
