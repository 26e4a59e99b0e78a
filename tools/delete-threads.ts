import * as z from 'zod';
import { type AgoraError, isUntried } from '../src/agora/errors.ts';
import { defined } from '../src/base/defined.ts';
import { inQuotes } from '../src/base/escape.ts';
import { inParallel } from '../src/base/in-parallel.ts';
import { counted, joined } from '../src/base/wording.ts';
import { type RowReason, reasonOf } from '../src/present/error-words.ts';
import { countByStatus } from '../src/present/outcomes.ts';
import {
  described,
  factsLine,
  inApp,
  shownId,
  type ThreadFacts,
  threadFacts,
  word,
} from '../src/present/thread-facts.ts';
import { tokenBound } from '../src/present/token-budget.ts';
import { type ConfirmedContext, confirmationFields, defineDeletion } from '../src/toolkit/define-deletion.ts';
import { MEMBER_PAGES } from '../src/toolkit/last-records.ts';
import { AT_ONCE, type Target, targetFacts } from '../src/toolkit/targets.ts';
import { type Deletion, deleteOne } from './support/delete-one.ts';
import { cutTexts, deletedBefore, MEMBERS_TOKENS, recordFacts, roomBeside } from './support/deletion-facts.ts';
import { NOT_SENT } from './support/member-pairs.ts';
import { confirmationCode, threadIds } from './support/parameters.ts';

/** After a yes, those that did not succeed first: a model reads them first too. */
const STATUSES = ['unknown', 'failed', 'not_tried', 'already_gone', 'deleted'] as const;
/** Before a yes. */
const BEFORE = ['not_deleted_yet', 'not_deleted'] as const;

const row = z.object({
  thread_id: z.string(),
  status: z.enum([...STATUSES, ...BEFORE]),
  thread: threadFacts.optional(),
  error: z.string().optional(),
});

const output = z.object({
  summary: z.string(),
  status: z.enum(['done', 'partly_done', 'confirmation_required', 'declined']),
  ...confirmationFields,
  results: z.array(row),
});

type Row = z.input<typeof row>;
type Result = z.input<typeof output>;

/** What became of one target; `deletion` is absent where it was not even looked at. */
interface One {
  readonly target: Target;
  readonly status: (typeof STATUSES)[number];
  readonly deletion?: Deletion;
  readonly reason?: RowReason;
}

export const deleteThreads = defineDeletion({
  name: 'delete_threads',
  title: 'Delete several threads',
  description:
    'Deletes 1-50 Agora Chat threads for good, with their messages, after one question to the user that lists them all (see delete_thread). results has an outcome and the last record of each; status partly_done means that some were not deleted.',
  kind: 'delete',
  input: z.strictObject({ thread_ids: threadIds, confirmation_code: confirmationCode }),
  output,
  threadIds: ({ thread_ids }) => thread_ids,
  alreadyDone(targets, { app, ownDeletions }): Result | undefined {
    if (!targets.every(({ gone }) => gone)) return undefined;
    const ids = targets.map(({ id }) => id);
    const before = deletedBefore(ids, ownDeletions) ?? 'They may have been deleted before.';
    return {
      summary: `Nothing was deleted ${inApp(app)}: none of the ${counted(ids.length, 'thread')} exists. ${before}`,
      status: 'done',
      results: ids.map((id) => ({ thread_id: shownId(id), status: 'already_gone' })),
    };
  },
  unconfirmed(targets, result): Result {
    const status = result.status === 'declined' ? 'not_deleted' : 'not_deleted_yet';
    const rows = targets.map(
      ({ id, gone }): Row => ({ thread_id: shownId(id), status: gone ? 'already_gone' : status }),
    );
    return {
      ...result,
      results: withThreads(
        rows,
        targets.map((target) => targetFacts(target)),
        result,
      ),
    };
  },
  async perform(targets, _args, context) {
    const ones = await deleteAll(targets, context);
    const { app, carryOn, confirmedBy: confirmed_by } = context;
    const rest = ones.filter(({ status }) => status === 'not_tried').map(({ target }) => target);
    const carried = carryOn({ thread_ids: rest.map(({ id }) => id) }, rest);
    const gone = ones.filter(({ status }) => status === 'already_gone').map(({ target }) => target.id);
    const isDone = ones.every(({ status }) => status === 'deleted' || status === 'already_gone');
    const before = deletedBefore(gone, context.ownDeletions);
    const tell = (confirmed: string): Result => {
      const summary = joined(
        ' ',
        `Deleting ${counted(targets.length, 'thread')} ${inApp(app)}, ${confirmed}: ${countByStatus(ones, ['deleted', ...STATUSES.filter((one) => one !== 'deleted')])}.`,
        uncheckedOf(ones),
        before,
        keptOf(ones, context.findInAuditLog !== undefined),
        carried.words,
      );
      return {
        summary,
        status: isDone ? 'done' : 'partly_done',
        confirmed_by,
        ...carried.fields,
        results: resultRows(ones, summary),
      };
    };
    return { tell, rowReasons: ones.flatMap(({ reason }) => reason ?? []) };
  },
  text: ({ summary, results }) => [summary, ...results.map(lineOf)].join('\n'),
});

/** While less of the call's work than this is used, member lists are read further than their first page. */
const READ_ON_MS = 15_000;

async function deleteAll(targets: readonly Target[], context: ConfirmedContext): Promise<readonly One[]> {
  const { progress, time } = context;
  let count = 0;
  let fatal: AgoraError | undefined;
  const ones = await inParallel(targets, AT_ONCE, async (target): Promise<One> => {
    // The person was told that it is gone: should it be there again, that is another question.
    if (target.gone) return { target, status: 'already_gone' };
    if (fatal) return { target, status: 'failed', reason: NOT_SENT };
    time.throwIfGivenUp();
    if (time.sending.aborted) return { target, status: 'not_tried' };
    const deletion = await deleteOne(target, time.spent() < READ_ON_MS ? MEMBER_PAGES : 1, context);
    count += 1;
    progress(count, targets.length, `${count} of ${targets.length} threads`);
    const { status, error } = deletion;
    if (!error) return { target, status, deletion };
    const failed = { target, deletion, reason: reasonOf(error) };
    if (status === 'unknown') return { ...failed, status };
    if (isUntried(error)) return { target, status: 'not_tried', deletion };
    if (!isAboutOneThread(error)) fatal ??= error;
    return { ...failed, status: 'failed' };
  });
  // Where nothing was written and nothing can be, that is an error, not a result.
  if (fatal && ones.every(({ status }) => status === 'failed')) throw fatal;
  return ones;
}

/** Does the failure leave the other threads to be tried? */
const isAboutOneThread = ({ code, facts }: AgoraError): boolean =>
  code === 'renamed' || code === 'name_not_checked' || facts.about?.includes('thread') === true;

const isLost = ({ status }: One): boolean => status === 'deleted' || status === 'unknown';

/** The rows, those that did not succeed first. The members of what is lost are given as far as all together fit. */
function resultRows(ones: readonly One[], summary: string): Row[] {
  const ordered = STATUSES.flatMap((status) => ones.filter((one) => one.status === status));
  const rows = ordered.map(
    ({ target, status, reason }): Row => ({
      thread_id: shownId(target.id),
      status,
      ...defined({ error: reason?.words }),
    }),
  );
  const factsOf = (one: One, room: number): ThreadFacts =>
    one.deletion ? recordFacts(one.deletion.record, isLost(one) ? room : undefined) : targetFacts(one.target);
  const withoutMembers = ordered.map((one) => factsOf(one, 0));
  let room = Math.min(MEMBERS_TOKENS, roomBeside(withoutMembers, [rows, summary]));
  const threads = ordered.map((one) => {
    const facts = factsOf(one, room);
    room -= tokenBound(JSON.stringify(facts.members ?? []));
    return facts;
  });
  return withThreads(rows, threads, summary);
}

function withThreads(rows: readonly Row[], threads: readonly ThreadFacts[], rest: unknown): Row[] {
  const cut = cutTexts(threads, [rows, rest]);
  return rows.map(({ error, ...row }, n) => ({ ...row, thread: cut[n], ...defined({ error }) }));
}

/** How many were deleted though their names, shown as not verified, could not be read. */
function uncheckedOf(ones: readonly One[]): string | false {
  const count = ones.filter(({ deletion }) => deletion?.unchecked).length;
  return count > 0 && `The ${count === 1 ? 'name' : 'names'} of ${count} of them could not be checked just before.`;
}

/** Where the members of what was deleted are kept, and of how many they are not. */
function keptOf(ones: readonly One[], isAudited: boolean): string | undefined {
  const lost = ones.filter(isLost);
  if (lost.length === 0) return undefined;
  const incomplete = lost.filter(({ deletion }) => deletion?.record.members_state !== 'complete').length;
  const where = isAudited
    ? 'in the audit log and in the memory of this server'
    : 'in the memory of this server, until it ends';
  return `Their last records are kept ${where}${incomplete === 0 ? '' : `; of ${incomplete} the member list could not be read whole`}. restore_thread can make a thread again from them while its parent message is kept, but without its messages.`;
}

function lineOf({ thread_id, status, thread = { id: thread_id }, error }: Row): string {
  const title = thread.name === undefined ? '' : ` ${inQuotes(thread.name)}`;
  if (BEFORE.some((one) => one === status)) return `${word(thread_id)}${title} ${status}: ${described(thread)}`;
  return joined(': ', `${word(thread_id)} ${status}`, error, factsLine(thread));
}
