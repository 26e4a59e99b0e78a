import type { Thread } from '../agora/thread.ts';
import { type Side, sortFrom } from './app-list.ts';
import type { Position } from './cursor.ts';
import { type Filter, matcher } from './filter.ts';

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

/** The test of a thread; undefined where the service did not give what the question asks for. */
export function judgeOf({ filter, groupId }: Pick<Question, 'filter' | 'groupId'>) {
  const fits = matcher(filter);
  return (thread: Thread): boolean | undefined => {
    if (groupId !== undefined && thread.groupId !== undefined && thread.groupId !== groupId) return false;
    const fitting = fits(thread);
    return fitting === true && groupId !== undefined && thread.groupId === undefined ? undefined : fitting;
  };
}

/** Is a thread before a place, or at it? Others created in the very same millisecond count as behind it. */
export function isUpTo({ id, created }: Thread, place: Place | undefined, sort: Question['sort']): boolean {
  if (id === place?.id) return true;
  if (place?.created === undefined || created === undefined) return false;
  return sort === 'desc' ? created > place.created : created < place.created;
}

/** With one date bound the app's list is read from that end, and shown from there unless the caller sorts otherwise. */
export function orderOf(
  { createdFrom, createdBefore }: Filter,
  sort?: Question['sort'],
): Pick<Question, 'side' | 'sort'> {
  const onlyBefore = createdBefore !== undefined && createdFrom === undefined;
  const onlyAfter = createdFrom !== undefined && createdBefore === undefined;
  const side = onlyBefore || (sort === 'asc' && !onlyAfter) ? 'oldest' : 'newest';
  return { side, sort: sort ?? sortFrom(side) };
}

/** Does a question narrow by more than dates? Then what it asks for may be anywhere. */
export const isSearch = ({ filter: { nameContains, owner, msgId }, groupId, limit }: Question): boolean =>
  nameContains !== undefined || owner !== undefined || msgId !== undefined || groupId !== undefined || limit === 0;

/** Is the app's list read from one side only, up to a date? */
export const isBounded = ({ filter: { createdFrom, createdBefore }, side }: Question): boolean =>
  (side === 'newest' ? createdFrom : createdBefore) !== undefined;

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
