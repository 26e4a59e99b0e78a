import * as z from 'zod';
import type { AgoraError } from '../src/agora/errors.ts';
import { capitalised } from '../src/base/capitalised.ts';
import { timePassed } from '../src/base/clock.ts';
import { within } from '../src/base/deadline.ts';
import { inQuotes } from '../src/base/escape.ts';
import { inParallel } from '../src/base/in-parallel.ts';
import { errorWords } from '../src/present/error-words.ts';
import { countByStatus } from '../src/present/outcomes.ts';
import {
  described,
  describedInGroup,
  factsLine,
  groupOf,
  isEnough,
  shownId,
  type ThreadFacts,
  threadFacts,
  titled,
  word,
} from '../src/present/thread-facts.ts';
import { cutNames } from '../src/present/token-budget.ts';
import { ANSWER_TIME_MS } from '../src/toolkit/confirm.ts';
import { confirmationFields, defineDeletion } from '../src/toolkit/define-tool.ts';
import { type Identified, identify } from '../src/toolkit/identify-thread.ts';
import { NOT_SENT } from './support/batches.ts';
import { deleteOne } from './support/delete-one.ts';
import { confirmationCode, threadIds } from './support/parameters.ts';

const STATUSES = ['deleted', 'already_gone', 'failed', 'unknown'] as const;
/** Before a yes, and without one. */
const BEFORE = ['not_deleted_yet', 'not_deleted'] as const;

const outcome = z.object({
  thread_id: z.string(),
  status: z.enum([...STATUSES, ...BEFORE]),
  thread: threadFacts.optional(),
  error: z.string().optional(),
});

const output = z.object({
  summary: z.string(),
  status: z.enum(['done', 'partly_done', 'confirmation_required', 'declined']),
  results: z.array(outcome),
  ...confirmationFields,
});

type Outcome = z.input<typeof outcome>;
type Result = z.input<typeof output>;
/** What became of one thread, with all that is known of it before anything is cut to be shown. */
type OneOutcome = Pick<Outcome, 'thread_id' | 'error'> & {
  readonly status: (typeof STATUSES)[number];
  readonly facts: ThreadFacts;
};

/** How many threads are looked at, or deleted, at once: the quota is shared with the app's live users. */
const AT_ONCE = 4;
/** Without the two names: fifty of both would make a result too long, and the new one is in the row's record. */
const RENAMED = 'the question named it otherwise than it is called now; to ask again, call delete_thread';
/** For all names and owners of a result, in tokens; with ids and times 50 threads stay under 10,000. */
const TEXTS_BUDGET = 3_000;
/** The time for all looks before the question, in milliseconds: clients give up a call after a minute. */
const PREVIEW_MS = 30_000;

export const deleteThreads = defineDeletion({
  name: 'delete_threads',
  title: 'Delete several threads',
  description:
    'Deletes 2-50 threads for good, with their messages, after one question to the user that lists them all (see delete_thread). results holds an outcome and the last record of each; status partly_done means that some failed.',
  kind: 'delete',
  verb: 'deleted',
  input: z.strictObject({ thread_ids: threadIds, confirmation_code: confirmationCode }),
  output,
  async preview({ thread_ids, confirmation_code }, context) {
    const { clock, signal, progress } = context;
    const ids = [...new Set(thread_ids)];
    const passed = timePassed(clock);
    let count = 0;
    return inParallel(ids, AT_ONCE, async (id): Promise<Identified> => {
      const left = Math.max(0, PREVIEW_MS - passed());
      const one = await within(left, clock, signal, (bounded) =>
        identify(id, context, bounded, confirmation_code === undefined),
      );
      count += 1;
      progress(0, undefined, `Looked at ${count} of ${ids.length} threads`);
      return one ?? { state: 'unsure', facts: { id: shownId(id) } };
    });
  },
  alreadyDone: (found): Result | undefined =>
    found.every(({ state }) => state === 'gone')
      ? {
          summary: `Nothing was deleted: none of the ${found.length} threads exists, or not any more.`,
          status: 'done',
          results: found.map(({ facts }) => ({ thread_id: facts.id, status: 'already_gone' })),
        }
      : undefined,
  question(found, { app, clock, audited }) {
    const lines = grouped(fitted(found), clock.now());
    const where = `app ${inQuotes(app.name)} on ${app.host}`;
    const members = audited ? [] : ['Lists of their members are not kept: there is no audit log.'];
    return {
      ask: `deleting the ${found.length} threads below in ${where} needs the user's yes, and cannot be undone${audited ? '' : '; lists of their members are not kept, since there is no audit log'}`,
      message: [
        `${app.sandbox ? '[sandbox] ' : ''}Delete these ${found.length} threads for good?`,
        ...lines,
        capitalised(where),
        ...members,
        'Their messages go with them. This cannot be undone.',
      ].join('\n'),
      label: `Delete these ${found.length} threads for good`,
      // Gone threads too: if one is there again, a yes to the others is not one to it.
      boundTo: found.map(({ state, facts }) => [state === 'gone', facts.name ?? null]),
    };
  },
  unconfirmed: (found, result) => ({
    ...result,
    results: fitted(found).map(({ state, facts }): Outcome => {
      const status = result.status === 'declined' ? 'not_deleted' : 'not_deleted_yet';
      return {
        thread_id: facts.id,
        status: state === 'gone' ? 'already_gone' : status,
        thread: withoutMembers(facts),
      };
    }),
  }),
  async perform(_args, found, context): Promise<Result> {
    const { signal, progress, audited } = context;
    let count = 0;
    let stop: AgoraError | undefined;
    const outcomes = await inParallel(found, AT_ONCE, async ({ state, facts: before }) => {
      // A cancelled call deletes no further thread.
      signal.throwIfAborted();
      const { outcome, fatal } = await oneOf(state, before, stop, context);
      stop ??= fatal;
      count += 1;
      progress(count, found.length, `${count} of ${found.length} threads`);
      return outcome;
    });
    // Where nothing was written and nothing can be, that is an error, not a result.
    if (stop && outcomes.every(({ status }) => status === 'failed')) throw stop;
    const fine = outcomes.every(({ status }) => status === 'deleted' || status === 'already_gone');
    const members = audited ? 'Their members stand in the audit log.' : 'Lists of their members were not kept.';
    return {
      summary: `Deleting ${found.length} threads: ${countByStatus(outcomes, STATUSES)}. ${members}`,
      status: fine ? 'done' : 'partly_done',
      results: fitted(outcomes).map(
        ({ facts, ...outcome }): Outcome => ({ ...outcome, thread: withoutMembers(facts) }),
      ),
    };
  },
  text: ({ summary, results, expires_at }) => {
    // The code expires this long after the question, whose ages the text repeats.
    const asked = expires_at === undefined ? undefined : Date.parse(expires_at) - ANSWER_TIME_MS;
    return [
      summary,
      ...results.map(({ thread_id, status, thread = { id: thread_id }, error }) => {
        const title = thread.name === undefined ? '' : ` ${inQuotes(thread.name)}`;
        const facts = BEFORE.some((one) => one === status) ? described(thread, asked) : factsLine(thread);
        return BEFORE.some((one) => one === status)
          ? `${word(thread_id)}${title} ${status}: ${facts}`
          : [`${word(thread_id)} ${status}`, ...(facts === '' ? [] : [facts]), ...(error ? [error] : [])].join(': ');
      }),
      ...(results.some(({ status, thread }) => status === 'deleted' && thread && isEnough(thread))
        ? ['To make one again by hand: create_thread with its group_id, msg_id, name and owner.']
        : []),
    ].join('\n');
  },
});

/**
 * Deletes one thread of the batch.
 *
 * @param stop the failure that ended the batch, if one did
 * @returns its outcome, and the failure that every further thread would meet too
 */
async function oneOf(
  state: Identified['state'],
  before: ThreadFacts,
  stop: AgoraError | undefined,
  context: Parameters<typeof deleteOne>[2],
): Promise<{ outcome: OneOutcome; fatal?: AgoraError | undefined }> {
  const known = { thread_id: before.id, facts: before };
  // The question called it gone; if it is there again, that is another question.
  if (state === 'gone') return { outcome: { ...known, status: 'already_gone' } };
  if (stop) return { outcome: { ...known, status: 'failed', error: NOT_SENT } };
  const result = await deleteOne(before.id, before, context);
  const now = { thread_id: before.id, facts: result.facts };
  switch (result.status) {
    case 'deleted':
    case 'already_gone':
      return { outcome: { ...now, status: result.status } };
    case 'renamed':
      return { outcome: { ...now, status: 'failed', error: RENAMED } };
    case 'unknown':
      return { outcome: { ...now, status: 'unknown', error: result.why }, fatal: result.blind };
    case 'refused': {
      const { error } = result;
      const aboutThisThread = error.facts.about?.includes('thread') ?? false;
      const outcome = { ...now, status: 'failed' as const, error: errorWords(error) };
      return { outcome, fatal: aboutThisThread ? undefined : error };
    }
  }
}

/** Fifty lists of fifty members would drown a model: in a batch only the audit log has them. */
const withoutMembers = ({ members: _members, ...facts }: ThreadFacts): ThreadFacts => facts;

/** The same threads, with their longest names and owners cut. */
function fitted<T extends { readonly facts: ThreadFacts }>(found: readonly T[]): T[] {
  const cut = cutNames(
    found.map(({ facts }) => facts),
    TEXTS_BUDGET,
  );
  return found.map((one, i) => ({ ...one, facts: cut[i] ?? one.facts }));
}

/** A line for each thread, below its group. */
function grouped(found: readonly Identified[], now: number): string[] {
  const groups = new Map<string, string[]>();
  for (const { state, facts } of found) {
    const heading = `${capitalised(groupOf(facts))}:`;
    const about = state === 'gone' ? 'already gone' : describedInGroup(facts, now);
    groups.set(heading, [...(groups.get(heading) ?? [heading]), `- ${titled(facts)} (${about})`]);
  }
  return [...groups.values()].flat();
}
