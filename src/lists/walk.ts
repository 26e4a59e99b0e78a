import { AgoraError } from '../agora/errors.ts';
import { askOperator } from '../agora/next-step.ts';
import type { Page } from '../agora/thread.ts';
import type { Clock } from '../base/clock.ts';
import { type Position, shortHash } from './cursor.ts';

/** Why a list stopped where it did; `budget` is for results that would be too long for a model. */
export const STOPPED = ['page', 'end', 'limit', 'max_scan', 'deadline', 'cursor_repeated', 'budget'] as const;
export type Stopped = (typeof STOPPED)[number];

/** The most that the service gives in a page [all sources]. */
export const LARGEST_PAGE = 50;
/** A walk stops after so long, in milliseconds, says how far it came, and can go on from there. */
export const WALK_DEADLINE_MS = 60_000;
/** So many pages without an item that is new end the search for the end: a page, and one call to settle it. */
const PAGES_TO_SETTLE = 2;
/** In base64url, 30 bits: two of fifty threads of a page are taken for one another once in half a million pages. */
const HASH_LENGTH = 5;
/** As many as two pages hold: what was shown and is met no more must not make a cursor grow from call to call. */
const MOST_SHOWN = 2 * LARGEST_PAGE;

export type Fetch<T> = (query: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<Page<T>>;

interface FetchedPage<T> {
  readonly items: readonly T[];
  /** The cursor that the page was asked for with; absent for the first one. */
  readonly at: string | undefined;
  /** Where the list goes on; absent where nothing says so. */
  readonly next: string | undefined;
  /** Is this the last page, and how is that known? */
  readonly last: 'end' | 'cursor_repeated' | undefined;
}

/**
 * The pages of a list. The end is: no items, no cursor, or (where it is documented) a short page; a last page may
 * still carry a cursor. A cursor that came before ends the list too, which then claims nothing.
 *
 * @param size how many items to ask for, asked before each page
 * @param shortPageEnds documented for the lists of a user within a group alone [EN][EM]
 * @param surelyMore whether the page behind this one will be needed whatever is found in this one: then it is asked for
 * while this one is worked on
 */
export async function* pages<T>(
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
    page: fetch({ limit, ...(at === undefined ? {} : { cursor: at }) }, signal),
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
      early.page.catch(() => undefined); // should it fail, that is told when its turn comes
      await requestsWritten();
    }
    yield { items, at, next: last === undefined ? cursor : undefined, last };
    if (last !== undefined || cursor === undefined) return;
    before.add(cursor);
    asked = early ?? ask(size(), cursor);
  }
}

/** undici writes to a connection that was just used one turn of the event loop later: only then is the wait of use. */
const requestsWritten = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface WalkOptions<T> {
  readonly fetch: Fetch<T>;
  /** Where to start; its hashes name the items of that page that were passed before. */
  readonly start: Position;
  readonly shortPageEnds: boolean;
  readonly idOf: (item: T) => string;
  /** How many items to keep. */
  readonly limit: number;
  /** Walk up to so many items over as many pages as it takes; without it, one page. */
  readonly maxScan: number | undefined;
  /** Which items to keep; with it the walk stops at `limit` of them. */
  readonly keep?: (item: T) => boolean;
  /** Told of each item that fits, kept or not. */
  readonly visit?: (item: T) => void;
  /** Told after each page how many items were looked at. */
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
  /** How many pages brought any. */
  readonly pages: number;
  /** Where the list goes on, behind each of `items`; absent where there is nothing further. */
  readonly after: readonly (() => Position | undefined)[];
  /** Where the list goes on behind all that was looked at; absent at the end. */
  readonly next: () => Position | undefined;
  /** Why no page came after these, where that is what ended the walk. */
  readonly failure?: AgoraError;
}

/** Walks a list, and keeps the first items that fit. */
export async function walk<T>(options: WalkOptions<T>): Promise<Walk<T>> {
  const { start, idOf, limit, keep, visit, onPage, clock, signal } = options;
  const walking = options.maxScan !== undefined;
  const most = options.maxScan ?? Number.POSITIVE_INFINITY;
  const kept: T[] = [];
  const after: (() => Position | undefined)[] = [];
  let scanned = 0;
  let matched = 0;
  let count = 0;
  let filled = 0;
  /** Where the walk stands; hashed only when somebody asks, since most of its places nobody ever goes back to. */
  let here: () => Position | undefined = () => start;
  let lastPage: readonly T[] = [];

  const deadline = createDeadline(clock, signal);
  const keptIds = new Set<string>();
  /** Hashes of what an earlier call has passed and this one has not met yet. */
  let toPass = start.shown ?? [];
  // A page that is read again was passed in part; all that is asked for may stand behind that part.
  const size = () => (walking ? LARGEST_PAGE : Math.min(LARGEST_PAGE, limit - kept.length + toPass.length));
  /** Even if all of a page should fit, neither bound is reached within it: only what ends any list can end this one. */
  const surelyMore = ({ length }: readonly T[]) =>
    walking && scanned + length < most && (!keep || kept.length + length < limit) && !deadline.over();
  const done = (stopped: Stopped, failure?: AgoraError): Walk<T> => ({
    items: kept,
    scanned,
    matched,
    stopped,
    pages: filled,
    after,
    next: here,
    ...(failure && { failure }),
  });

  try {
    const { fetch, shortPageEnds } = options;
    for await (const page of pages(fetch, start.cursor, size, shortPageEnds, surelyMore, deadline.signal)) {
      count += 1;
      if (page.items.length > 0) filled += 1;
      const passed = passedOn(page, toPass, idOf);
      toPass = passed.further;
      const behind = (index: number) => () => placeIn(page, index, passed, idOf);
      const repeated = repeatsOf(lastPage, page, idOf);
      let index = -1;
      for (const item of page.items) {
        index += 1;
        const id = idOf(item);
        if (keptIds.has(id) || repeated?.has(id)) continue;
        if (passed.here.size > 0 && passed.here.has(hashOf(id))) continue;
        if (scanned >= most) {
          if (index > 0) here = behind(index - 1);
          return done('max_scan');
        }
        scanned += 1;
        if (keep && !keep(item)) continue;
        matched += 1;
        visit?.(item);
        if (kept.length < limit) {
          kept.push(item);
          keptIds.add(id);
          after.push(behind(index));
        }
        if (kept.length < limit || (walking && !keep)) continue;
        if (index + 1 === page.items.length && page.next === undefined) break; // the last item of the last page
        here = behind(index);
        return done(keep ? 'limit' : 'page');
      }
      here = () => positionOf(page.next, passed.further);
      lastPage = page.items;
      if (page.items.length > 0) onPage?.(scanned);
      if (page.last !== undefined) return done(page.last);
      if (walking && scanned >= most) return done('max_scan');
      if (!walking && (count >= PAGES_TO_SETTLE || page.items.length >= limit)) return done('page');
      if (deadline.over()) return done('deadline');
    }
    return done('end');
  } catch (error) {
    signal.throwIfAborted();
    if (count === 0) throw error;
    // What was found by then is worth more than an error; the page that was late is asked for again.
    if (deadline.over()) return done('deadline');
    if (!(error instanceof AgoraError)) throw error;
    // Where only the call that was to settle the end has failed, the page before it stands, and claims no end.
    return walking ? done('page', error) : done('page');
  } finally {
    deadline.cancel();
  }
}

const hashOf = (id: string): string => shortHash(id, HASH_LENGTH);

interface Passed {
  /** Hashes of what stands on this page and was passed before. */
  readonly here: ReadonlySet<string>;
  /** Hashes of what may stand on the pages behind this one. */
  readonly further: readonly string[];
}

const NONE: Passed = { here: new Set(), further: [] };

/**
 * What an earlier call has passed of a page. New items push some of it onto the next page; where none of it is met,
 * it is gone, but on the first page, where the new ones come in.
 */
function passedOn<T>(page: FetchedPage<T>, toPass: readonly string[], idOf: (item: T) => string): Passed {
  if (toPass.length === 0) return NONE;
  const all = new Set(page.items.map((item) => hashOf(idOf(item))));
  const here = new Set(toPass.filter((hash) => all.has(hash)));
  const pushedOn = here.size > 0 || page.at === undefined;
  return { here, further: pushedOn ? toPass.filter((hash) => !here.has(hash)) : [] };
}

/** The ids of the page before, where this one repeats them: one whose cursor is repeated, or one that overlaps it. */
function repeatsOf<T>(
  before: readonly T[],
  { items, last }: FetchedPage<T>,
  idOf: (item: T) => string,
): ReadonlySet<string> | undefined {
  const [first] = items;
  if (first === undefined) return undefined;
  const overlaps = last === 'cursor_repeated' || before.some((item) => idOf(item) === idOf(first));
  return overlaps ? new Set(before.map(idOf)) : undefined;
}

/** The place behind an item: the next page, or this one again with hashes of what was passed of it. */
function placeIn<T>(
  page: FetchedPage<T>,
  index: number,
  { here, further }: Passed,
  idOf: (item: T) => string,
): Position | undefined {
  if (index + 1 === page.items.length) return positionOf(page.next, further);
  const now = page.items.slice(0, index + 1).map((item) => hashOf(idOf(item)));
  const shown = [...new Set([...further, ...here, ...now])].slice(-MOST_SHOWN);
  return { ...(page.at === undefined ? {} : { cursor: page.at }), shown };
}

const positionOf = (cursor: string | undefined, shown: readonly string[]): Position | undefined =>
  cursor === undefined ? undefined : { cursor, ...(shown.length > 0 && { shown }) };

/** A signal that follows the call's, and ends what is under way when the time is up. */
function createDeadline(clock: Clock, signal: AbortSignal) {
  const ends = clock.now() + WALK_DEADLINE_MS;
  const reading = new AbortController();
  const cancelTimer = clock.after(WALK_DEADLINE_MS, () => reading.abort(tooLate()));
  const onAbort = () => reading.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: reading.signal,
    over: () => clock.now() >= ends,
    cancel() {
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** More than is ever asked for could be resumed by a cursor that is as long: better to be told than to go round. */
const tooMany = (count: number): AgoraError =>
  new AgoraError({
    code: 'unreadable_answer',
    what: `the answer of the service cannot be read: a page of ${count}, where at most ${LARGEST_PAGE} were asked for`,
    ...askOperator('check AGORA_CHAT_HOST and any proxy.'),
    retry: 'never',
    landed: 'no',
    status: 200,
  });

const tooLate = (): AgoraError =>
  new AgoraError({
    code: 'timed_out',
    what: `not one page of the list came within ${WALK_DEADLINE_MS / 1_000} s`,
    next: 'Call again in a moment.',
    retry: 'later',
    landed: 'no',
  });
