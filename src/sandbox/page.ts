import { defined } from '../base/defined.ts';
import { refuse } from './refusals.ts';

/** An item of a list. `seq` grows with time and orders what happened in the same millisecond. */
export interface Entry<T> {
  readonly item: T;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly seq: number;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly sort: 'asc' | 'desc';
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

const LIMIT_MAX = 50;

/**
 * Reads `limit`, `cursor` and `sort` from a query.
 *
 * @param fixedSort for lists whose order the caller cannot choose; `sort` is then ignored
 */
export function readPageRequest(query: URLSearchParams, fixedSort?: 'asc' | 'desc'): PageRequest {
  const limitText = query.get('limit') ?? String(LIMIT_MAX);
  const limit = /^\d{1,9}$/.test(limitText) ? Number(limitText) : 0;
  // More than 50 is documented as refused, not clamped [EN][EM]. Refusing 0, negatives and words is our choice.
  if (limit < 1 || limit > LIMIT_MAX) throw refuse('limitOutOfRange');
  const cursorText = query.get('cursor') ?? '';
  const sort = fixedSort ?? query.get('sort') ?? 'desc';
  if (sort !== 'asc' && sort !== 'desc') throw refuse('badSort');
  // [EN] allows an empty cursor and the word null for the first page; official SDKs send `cursor=`.
  return { limit, cursor: cursorText === '' || cursorText === 'null' ? undefined : cursorText, sort };
}

/**
 * Cuts one page out of a list. The cursor holds the last item's `seq`, not its index, so deleting an item does not make
 * the next page skip one. It also holds the list and the order: a cursor of another list is refused like an invalid one
 * (our choice: undocumented).
 *
 * A page with items has a cursor even if it is the last; an empty page has none [EN][EM, row 6; inferred for the other
 * rows].
 *
 * @param entries the whole list, `seq` ascending
 * @param list identifies the list in its cursors
 */
export function cutPage<T>(entries: readonly Entry<T>[], list: string, request: PageRequest): Page<T> {
  const { limit, sort } = request;
  const scope = `${list}>${sort}`;
  let page: readonly Entry<T>[];
  if (sort === 'asc') {
    const from = request.cursor === undefined ? 0 : firstAfter(entries, readCursor(request.cursor, scope));
    page = entries.slice(from, from + limit);
  } else {
    const to =
      request.cursor === undefined ? entries.length : firstAfter(entries, readCursor(request.cursor, scope) - 1);
    page = entries.slice(Math.max(0, to - limit), to).reverse();
  }
  const last = page.at(-1);
  const items = page.map(({ item }) => item);
  return defined({ items, cursor: last && writeCursor(scope, last) });
}

/**
 * Unpadded base64 of an internal key. The start of the key puts a `+` into the cursor, which is lost in a query that is
 * not encoded; the dot at the end reveals a cursor that was cut short.
 */
function writeCursor(scope: string, { at, seq }: Entry<unknown>): string {
  return encode(`k0>${scope}>${at}>${seq}.`);
}

const encode = (key: string): string => Buffer.from(key, 'utf8').toString('base64').replace(/=+$/, '');

/** The `seq` in a cursor of this scope. */
function readCursor(cursor: string, scope: string): number {
  const key = Buffer.from(cursor, 'base64').toString('utf8');
  const start = `k0>${scope}>`;
  const [, seq] = /^\d{1,16}>(\d{1,15})\.$/.exec(key.startsWith(start) ? key.slice(start.length) : '') ?? [];
  // Node's decoder skips invalid characters, so the cursor must also equal its encoded form.
  if (seq === undefined || encode(key) !== cursor) throw refuse('badCursor');
  return Number(seq);
}

/** The index of the first entry whose `seq` is above the given one. */
function firstAfter(entries: readonly Entry<unknown>[], seq: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.seq ?? Number.POSITIVE_INFINITY) > seq) high = middle;
    else low = middle + 1;
  }
  return low;
}
