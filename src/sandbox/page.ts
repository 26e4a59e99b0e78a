import { REFUSALS, Refusal } from './refusals.ts';

/** One place in a list. `seq` grows with time and orders what happened in the same millisecond. */
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
 * ReadApi `limit`, `cursor` and `sort` from a query.
 *
 * @param fixedSort for the lists whose order the caller cannot choose; `sort` is then ignored
 */
export function readPageRequest(query: URLSearchParams, fixedSort?: 'asc' | 'desc'): PageRequest {
  const limitText = query.get('limit') ?? String(LIMIT_MAX);
  const limit = /^\d{1,9}$/.test(limitText) ? Number(limitText) : 0;
  // Above 50 is documented as refused, not clamped [EN][EM]; the same for 0, negatives and words is a choice made here.
  if (limit < 1 || limit > LIMIT_MAX) throw new Refusal(REFUSALS.limitOutOfRange);
  const cursorText = query.get('cursor') ?? '';
  const sort = fixedSort ?? query.get('sort') ?? 'desc';
  if (sort !== 'asc' && sort !== 'desc') throw new Refusal(REFUSALS.badSort);
  // [EN] allows an empty cursor and the word null on the first page; official SDKs send `cursor=`.
  return { limit, cursor: cursorText === '' || cursorText === 'null' ? undefined : cursorText, sort };
}

/**
 * Cuts one page out of a list. The cursor names the last item shown, by its place in time and not by its number in the
 * list, so that deleting an item moves no other out of the next page. It also names the list and the order: one made
 * for another list is refused like one that the server never made (a choice: no document speaks of either).
 *
 * A page with items carries a cursor even if it is the last; a page without items carries none [EN][EM, row 6; the
 * other rows inferred].
 *
 * @param entries the whole list, `seq` ascending
 * @param list a name of the list
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
  return last ? { items, cursor: writeCursor(scope, last) } : { items };
}

/**
 * Unpadded base64 of an internal key. The key's beginning puts a `+` in it, which an unencoded query would lose; its end
 * gives away a cursor that was cut short.
 */
function writeCursor(scope: string, { at, seq }: Entry<unknown>): string {
  return encode(`k0>${scope}>${at}>${seq}.`);
}

const encode = (key: string): string => Buffer.from(key, 'utf8').toString('base64').replace(/=+$/, '');

/** The `seq` that a cursor of this scope stands at. */
function readCursor(cursor: string, scope: string): number {
  const key = Buffer.from(cursor, 'base64').toString('utf8');
  const start = `k0>${scope}>`;
  const [, seq] = /^\d{1,16}>(\d{1,15})\.$/.exec(key.startsWith(start) ? key.slice(start.length) : '') ?? [];
  // Node's decoder skips what is not base64, so only the encoded form is proof.
  if (seq === undefined || encode(key) !== cursor) throw new Refusal(REFUSALS.badCursor);
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
