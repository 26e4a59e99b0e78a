import type { AgoraError } from '../agora/errors.ts';
import { hashOf } from './cursor.ts';
import type { Inquiry } from './inquiry.ts';
import type { KnownThread, KnownThreads } from './known-threads.ts';
import { type AnswerPosition, isUpTo, MOST_AHEAD, type Place } from './question.ts';
import type { WalkEnd } from './shared-walk.ts';
import type { ThreadSource } from './thread-source.ts';

/** What is known for a question, once its wait for the walk has ended. */
export function answerOf(
  inquiry: Inquiry,
  { list, known }: ThreadSource,
  end: WalkEnd,
  failure: AgoraError | undefined,
) {
  const { limit, from, filter } = inquiry.question;
  // A message can have only one thread [all sources].
  const isOnlyMatch = filter.msgId !== undefined && inquiry.matches.size > 0;
  const isComplete = isOnlyMatch || inquiry.isComplete();
  // There is nothing left to ask, and no refusal that could pass: the service leads in a circle, or to more than is kept.
  const isAtDeadEnd = !isComplete && end === 'failed' && failure === undefined;
  const isOver = isComplete || isAtDeadEnd;
  const fates = [...known.fates.values()];
  const notRead = Math.max(fates.filter((fate) => fate === 'not_read').length, from.skipped);
  return {
    ...rowsOf(inquiry, known, limit, isOver),
    /** The same answer with fewer threads shown. */
    upTo: (fewer: number) => rowsOf(inquiry, known, fewer, isOver),
    /** Is there one match and no other possible, whatever else is not known? */
    isOnlyMatch,
    isAtDeadEnd,
    /** When the oldest of all records was read, in milliseconds since 1970; infinite where there are none. */
    oldestRead: [...known.records.values()].reduce((oldest, { at }) => Math.min(oldest, at), Number.POSITIVE_INFINITY),
    /** All threads known to match that no earlier answer has shown, those that are shown now among them. */
    matches: [...inquiry.matches].flatMap((id) => known.records.get(id) ?? []),
    /** Threads of which it is not known whether they match: the service did not give what the question asks for. */
    unjudged: inquiry.unjudged.size,
    stopped: isComplete ? ('end' as const) : end === 'done' ? ('limit' as const) : end,
    /** How many threads there are, as far as ids are read, and of how many the record is known. */
    listed: list.size(),
    known: known.records.size,
    isWhole: list.isWhole(),
    /** Threads whose record could not be read; `notRead` are worth asking again, or were when they were passed. */
    unresolved: Math.max(fates.filter((fate) => fate !== 'gone').length, notRead),
    notRead,
    /** What kept the walk from going on. */
    failure: isComplete ? undefined : failure,
  };
}

interface Rows {
  /** The threads to show: first those in the order of the list, then those that are known further on. */
  readonly threads: readonly KnownThread[];
  /** Where to go on; undefined where all was shown. */
  readonly next: AnswerPosition | undefined;
}

/** Chooses what an answer shows. */
function rowsOf(inquiry: Inquiry, known: KnownThreads, limit: number, isOver: boolean): Rows {
  const { question, matches } = inquiry;
  const { from, sort } = question;

  const inOrder: KnownThread[] = [];
  const passed = new Set<string>();
  /** The last thread behind which nothing is missing. */
  let place: Place | undefined = from.place;
  for (const id of inquiry.idsInOrder()) {
    const record = known.records.get(id);
    if (record && matches.has(id)) {
      if (inOrder.length === limit) break;
      inOrder.push(record);
    }
    passed.add(id);
    const created = record?.thread.created;
    // In another process, what stands before the place may be known only in part.
    if (created !== undefined && !isUpTo({ id, created }, place, sort)) place = { id, created };
  }

  const room = Math.min(limit - inOrder.length, MOST_AHEAD - from.shown.length);
  const further = [...matches].filter((id) => !passed.has(id)).flatMap((id) => known.records.get(id) ?? []);
  further.sort(({ thread: a }, { thread: b }) => (sort === 'desc' ? 1 : -1) * ((b.created ?? 0) - (a.created ?? 0)));
  const ahead = further.slice(0, Math.max(0, room));
  const threads = [...inOrder, ...ahead];
  if (isOver && further.length === ahead.length) return { threads, next: undefined };

  /** Hashes of what was shown and is not before the place. */
  const earlier = new Set(from.shown);
  const shown = ahead.map(({ thread }) => hashOf(thread.id));
  let skipped = 0;
  for (const id of passed) {
    if (known.fates.get(id) === 'not_read') skipped += 1;
    const thread = known.records.get(id)?.thread ?? { id };
    if (!isUpTo(thread, place, sort)) {
      if (matches.has(id) || id === from.place?.id) shown.push(hashOf(id));
    } else if (earlier.size > 0) earlier.delete(hashOf(id));
  }
  return { threads, next: { place, shown: [...earlier, ...shown], skipped: Math.max(skipped, from.skipped) } };
}
