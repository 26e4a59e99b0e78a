import * as z from 'zod';
import { AgoraError } from '../src/agora/errors.ts';
import { readMembers } from '../src/agora/look.ts';
import { BATCH } from '../src/agora/threads.ts';
import { vendorError } from '../src/agora/vendor-errors.ts';
import { identify } from '../src/identify.ts';
import { errorWords } from '../src/present/failure.ts';
import { outcomesText, tally, type UserOutcome } from '../src/present/outcomes.ts';
import { capitalised, described, shownId, threadFacts, titled, word } from '../src/present/thread.ts';
import { inQuotes } from '../src/present/untrusted.ts';
import { confirmationFields, defineDeletion, type ToolContext } from '../src/tool.ts';
import { confirmationCode, threadId, usernames } from './arguments.ts';

const STATUSES = ['removed', 'not_removed', 'failed', 'unknown'] as const;
type Outcome = UserOutcome<(typeof STATUSES)[number]>;

export const removeThreadMembers = defineDeletion({
  name: 'remove_thread_members',
  title: 'Remove members from a thread',
  description:
    'Removes up to 100 users from a thread; they stay in its group. The user is asked first, once for the call, as with delete_thread. status partly_done means that some were not removed, and results says which; the service gives no reason for not_removed.',
  kind: 'delete',
  done: 'removed',
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
  async preview({ thread_id, usernames }, context) {
    const { state, facts } = await identify(thread_id, context, context.signal, true);
    if (state === 'gone') throw vendorError({ status: 404, description: 'thread not found.' });
    return { facts, users: [...new Set(usernames)] };
  },
  settled: () => undefined,
  question({ facts, users }, { app, clock }) {
    const who = `${users.length} user${users.length === 1 ? '' : 's'} (${users.map((user) => word(shownId(user))).join(', ')})`;
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
      label: `Remove ${users.length} user${users.length === 1 ? '' : 's'} from this thread`,
    };
  },
  unconfirmed: ({ facts }, result) => ({ ...result, thread: facts }),
  async perform({ thread_id }, { facts, users }, context) {
    const results: Outcome[] = [];
    while (results.length < users.length) {
      context.signal.throwIfAborted();
      const batch = users.slice(results.length, results.length + BATCH);
      const { outcomes, fatal } = await removeBatch(thread_id, batch, context);
      results.push(...outcomes);
      // Nothing was written and nothing can be: that is an error, not a result.
      if (fatal && results.every(({ status }) => status === 'failed')) throw fatal;
      if (fatal) results.push(...users.slice(results.length).map(notSent));
      context.progress(results.length, users.length, `${results.length} of ${users.length} users`);
    }
    return {
      summary: `Removing ${users.length} user${users.length === 1 ? '' : 's'} from ${titled(facts)}: ${tally(results, STATUSES)}.`,
      status: results.every(({ status }) => status === 'removed') ? ('done' as const) : ('partly_done' as const),
      results: results.map((result) => ({ ...result, username: shownId(result.username) })),
    };
  },
  text: ({ summary, results }) => outcomesText(summary, results ?? []),
});

const notSent = (username: string): Outcome => ({
  username,
  status: 'failed',
  error: 'not sent, after the failure before it',
});

async function removeBatch(
  threadId: string,
  users: readonly string[],
  { threads, write, signal }: ToolContext,
): Promise<{ outcomes: Outcome[]; fatal?: AgoraError }> {
  try {
    const { removed, resent } = await write({ args: { thread_id: threadId, usernames: users } }, (agora) =>
      agora.removeMembers(threadId, users, signal),
    );
    const doubtful = users.filter((user) => removed.get(user) !== true);
    // On a second try the service may say false of users whom the first one removed: only their list tells.
    const members = resent && doubtful.length > 0 ? await readMembers(threads, threadId, signal) : undefined;
    return { outcomes: users.map((username) => outcomeOf(username, removed.get(username), members)) };
  } catch (error) {
    if (!(error instanceof AgoraError)) throw error;
    if (error.facts.landed === 'maybe') {
      const members = await readMembers(threads, threadId, signal);
      return { outcomes: users.map((username) => afterLoss(username, members)) };
    }
    const outcomes = users.map((username) => ({ username, status: 'failed' as const, error: errorWords(error) }));
    return { outcomes, fatal: error };
  }
}

type Members = Awaited<ReturnType<typeof readMembers>>;

function outcomeOf(username: string, said: boolean | undefined, members: Members | undefined): Outcome {
  if (said === true) return { username, status: 'removed' };
  if (members && said === false && members.members.has(username)) return { username, status: 'not_removed' };
  if (members) return afterLoss(username, members);
  return said === false
    ? { username, status: 'not_removed' }
    : { username, status: 'unknown', error: 'the service said nothing of this user' };
}

/** What the member list shows after an answer was lost: who is absent is removed, who is there may still be on the way. */
function afterLoss(username: string, { members, complete }: Members): Outcome {
  if (complete && !members.has(username)) return { username, status: 'removed' };
  const seen = members.has(username) ? ', and a moment later the user was still a member' : '';
  return { username, status: 'unknown', error: `the answer was lost${seen}; removing the user again is safe` };
}
