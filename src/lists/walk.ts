import { AgoraError, isOutOfTime } from '../agora/errors.ts';
import { askOperator } from '../agora/next-step.ts';
import type { Page } from '../agora/thread.ts';
import type { Clock } from '../base/clock.ts';
import { within } from '../base/deadline.ts';
import { defined } from '../base/defined.ts';
import { hashOf, MOST_SHOWN, type Position } from './cursor.ts';

/** Why a walk stopped where it did. */
export const STOPPED = ['page', 'end', 'limit', 'max_scan', 'deadline', 'cursor_repeated'] as const;
export type Stopped = (typeof STOPPED)[number];

/** The most that the service gives in a page [all sources]. */
const LARGEST_PAGE = 50;
/** In milliseconds. A walk that is stopped by it says how far it came, and can go on from there. */
const WALK_DEADLINE_MS = 35_000;
/** Without max_scan, fetch at most this many pages: one, plus one to learn whether it was the last. */
const PAGES_TO_SETTLE = 2;

/** What can be walked; of threads and members alike only the id matters here. */
interface Item {
  readonly id: string;
}

type Fetch<T> = (query: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<Page<T>>;

interface FetchedPage<T> {
  readonly items: readonly T[];
  /** The cursor that the page was fetched with; absent for the first one. */
  readonly at: string | undefined;
  /** The cursor of the next page, where there may be one. */
  readonly next: string | undefined;
  /** How this is known to be the last page, where it is. */
  readonly last: 'end' | 'cursor_repeated' | undefined;
}

export interface WalkOptions<T> {
  readonly fetch: Fetch<T>;
  readonly start: Position;
  /** Is a page with fewer items than were asked for the last? Documented only for a user's list in a group [EN][EM]. */
  readonly shortPageEnds: boolean;
  /** How many items to keep. */
  readonly limit: number;
  /** Walk up to this many items over any number of pages; without it, one page. */
  readonly maxScan: number | undefined;
  /** Called once for each item looked at; only those that fit are kept. */
  readonly fits?: (item: T) => boolean;
  /** Stop at `limit` items that fit, not at `maxScan`. */
  readonly stopAtLimit?: boolean;
  /** Called after each page. */
  readonly onPage?: (scanned: number) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Walk<T> {
  readonly items: readonly T[];
  /** How many items were looked at, and how many of them fit. */
  readonly scanned: number;
  readonly matched: number;
  readonly stopped: Stopped;
  /** How many pages had any items. */
  readonly pages: number;
  /** Where the list goes on after the first `shown` items; with all matches shown, after all that was looked at. */
  readonly after: (shown: number) => Position | undefined;
  /** Why the next page could not be read, where that ended the walk. */
  readonly failure?: AgoraError;
}

/** Walks a list, and keeps the first items that fit. */
export async function walk<T extends Item>(options: WalkOptions<T>): Promise<Walk<T>> {
  const { fetch, start, shortPageEnds, limit, fits, stopAtLimit = false, onPage, clock, signal } = options;
  const walking = options.maxScan !== undefined;
  const most = options.maxScan ?? Number.POSITIVE_INFINITY;
  const items: T[] = [];
  /** Where the list goes on after each of `items`. */
  const positions: (Position | undefined)[] = [];
  const kept = new Set<string>();
  const cursors = new Set<string>();
  let scanned = 0;
  let matched = 0;
  let pages = 0;
  let next: Position | undefined = start;
  /** The ids of the page before, which a page may overlap. */
  let idsBefore = new Set<string>();
  /** Hashes of what an earlier call has passed and this one has not met yet. */
  let toPass = start.shown ?? [];

  const done = (stopped: Stopped, failure?: AgoraError): Walk<T> => ({
    items,
    scanned,
    matched,
    stopped,
    pages,
    after: (shown) => (shown > 0 && shown < matched ? positions[shown - 1] : next),
    ...defined({ failure }),
  });

  /**
   * The list ends with no items, no cursor, or (where that is documented) a short page; a last page may still carry a
   * cursor. A cursor that came before ends the list too, but does not prove its end.
   */
  async function fetchPage(at: string | undefined, bounded: AbortSignal): Promise<FetchedPage<T>> {
    if (at !== undefined) cursors.add(at);
    // A page that is read again was passed in part, and all that is asked for may follow that part.
    const size = walking ? LARGEST_PAGE : Math.min(LARGEST_PAGE, limit - items.length + toPass.length);
    const page = await fetch({ limit: size, ...defined({ cursor: at }) }, bounded);
    if (page.items.length > MOST_SHOWN) throw tooMany(page.items.length);
    const { cursor } = page;
    const isOver = cursor === undefined || page.items.length === 0 || (shortPageEnds && page.items.length < size);
    const last = isOver ? 'end' : cursors.has(cursor) ? 'cursor_repeated' : undefined;
    return { items: page.items, at, next: last === undefined ? cursor : undefined, last };
  }

  /** @returns why the walk stops within or after this page, where it does */
  function take(page: FetchedPage<T>): Stopped | undefined {
    const passed = passOn(page);
    /** Where the list goes on after an item: on the next page, or on this one again without what was passed of it. */
    const behind = (index: number): Position | undefined => {
      if (index + 1 === page.items.length) return positionOf(page.next, toPass);
      const ids = [...passed, ...page.items.slice(0, index + 1).map(({ id }) => id)];
      return { ...defined({ cursor: page.at }), shown: toPass, ids };
    };
    for (const [index, item] of page.items.entries()) {
      const { id } = item;
      if (kept.has(id) || idsBefore.has(id) || passed.has(id)) continue;
      if (scanned >= most) {
        next = behind(index - 1);
        return 'max_scan';
      }
      scanned += 1;
      if (fits && !fits(item)) continue;
      matched += 1;
      if (items.length < limit) {
        items.push(item);
        kept.add(id);
        positions.push(behind(index));
      }
      if (items.length < limit || (walking && !stopAtLimit)) continue;
      if (index + 1 === page.items.length && page.next === undefined) break; // the last item of the last page
      next = behind(index);
      return stopAtLimit ? 'limit' : 'page';
    }
    next = positionOf(page.next, toPass);
    idsBefore = new Set(page.items.map(({ id }) => id));
    if (page.items.length > 0) onPage?.(scanned);
    if (page.last !== undefined) return page.last;
    if (walking) return scanned >= most ? 'max_scan' : undefined;
    return pages >= PAGES_TO_SETTLE || page.items.length >= limit ? 'page' : undefined;
  }

  /**
   * Passes over what an earlier call has passed. New items push some of it to the next page; where none of it is met, it
   * is gone, except on the first page, where the new ones come in.
   *
   * @returns the ids of what was met
   */
  function passOn({ items, at }: FetchedPage<T>): ReadonlySet<string> {
    if (toPass.length === 0) return new Set();
    const met = new Map(items.map(({ id }) => [hashOf(id), id]));
    const ids = new Set(toPass.flatMap((hash) => met.get(hash) ?? []));
    toPass = ids.size > 0 || at === undefined ? toPass.filter((hash) => !met.has(hash)) : [];
    return ids;
  }

  /** Even if all of a page fits, neither limit is reached within it. */
  const isMoreNeeded = ({ length }: readonly T[]): boolean =>
    walking && scanned + length < most && (!stopAtLimit || items.length + length < limit);

  const read = async (bounded: AbortSignal): Promise<Walk<T>> => {
    for (let asked = fetchPage(start.cursor, bounded); ; ) {
      const page = await asked;
      if (page.items.length > 0) pages += 1;
      const isNextNeeded = page.last === undefined && isMoreNeeded(page.items);
      const early = isNextNeeded ? fetchPage(page.next, bounded) : undefined;
      early?.catch(() => undefined); // thrown when its turn comes
      if (isNextNeeded) await requestsWritten();
      const stopped = take(page);
      if (stopped) return done(stopped);
      asked = early ?? fetchPage(page.next, bounded);
    }
  };

  try {
    const found = await within(WALK_DEADLINE_MS, clock, signal, read);
    if (found) return found;
  } catch (error) {
    if (pages === 0 || !(error instanceof AgoraError)) throw error;
    if (isOutOfTime(error)) return done('deadline');
    // What was found by then is worth more than an error. Where only the call that was to settle the end has failed,
    // the page before it counts, and claims no end.
    return walking ? done('page', error) : done('page');
  }
  // The late page is fetched again by the next call.
  if (pages > 0) return done('deadline');
  throw tooLate(WALK_DEADLINE_MS);
}

/** undici writes to a connection in use one turn of the event loop later; until then a request sent early gains nothing. */
const requestsWritten = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const positionOf = (cursor: string | undefined, shown: readonly string[]): Position | undefined =>
  cursor === undefined ? undefined : { cursor, shown };

/** A page this long could only be resumed by a cursor as long. */
const tooMany = (count: number): AgoraError =>
  new AgoraError({
    code: 'unreadable_answer',
    what: `the answer of the service cannot be read: a page of ${count}, where at most ${LARGEST_PAGE} were asked for`,
    ...askOperator('check AGORA_CHAT_HOST and any proxy.'),
    status: 200,
  });

/** Where the time is up and nothing was read. */
export const tooLate = (ms: number): AgoraError =>
  new AgoraError({
    code: 'timed_out',
    what: `not one page of the list came within ${ms / 1_000} s`,
    next: 'Call again in a moment.',
    retry: 'later',
  });
