import * as z from 'zod';
import { AgoraError } from '../src/agora/errors.ts';
import { identify } from '../src/identify.ts';
import { capitalised, described, lastRecord, type ThreadFacts, threadFacts, titled } from '../src/present/thread.ts';
import { inQuotes } from '../src/present/untrusted.ts';
import { confirmationFields, defineDeletion, type ToolContext } from '../src/tool.ts';
import { confirmationCode, threadId } from './arguments.ts';

const output = z.object({
  summary: z.string(),
  status: z.enum(['deleted', 'already_gone', 'unknown', 'confirmation_required', 'declined']),
  thread: threadFacts,
  ...confirmationFields,
});

type Result = z.input<typeof output>;

export const deleteThread = defineDeletion({
  name: 'delete_thread',
  title: 'Delete a thread',
  description:
    'Deletes a thread for good, with its messages. The user is asked first: by a form, or the first call answers confirmation_required with a code. Then show the preview to the user and stop; call again with the code only after a yes. thread in the result holds all that was known.',
  kind: 'delete',
  done: 'deleted',
  input: z.strictObject({ thread_id: threadId, confirmation_code: confirmationCode }),
  output,
  preview: ({ thread_id }, context) => identify(thread_id, context, context.signal, true),
  settled: ({ state, facts }) => (state === 'gone' ? goneResult(facts) : undefined),
  question: ({ facts }, { app, clock }) => {
    const target = `${titled(facts)} (${described(facts, clock.now())}) in app ${inQuotes(app.name)} on ${app.host}`;
    return {
      ask: `deleting ${target} needs the user's yes, and cannot be undone`,
      message: [
        `${app.sandbox ? '[sandbox] ' : ''}Delete this thread for good?`,
        capitalised(titled(facts)),
        capitalised(described(facts, clock.now())),
        `App ${inQuotes(app.name)} on ${app.host}`,
        'Its messages go with it. This cannot be undone.',
      ].join('\n'),
      label: 'Delete this thread for good',
    };
  },
  unconfirmed: ({ facts }, result) => ({ ...result, thread: facts }),
  async perform({ thread_id }, preview, context) {
    const { threads, seen, signal } = context;
    const before = preview.facts;
    const now = await identify(thread_id, context, signal, false);
    if (now.state === 'gone') return goneResult(before);
    const facts = { ...before, ...now.facts };
    const renamed =
      before.name !== undefined && facts.name !== before.name
        ? ` While the question was open it was renamed from ${inQuotes(before.name)}.`
        : '';
    const sent = await threads.delete(thread_id, signal).then(() => 'deleted' as const, landing);
    // The answer was lost: whether the thread is still there tells.
    const after = sent === 'unknown' ? await lookAgain(thread_id, context) : undefined;
    const outcome = after === 'gone' ? 'deleted' : sent;
    if (outcome !== 'unknown') seen.forget(thread_id);
    const summary = {
      deleted: `Deleted ${titled(facts)} for good.${renamed}`,
      already_gone: `Nothing was deleted: ${titled(facts)} was already gone.`,
      unknown: `It is not known whether ${titled(facts)} was deleted: the answer was lost${after === 'there' ? ', and a moment later it was still there' : ''}.${renamed} Call delete_thread again to find out: already_gone then means that it is deleted.`,
    }[outcome];
    return { summary, status: outcome, thread: facts };
  },
  text: ({ summary, status, thread }) =>
    status === 'confirmation_required' || status === 'declined' ? summary : [summary, ...lastRecord(thread)].join('\n'),
});

const goneResult = (facts: ThreadFacts): Result => ({
  summary: `Nothing was deleted: ${titled(facts)} does not exist, or not any more.`,
  status: 'already_gone',
  thread: facts,
});

/** What came of a deletion whose request failed. A 404 after an attempt that may have landed is its success. */
function landing(error: unknown): 'deleted' | 'already_gone' | 'unknown' {
  if (!(error instanceof AgoraError)) throw error;
  const { code, facts } = error;
  if (code === 'thread_not_found') return facts.landed === 'maybe' ? 'deleted' : 'already_gone';
  if (facts.landed === 'maybe') return 'unknown';
  throw error;
}

/** Whether the thread is still there; a look that fails must not hide the deletion before it. */
async function lookAgain(threadId: string, { threads, signal }: ToolContext): Promise<'there' | 'gone' | 'unsure'> {
  try {
    await threads.listMembers(threadId, { limit: 1 }, signal);
    return 'there';
  } catch (error) {
    if (!(error instanceof AgoraError)) throw error;
    return error.code === 'thread_not_found' ? 'gone' : 'unsure';
  }
}
