import * as z from 'zod';
import { capitalised } from '../src/base/wording.ts';
import { errorWords } from '../src/present/error-words.ts';
import { canBeRestored, inApp, lastRecord, threadFacts, titled } from '../src/present/thread-facts.ts';
import { confirmationFields, defineDeletion } from '../src/toolkit/define-deletion.ts';
import type { ToolContext } from '../src/toolkit/define-tool.ts';
import { MEMBER_PAGES } from '../src/toolkit/last-records.ts';
import { type Target, targetFacts } from '../src/toolkit/targets.ts';
import { deleteOne, whyStopped } from './support/delete-one.ts';
import { deletedBefore, MEMBERS_TOKENS, recordFacts } from './support/deletion-facts.ts';
import { confirmationCode, threadId } from './support/parameters.ts';

const output = z.object({
  summary: z.string(),
  status: z.enum(['deleted', 'already_gone', 'unknown', 'confirmation_required', 'declined']),
  ...confirmationFields,
  thread: threadFacts,
});

type Result = z.input<typeof output>;

const factsOf = (target: Target) => targetFacts(target, MEMBERS_TOKENS);

export const deleteThread = defineDeletion({
  name: 'delete_thread',
  title: 'Delete a thread',
  description:
    'Deletes an Agora Chat thread for good, with its messages. The user is asked first, by a form or in a view; else the first call answers confirmation_required with a code: show the preview to the user and stop, and call again with the code only after a yes. thread in the result has all that was known; restore_thread can make it again, without its messages.',
  kind: 'delete',
  input: z.strictObject({ thread_id: threadId, confirmation_code: confirmationCode }),
  output,
  threadIds: ({ thread_id }) => [thread_id],
  alreadyDone: ([target], context) => (target?.gone ? goneResult(target, context) : undefined),
  unconfirmed: ([target], result) => ({ ...result, thread: target ? factsOf(target) : { id: '' } }),
  async perform([target], _args, context) {
    if (target === undefined) throw new Error('A deletion without a target.');
    const { app, confirmedBy: confirmed_by } = context;
    const deletion = await deleteOne(target, MEMBER_PAGES, context);
    const { status, error, record } = deletion;
    const thread = recordFacts(record, MEMBERS_TOKENS);
    switch (status) {
      case 'already_gone': {
        const gone = { ...goneResult(target, context), confirmed_by };
        return { tell: () => gone };
      }
      case 'deleted': {
        const unchecked = deletion.unchecked ? ' Its name could not be checked just before.' : '';
        return {
          tell: (confirmed): Result => ({
            summary: `Deleted ${titled(thread)} for good ${inApp(app)}, ${confirmed}.${unchecked} ${canBeRestored(thread)}`,
            status,
            confirmed_by,
            thread,
          }),
        };
      }
      case 'refused':
        if (error.code !== 'renamed' && error.code !== 'name_not_checked') throw error;
        return {
          because: { error: error.code },
          tell: (confirmed): Result => ({
            summary: `Nothing was deleted ${inApp(app)}, though it was ${confirmed}. ${capitalised(titled({ id: thread.id }))} was left alone because ${whyStopped(error, target, record)}. ${error.facts.next}`,
            status: 'declined',
            confirmed_by,
            thread,
          }),
        };
      case 'unknown':
        return {
          tell: (confirmed): Result => ({
            summary: `It is not known whether ${titled(thread)} was deleted ${inApp(app)} (${errorWords(error)}); it was ${confirmed}. Call delete_thread again to find out: already_gone then means that it is deleted.`,
            status,
            confirmed_by,
            thread,
          }),
        };
    }
  },
  text: ({ summary, status, thread }) =>
    status === 'confirmation_required' || status === 'declined' ? summary : [summary, ...lastRecord(thread)].join('\n'),
});

function goneResult(target: Target, { app, ownDeletions, records }: ToolContext): Result {
  const before = deletedBefore([target.id], ownDeletions);
  const record = before === undefined ? undefined : records.get(target.id);
  const thread = record ? recordFacts(record, MEMBERS_TOKENS) : factsOf(target);
  return {
    summary: `Nothing was deleted ${inApp(app)}: ${titled(thread)} does not exist. ${before ?? 'It may have been deleted before.'}`,
    status: 'already_gone',
    thread,
  };
}
