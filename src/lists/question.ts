import type { Thread } from '../agora/thread.ts';
import { type ReadList, type Side, sortFrom } from './app-list.ts';
import { hashOf, type Position } from './cursor.ts';
import { type Filter, matcher } from './filter.ts';
import type { KnownThreads } from './known-threads.ts';

/** The thread behind which an answer goes on. */
export interface Place {
  readonly id: string;
  readonly created: number | undefined;
}

/** Where an answer goes on. */
export interface AnswerPosition {
  readonly place: Place | undefined;
  /** Short hashes of threads that were shown though the place is not behind them. */
  readonly shown: readonly string[];
  /** How many threads before the place could not be read: what matches among them was never shown. */
  readonly skipped: number;
}

export interface Question {
  readonly filter: Filter;
  readonly groupId?: string;
  readonly sort: 'asc' | 'desc';
  /** From which end the app's list is read first; with a date bound on that end it is not read beyond the bound. */
  readonly side: Side;
  /** How many threads the caller can show; 0 for counts alone. */
  readonly limit: number;
  readonly from: AnswerPosition;
}

/** This many threads are shown ahead of their place, so that a cursor stays short. */
export const MOST_AHEAD = 50;
/** This many records in a row beyond a date bound end the reading of the app's list. */
const BEYOND_IN_A_ROW = 3;

/** The test of a thread; undefined where the service did not give what the question asks for. */
export function judgeOf({ filter, groupId }: Pick<Question, 'filter' | 'groupId'>) {
  const fits = matcher(filter);
  return (thread: Thread): boolean | undefined => {
    if (groupId !== undefined && thread.groupId !== undefined && thread.groupId !== groupId) return false;
    const fitting = fits(thread);
    return fitting === true && groupId !== undefined && thread.groupId === undefined ? undefined : fitting;
  };
}

/** Was the thread dealt with before `from`? Those of the very same millisecond are known by their hashes alone. */
export function createIsPassed({ sort, from: { place, shown } }: Pick<Question, 'sort' | 'from'>) {
  const hashes = new Set(shown);
  return ({ id, created }: Thread): boolean => {
    if (id === place?.id || (hashes.size > 0 && hashes.has(hashOf(id)))) return true;
    if (place?.created === undefined || created === undefined) return false;
    return sort === 'desc' ? created > place.created : created < place.created;
  };
}

/** Does a question narrow by more than dates? Then what it asks for may stand anywhere. */
export const isSearch = ({ filter: { nameContains, owner, msgId }, groupId, limit }: Question): boolean =>
  nameContains !== undefined || owner !== undefined || msgId !== undefined || groupId !== undefined || limit === 0;

/** Is the app's list read from one side only, up to a date? */
export const isBounded = ({ filter: { createdFrom, createdBefore }, side }: Question): boolean =>
  (side === 'newest' ? createdFrom : createdBefore) !== undefined;

export type Inquiry = ReturnType<typeof createInquiry>;

/** Follows what becomes known for one question, thread by thread. */
export function createInquiry(question: Question, list: ReadList, known: KnownThreads) {
  const { filter, side, sort, from } = question;
  const judge = judgeOf(question);
  const isPassed = createIsPassed(question);
  const matches = new Set<string>();
  const unjudged = new Set<string>();
  const inOrder = sort === sortFrom(side);
  const bounded = isBounded(question);
  /** How far the app's list is settled without a gap from `side` on, and how many matches stand there. */
  let frontier = 0;
  let matchesInOrder = 0;
  let beyondInARow = 0;
  let isLocated = !inOrder || from.place === undefined;

  const isBeyond = ({ created }: Thread): boolean => {
    if (created === undefined) return false;
    return side === 'newest'
      ? created < (filter.createdFrom ?? Number.NEGATIVE_INFINITY)
      : created >= (filter.createdBefore ?? Number.POSITIVE_INFINITY);
  };

  function onRecord(thread: Thread): void {
    const fits = isPassed(thread) ? false : judge(thread);
    if (fits) matches.add(thread.id);
    else matches.delete(thread.id);
    if (fits === undefined) unjudged.add(thread.id);
    else unjudged.delete(thread.id);
  }

  /** Goes straight to the place where an earlier answer ended: what stands before it is of no interest. */
  function locate(ids: readonly string[]): void {
    if (isLocated || from.place === undefined) return;
    const index = ids.indexOf(from.place.id);
    if (index < 0 && !list.isWhole()) return;
    isLocated = true;
    frontier = Math.max(frontier, index + 1);
  }

  function advance(): void {
    const ids = list.idsFrom(side);
    locate(ids);
    if (!isLocated) return;
    for (; frontier < ids.length && beyondInARow < BEYOND_IN_A_ROW; frontier++) {
      const id = ids[frontier];
      if (id === undefined || !known.isSettled(id)) return;
      const thread = known.records.get(id)?.thread;
      if (thread === undefined) continue;
      if (bounded) beyondInARow = isBeyond(thread) ? beyondInARow + 1 : 0;
      if (matches.has(id)) matchesInOrder += 1;
    }
  }

  for (const { thread } of known.records.values()) onRecord(thread);

  return {
    question,
    matches,
    unjudged,
    bounded,
    onRecord,
    advance,
    isLocated: () => isLocated,
    /** Would a record of this thread be of use for the answer? */
    isOfUse: (thread: Thread): boolean => !bounded || !isBeyond(thread),
    frontier: () => frontier,
    /** Are as many matches known as can be shown in the order of the list? */
    matchesInOrder: () => (inOrder ? matchesInOrder : 0),
    /** Is the date bound reached, so that no further part of the app's list matters? */
    isAtBound: () => beyondInARow >= BEYOND_IN_A_ROW,
    /** Is all settled that the question is about, as far as the app's list tells? */
    isSettled: (): boolean =>
      beyondInARow >= BEYOND_IN_A_ROW || (isLocated && list.isWhole() && frontier >= list.idsFrom(side).length),
    /** Begins anew from the top of the list, after threads were added there. */
    restart(): void {
      frontier = 0;
      matchesInOrder = 0;
      beyondInARow = 0;
      isLocated = !inOrder || from.place === undefined;
    },
  };
}

/** A position as a cursor carries it: `ID:CREATED:SKIPPED`, without the parts that are not known. */
export const writePosition = ({ place, shown, skipped }: AnswerPosition): Position => ({
  cursor: [place?.id ?? '', place?.created ?? '', skipped].join(':'),
  shown,
});

export function readPosition({ cursor = '', shown = [] }: Position): AnswerPosition {
  const [id = '', created = '', skipped = ''] = cursor.split(':');
  return {
    place: id === '' ? undefined : { id, created: created === '' ? undefined : Number(created) },
    shown,
    skipped: Number(skipped),
  };
}
