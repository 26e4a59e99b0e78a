import * as z from 'zod';
import { capitalised } from '../src/base/capitalised.ts';
import { inQuotes } from '../src/base/escape.ts';
import { described, lastRecord, type ThreadFacts, threadFacts, titled } from '../src/present/thread-facts.ts';
import { confirmationFields, defineDeletion } from '../src/toolkit/define-tool.ts';
import { identify } from '../src/toolkit/identify-thread.ts';
import { deleteOne, renamedWords } from './support/delete-one.ts';
import { confirmationCode, threadId } from './support/parameters.ts';

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
  verb: 'deleted',
  input: z.strictObject({ thread_id: threadId, confirmation_code: confirmationCode }),
  output,
  // With a code the thread is looked at anew, since the code is only valid for what was shown.
  preview: ({ thread_id, confirmation_code }, context) =>
    identify(thread_id, context, context.signal, confirmation_code === undefined),
  alreadyDone: ({ state, facts }) => (state === 'gone' ? goneResult(facts) : undefined),
  question: ({ facts }, { app, clock }) => {
    const about = described(facts, clock.now());
    const where = `app ${inQuotes(app.name)} on ${app.host}`;
    return {
      ask: `deleting ${titled(facts)} (${about}) in ${where} needs the user's yes, and cannot be undone`,
      message: [
        `${app.sandbox ? '[sandbox] ' : ''}Delete this thread for good?`,
        capitalised(titled(facts)),
        capitalised(about),
        capitalised(where),
        'Its messages go with it. This cannot be undone.',
      ].join('\n'),
      label: 'Delete this thread for good',
      boundTo: facts.name,
    };
  },
  unconfirmed: ({ facts }, result) => ({ ...result, thread: facts }),
  async perform({ thread_id }, preview, context): Promise<Result> {
    const result = await deleteOne(thread_id, preview.facts, context);
    const { status, facts: thread } = result;
    switch (status) {
      case 'refused':
        throw result.error;
      case 'already_gone':
        return goneResult(thread);
      case 'deleted':
        return { summary: `Deleted ${titled(thread)} for good.`, status, thread };
      case 'renamed':
        return {
          summary: `Nothing was deleted: ${renamedWords(result.from, thread)}. To ask again under the new name, call delete_thread again.`,
          status: 'declined',
          thread,
        };
      case 'unknown':
        return {
          summary: `It is not known whether ${titled(thread)} was deleted (${result.why}). Call delete_thread again to find out: already_gone then means that it is deleted.`,
          status,
          thread,
        };
    }
  },
  text: ({ summary, status, thread }) =>
    status === 'confirmation_required' || status === 'declined' ? summary : [summary, ...lastRecord(thread)].join('\n'),
});

const goneResult = (facts: ThreadFacts): Result => ({
  summary: `Nothing was deleted: ${titled(facts)} does not exist, or not any more.`,
  status: 'already_gone',
  thread: facts,
});
