import type { Thread } from '../agora/thread.ts';
import { type ReadList, sortFrom } from './app-list.ts';
import { hashOf } from './cursor.ts';
import type { KnownThreads } from './known-threads.ts';
import { isBounded, isUpTo, judgeOf, type Question } from './question.ts';

/** This many records in a row beyond a date bound end the reading of the app's list. */
const BEYOND_IN_A_ROW = 3;

export type Inquiry = ReturnType<typeof createInquiry>;

/**
 * Follows what becomes known for one question. All but `matches` and `unjudged` is as of the last `advance`.
 *
 * @param onMatch called once for each thread that is found to match
 */
export function createInquiry(
  question: Question,
  list: ReadList,
  known: KnownThreads,
  onMatch: (thread: Thread) => void = () => undefined,
) {
  const { filter, side, sort, from } = question;
  const judge = judgeOf(question);
  const shown = new Set(from.shown);
  const matches = new Set<string>();
  const unjudged = new Set<string>();
  const inOrder = sort === sortFrom(side);
  const bounded = isBounded(question);
  /** How many of the news are judged. */
  let judged = 0;
  /** How far the app's list is settled without a gap from `side` on, and how many matches are in that part. */
  let frontier = 0;
  let matchesInOrder = 0;
  let beyondInARow = 0;
  const isLocatedAtOnce = !inOrder || from.place === undefined;
  let isLocated = isLocatedAtOnce;
  let first: string | undefined;
  let top: 'fresh' | 'stale' | 'unreadable' = list.mayHaveGrown() ? 'stale' : 'fresh';

  const isBeyond = ({ created }: Thread): boolean => {
    if (created === undefined) return false;
    return side === 'newest'
      ? created < (filter.createdFrom ?? Number.NEGATIVE_INFINITY)
      : created >= (filter.createdBefore ?? Number.POSITIVE_INFINITY);
  };

  /** Did an earlier answer deal with it? */
  const isPassed = (thread: Thread): boolean =>
    isUpTo(thread, from.place, sort) || (shown.size > 0 && shown.has(hashOf(thread.id)));

  function judgeNews(): void {
    for (const id of known.news.slice(judged)) {
      const thread = known.records.get(id)?.thread;
      if (thread === undefined) continue;
      const fits = isPassed(thread) ? false : judge(thread);
      if (fits && !matches.has(id)) onMatch(thread);
      if (fits) matches.add(id);
      else matches.delete(id);
      if (fits === undefined) unjudged.add(id);
      else unjudged.delete(id);
    }
    judged = known.news.length;
  }

  /** Begins anew from the top of the list, where threads were added there. */
  function beginAnew(ids: readonly string[]): void {
    first = ids[0];
    frontier = 0;
    matchesInOrder = 0;
    beyondInARow = 0;
    isLocated = isLocatedAtOnce;
  }

  /** Goes straight to the place where an earlier answer ended: what is before it is of no interest. */
  function locate(ids: readonly string[]): void {
    if (isLocated || from.place === undefined) return;
    const index = ids.indexOf(from.place.id);
    if (index < 0 && !list.isWhole()) return;
    isLocated = true;
    frontier = index + 1;
  }

  const isAtBound = (): boolean => beyondInARow >= BEYOND_IN_A_ROW;
  const isSettled = (): boolean =>
    isAtBound() || (isLocated && list.isWhole() && frontier >= list.idsFrom(side).length);

  /** From the oldest up to a date, what is newest matters only where that date is not reached. */
  const needsTop = (): boolean => side === 'newest' || !bounded || (list.isWhole() && !isAtBound());
  const isComplete = (): boolean => isSettled() && (top === 'fresh' || !needsTop());

  return {
    question,
    matches,
    /** Threads of which it is not known whether they match: they lack what the question asks for. */
    unjudged,
    bounded,

    advance(): void {
      judgeNews();
      const ids = list.idsFrom(side);
      if (ids[0] !== first) beginAnew(ids);
      locate(ids);
      if (!isLocated) return;
      for (; frontier < ids.length && !isAtBound(); frontier++) {
        const id = ids[frontier];
        if (id === undefined || !known.isSettled(id)) return;
        const thread = known.records.get(id)?.thread;
        if (thread === undefined) continue;
        if (bounded) beyondInARow = isBeyond(thread) ? beyondInARow + 1 : 0;
        if (matches.has(id)) matchesInOrder += 1;
      }
    },

    /** The settled ids in the order of the answer. It must not begin below a top of the list that is not read. */
    idsInOrder(): readonly string[] {
      const ids = list.idsFrom(side);
      if (!inOrder) return isComplete() ? ids.toReversed() : [];
      const isTopMissing = side === 'newest' && top !== 'fresh' && from.place === undefined;
      return isTopMissing ? [] : ids.slice(0, frontier);
    },
    isLocated: () => isLocated,
    /** Would a record of this thread be of use for the answer? */
    isOfUse: (thread: Thread): boolean => !bounded || !isBeyond(thread),
    frontier: () => frontier,
    /** Are as many matches known as can be shown in the order of the list? */
    matchesInOrder: () => (inOrder ? matchesInOrder : 0),
    /** Is all settled that the question is about, as far as the app's list is known? */
    isSettled,
    /** The same, with all that was created before the question was asked. */
    isComplete,
    /** Is the newest end of the list to be read again? */
    isStale: (): boolean => top === 'stale' && needsTop(),
    /** That end was read since the question was asked. */
    topWasRead(how: 'fresh' | 'unreadable'): void {
      top = how;
    },
  };
}
