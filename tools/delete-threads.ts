import * as z from 'zod';
import { AgoraError } from '../src/agora/errors.ts';
import { type Identified, identify } from '../src/identify.ts';
import { inParallel } from '../src/pool.ts';
import { cutTo, fairShare } from '../src/present/budget.ts';
import { errorWords } from '../src/present/failure.ts';
import { tally } from '../src/present/outcomes.ts';
import {
  capitalised,
  described,
  factsLine,
  type ThreadFacts,
  threadFacts,
  titled,
  word,
} from '../src/present/thread.ts';
import { inQuotes } from '../src/present/untrusted.ts';
import { confirmationFields, defineDeletion } from '../src/tool.ts';
import { confirmationCode, threadIds } from './arguments.ts';
import { deleteOne } from './deletion.ts';

const STATUSES = ['deleted', 'already_gone', 'failed', 'unknown'] as const;

const outcome = z.object({
  thread_id: z.string(),
  status: z.enum([...STATUSES, 'not_deleted_yet']),
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

/** At most so many threads are looked at, or deleted, at once: a quota is shared with the app's live users. */
const AT_ONCE = 4;
/** For all names of a result together; with ids, owners and times a result of 50 stays under 10,000 tokens. */
const NAMES_BUDGET = 3_000;

export const deleteThreads = defineDeletion({
  name: 'delete_threads',
  title: 'Delete several threads',
  description:
    'Deletes 2-50 threads for good, with their messages, after one question to the user that lists them all (see delete_thread). results holds an outcome and the last record of each; status partly_done means that some failed.',
  kind: 'delete',
  done: 'deleted',
  input: z.strictObject({ thread_ids: threadIds, confirmation_code: confirmationCode }),
  output,
  preview: ({ thread_ids, confirmation_code }, context) =>
    inParallel([...new Set(thread_ids)], AT_ONCE, (id) =>
      identify(id, context, context.signal, confirmation_code === undefined),
    ),
  settled: (found): Result | undefined =>
    found.every(({ state }) => state === 'gone')
      ? {
          summary: `Nothing was deleted: none of the ${found.length} threads exists, or not any more.`,
          status: 'done',
          results: found.map(({ facts }) => ({ thread_id: facts.id, status: 'already_gone' })),
        }
      : undefined,
  question(found, { app, clock, audited }) {
    const lines = grouped(found, clock.now());
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
      shown: found.map(({ facts }) => facts.name ?? null),
    };
  },
  unconfirmed: (found, result) => ({
    ...result,
    results: fitted(
      found.map(({ state, facts }) => ({
        thread_id: facts.id,
        status: state === 'gone' ? 'already_gone' : 'not_deleted_yet',
        thread: withoutMembers(facts),
      })),
    ),
  }),
  async perform(_args, found, context): Promise<Result> {
    const { signal, progress } = context;
    let count = 0;
    const results = await inParallel(found, AT_ONCE, async ({ facts: before }): Promise<Outcome> => {
      // A cancel stops before the next; what was done stands in the audit log.
      signal.throwIfAborted();
      const result = await oneOf(before, context);
      count += 1;
      progress(count, found.length, `${count} of ${found.length} threads`);
      return result;
    });
    const fine = results.every(({ status }) => status === 'deleted' || status === 'already_gone');
    return {
      summary: `Deleting ${found.length} threads: ${tally(results, STATUSES)}.`,
      status: fine ? 'done' : 'partly_done',
      results: fitted(results),
    };
  },
  text: ({ summary, results }) =>
    [
      summary,
      ...results.map(({ thread_id, status, thread, error }) =>
        [
          `${word(thread_id)} ${status}`,
          ...(thread === undefined ? [] : [factsLine(thread)]),
          ...(error === undefined ? [] : [error]),
        ]
          .filter((part) => part !== '')
          .join(': '),
      ),
      ...(results.some(({ status }) => status === 'deleted')
        ? [
            'To make one again by hand: create_thread with its group_id, msg_id, name and owner, then add_thread_members.',
          ]
        : []),
    ].join('\n'),
});

/** One thread of the batch: its failure must not hide what became of the others. */
async function oneOf(before: ThreadFacts, context: Parameters<typeof deleteOne>[2]): Promise<Outcome> {
  const thread_id = before.id;
  try {
    const result = await deleteOne(thread_id, before, context);
    const thread = withoutMembers(result.facts);
    if (result.status === 'renamed') {
      const error = `not deleted: the question named it ${inQuotes(result.from)}, and its name is another now`;
      return { thread_id, status: 'failed', thread, error };
    }
    return { thread_id, status: result.status, thread, ...(result.status === 'unknown' && { error: result.why }) };
  } catch (error) {
    if (!(error instanceof AgoraError)) throw error;
    return { thread_id, status: 'failed', thread: withoutMembers(before), error: errorWords(error) };
  }
}

/** Fifty lists of fifty members would drown a model: in a batch they stand in the audit log alone. */
function withoutMembers({ members: _members, id: _id, ...facts }: ThreadFacts): ThreadFacts {
  return { id: _id, ...facts };
}

/** The same results with names cut where all of them together would be too long for a model. */
function fitted(results: readonly Outcome[]): Outcome[] {
  const share = fairShare(
    results.flatMap(({ thread }) => thread?.name ?? []),
    NAMES_BUDGET,
  );
  return results.map((result) =>
    result.thread?.name === undefined
      ? result
      : { ...result, thread: { ...result.thread, name: cutTo(result.thread.name, share) } },
  );
}

/** A line for each thread, below its group. */
function grouped(found: readonly Identified[], now: number): string[] {
  const groups = new Map<string | undefined, string[]>();
  for (const { state, facts } of found) {
    const about = state === 'gone' ? 'already gone' : described(facts, now).replace(/^group [^,]*, /, '');
    const lines = groups.get(facts.group_id) ?? [];
    groups.set(facts.group_id, [...lines, `- ${titled(facts)} (${about})`]);
  }
  return [...groups].flatMap(([group, lines]) => [`Group ${group === undefined ? 'unknown' : word(group)}:`, ...lines]);
}
