import type { Clock } from '../clock.ts';
import type { Page } from './threads.ts';

/** Why a list stopped where it did. */
export type Stopped = 'page' | 'end' | 'cursor_repeated';

export interface PageOptions {
  /** How many items the page should hold, 1-50. */
  readonly limit: number;
  /** The service's cursor to start from; absent for the beginning. */
  readonly cursor?: string;
  /**
   * Is a page with fewer items than asked for the last one? Documented for the lists of a user within a group alone
   * [EN][EM]; that last page still carries a cursor.
   */
  readonly shortPageEnds: boolean;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly stopped: Stopped;
  /** Where the list goes on; absent at the end and where the service gave no way on. */
  readonly next?: string;
}

/**
 * Reads one page and finds out whether it is the last. The end is: no items, no cursor, or a short page where that is
 * documented. Elsewhere a short page with a cursor may be the last or may be a gap, so one more call settles it, and
 * what that call brings belongs to the page.
 *
 * @param fetch reads `limit` items from a cursor on
 */
export async function readPage<T>(
  fetch: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
  { limit, cursor: start, shortPageEnds }: PageOptions,
): Promise<ListPage<T>> {
  const items: T[] = [];
  let cursor = start;
  for (const attempt of ['page', 'settle'] as const) {
    const wanted = limit - items.length;
    const page = await fetch({ limit: wanted, ...(cursor === undefined ? {} : { cursor }) });
    // A service that sends more than was asked for must not make the answer grow without bound, nor lose an item.
    items.push(...page.items);
    const short = page.items.length < wanted;
    if (page.cursor === undefined || page.items.length === 0 || (short && shortPageEnds))
      return { items, stopped: 'end' };
    if (page.cursor === cursor) return { items, stopped: 'cursor_repeated' };
    cursor = page.cursor;
    if (!short || attempt === 'settle') break;
  }
  return { items, stopped: 'page', ...(cursor === undefined ? {} : { next: cursor }) };
}

type Fetch<T> = (query: { limit: number; cursor?: string }) => Promise<Page<T>>;

/** The most that the service gives in a page. */
const LARGEST_PAGE = 50;
/** A walk stops after so long, in milliseconds, says how far it came, and can go on from there. */
const WALK_DEADLINE_MS = 60_000;

/**
 * Counts on from a cursor without keeping what it reads.
 *
 * @param most how many more to count at the most
 * @param onPage told after each page how many were counted
 */
export async function countOn<T>(
  fetch: Fetch<T>,
  from: string,
  most: number,
  clock: Clock,
  onPage: (counted: number) => void,
): Promise<{ count: number; stopped: Stopped | 'max_scan' | 'deadline' }> {
  const deadline = clock.now() + WALK_DEADLINE_MS;
  let count = 0;
  let cursor = from;
  while (count < most) {
    if (clock.now() >= deadline) return { count, stopped: 'deadline' };
    const page = await readPage(fetch, {
      limit: Math.min(LARGEST_PAGE, most - count),
      cursor,
      shortPageEnds: false,
    });
    count += page.items.length;
    onPage(count);
    if (page.next === undefined) return { count, stopped: page.stopped };
    cursor = page.next;
  }
  return { count, stopped: 'max_scan' };
}
