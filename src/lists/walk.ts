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
export const LARGEST_PAGE = 50;
/** In milliseconds. A walk that is stopped by it says how far it came, and can go on from there. */
export const WALK_DEADLINE_MS = 35_000;
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

/**
 * The pages of a list. It ends with no items, no cursor, or (where that is documented) a short page; a last page may
 * still carry a cursor. A cursor that came before ends the list too, but does not prove its end.
 *
 * @param size how many items to ask for, called before each page
 * @param shortPageEnds documented only for the lists of a user within a group [EN][EM]
 * @param surelyMore whether the next page will be needed whatever is found in this one: then it is fetched meanwhile
 */
async function* pages<T>(
  fetch: Fetch<T>,
  start: string | undefined,
  size: () => number,
  shortPageEnds: boolean,
  surelyMore: (items: readonly T[]) => boolean,
  signal: AbortSignal,
): AsyncGenerator<FetchedPage<T>> {
  const before = new Set<string>(start === undefined ? [] : [start]);
  const ask = (limit: number, at: string | undefined) => ({
    limit,
    at,
    page: fetch({ limit, ...defined({ cursor: at }) }, signal),
  });
  let asked = ask(size(), start);
  for (;;) {
    const { limit, at } = asked;
    const { items, cursor } = await asked.page;
    if (items.length > MOST_SHOWN) throw tooMany(items.length);
    const over = cursor === undefined || items.length === 0 || (shortPageEnds && items.length < limit);
    const last = over ? 'end' : before.has(cursor) ? 'cursor_repeated' : undefined;
    const early = last === undefined && surelyMore(items) ? ask(LARGEST_PAGE, cursor) : undefined;
    if (early) {
      early.page.catch(() => undefined); // thrown when its turn comes
      await requestsWritten();
    }
    yield { items, at, next: last === undefined ? cursor : undefined, last };
    if (last !== undefined || cursor === undefined) return;
    before.add(cursor);
    asked = early ?? ask(size(), cursor);
  }
}

/** undici writes to a connection in use one turn of the event loop later; until then a request sent early gains nothing. */
const requestsWritten = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface WalkOptions<T> {
  readonly fetch: Fetch<T>;
  readonly start: Position;
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
  /** Where the list goes on after each of `items`. */
  readonly after: readonly (Position | undefined)[];
  /** Where the list goes on after all that was looked at; absent at the end. */
  readonly next?: Position;
  /** Why the next page could not be read, where that ended the walk. */
  readonly failure?: AgoraError;
}

/** Where a list goes on after the items shown; with all matches shown, after all that was looked at. */
export const positionAfter = ({ matched, after, next }: Walk<unknown>, shown: number): Position | undefined =>
  shown > 0 && shown < matched ? after[shown - 1] : next;

/** Walks a list, and keeps the first items that fit. */
export async function walk<T extends Item>(options: WalkOptions<T>): Promise<Walk<T>> {
  const { fetch, start, shortPageEnds, limit, fits, stopAtLimit = false, onPage, clock, signal } = options;
  const walking = options.maxScan !== undefined;
  const most = options.maxScan ?? Number.POSITIVE_INFINITY;
  const items: T[] = [];
  const after: (Position | undefined)[] = [];
  let scanned = 0;
  let matched = 0;
  let count = 0;
  let filled = 0;
  let next: Position | undefined = start;
  let lastPage: readonly T[] = [];

  const keptIds = new Set<string>();
  /** Hashes of what an earlier call has passed and this one has not met yet. */
  let toPass = start.shown ?? [];
  // A page that is read again was passed in part, and all that is asked for may follow that part.
  const size = () => (walking ? LARGEST_PAGE : Math.min(LARGEST_PAGE, limit - items.length + toPass.length));
  const done = (stopped: Stopped, failure?: AgoraError): Walk<T> => ({
    items,
    scanned,
    matched,
    stopped,
    pages: filled,
    after,
    ...defined({ next, failure }),
  });

  const read = async (bounded: AbortSignal): Promise<Walk<T>> => {
    /** Even if all of a page fits, neither limit is reached within it. */
    const surelyMore = ({ length }: readonly T[]) =>
      walking && scanned + length < most && (!stopAtLimit || items.length + length < limit) && !bounded.aborted;
    for await (const page of pages(fetch, start.cursor, size, shortPageEnds, surelyMore, bounded)) {
      count += 1;
      if (page.items.length > 0) filled += 1;
      const passed = passedOn(page, toPass);
      toPass = passed.onLaterPages;
      const repeated = repeatsOf(lastPage, page);
      let index = -1;
      for (const item of page.items) {
        index += 1;
        const { id } = item;
        if (keptIds.has(id) || repeated?.has(id)) continue;
        if (passed.onThisPage.size > 0 && passed.onThisPage.has(hashOf(id))) continue;
        if (scanned >= most) {
          if (index > 0) next = positionBehind(page, index - 1, passed);
          return done('max_scan');
        }
        scanned += 1;
        if (fits && !fits(item)) continue;
        matched += 1;
        if (items.length < limit) {
          items.push(item);
          keptIds.add(id);
          after.push(positionBehind(page, index, passed));
        }
        if (items.length < limit || (walking && !stopAtLimit)) continue;
        if (index + 1 === page.items.length && page.next === undefined) break; // the last item of the last page
        next = positionBehind(page, index, passed);
        return done(stopAtLimit ? 'limit' : 'page');
      }
      next = positionOf(page.next, passed.onLaterPages);
      lastPage = page.items;
      if (page.items.length > 0) onPage?.(scanned);
      if (page.last !== undefined) return done(page.last);
      if (walking && scanned >= most) return done('max_scan');
      if (!walking && (count >= PAGES_TO_SETTLE || page.items.length >= limit)) return done('page');
      if (bounded.aborted) break;
    }
    return done('deadline');
  };

  try {
    const found = await within(WALK_DEADLINE_MS, clock, signal, read);
    if (found) return found;
  } catch (error) {
    if (count === 0 || !(error instanceof AgoraError)) throw error;
    if (isOutOfTime(error)) return done('deadline');
    // What was found by then is worth more than an error. Where only the call that was to settle the end has failed,
    // the page before it counts, and claims no end.
    return walking ? done('page', error) : done('page');
  }
  // The late page is fetched again by the next call.
  if (count > 0) return done('deadline');
  throw tooLate(WALK_DEADLINE_MS);
}

interface Passed {
  /** Hashes of what is on this page and was passed before. */
  readonly onThisPage: ReadonlySet<string>;
  /** Hashes of what may be on later pages. */
  readonly onLaterPages: readonly string[];
}

const NONE: Passed = { onThisPage: new Set(), onLaterPages: [] };

/**
 * What an earlier call has passed of a page. New items push some of it to the next page; where none of it is met, it is
 * gone, except on the first page, where the new ones come in.
 */
function passedOn({ items, at }: FetchedPage<Item>, toPass: readonly string[]): Passed {
  if (toPass.length === 0) return NONE;
  const all = new Set(items.map(({ id }) => hashOf(id)));
  const onThisPage = new Set(toPass.filter((hash) => all.has(hash)));
  const pushedOn = onThisPage.size > 0 || at === undefined;
  return { onThisPage, onLaterPages: pushedOn ? toPass.filter((hash) => !onThisPage.has(hash)) : [] };
}

/** The ids of the page before, where this page repeats any: its cursor is repeated, or it overlaps. */
function repeatsOf(before: readonly Item[], { items, last }: FetchedPage<Item>): ReadonlySet<string> | undefined {
  const [first] = items;
  if (first === undefined) return undefined;
  const overlaps = last === 'cursor_repeated' || before.some(({ id }) => id === first.id);
  return overlaps ? new Set(before.map(({ id }) => id)) : undefined;
}

/** Where the list goes on after an item: on the next page, or on this one again without what was passed of it. */
function positionBehind(
  { items, at, next }: FetchedPage<Item>,
  index: number,
  { onThisPage, onLaterPages }: Passed,
): Position | undefined {
  if (index + 1 === items.length) return positionOf(next, onLaterPages);
  const ids = items.slice(0, index + 1).map(({ id }) => id);
  return { ...defined({ cursor: at }), shown: [...onLaterPages, ...onThisPage], ids };
}

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
