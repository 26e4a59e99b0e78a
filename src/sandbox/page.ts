import { defined } from '../base/defined.ts';
import { refuse } from './refusals.ts';

/** An item of a list. Later ones have a larger `seq`. */
interface Listed {
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly seq: number;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly properties: { readonly cursor?: string };
}

const LIMIT_MAX = 50;

/**
 * Cuts the page that a query asks for out of a list. The cursor holds the last item's `seq`, not its index, so deleting
 * an item does not make the next page skip one. It also holds the list and the order: a cursor of another list is refused
 * like an invalid one (our choice: undocumented).
 *
 * A page with items has a cursor even if it is the last; an empty page has none [EN][EM, row 6; inferred for the other
 * rows].
 *
 * @param list the whole list, `seq` ascending
 * @param name identifies the list in its cursors
 * @param fixedSort for lists whose order the caller cannot choose; `sort` is then ignored
 */
export function cutPage<T extends Listed>(
  query: URLSearchParams,
  list: readonly T[],
  name: string,
  fixedSort?: 'asc' | 'desc',
): Page<T> {
  const limitText = query.get('limit') ?? String(LIMIT_MAX);
  const limit = /^\d{1,9}$/.test(limitText) ? Number(limitText) : 0;
  // More than 50 is documented as refused, not clamped [EN][EM]. Refusing 0, negatives and words is our choice.
  if (limit < 1 || limit > LIMIT_MAX) throw refuse('limitOutOfRange');
  const sort = fixedSort ?? query.get('sort') ?? 'desc';
  if (sort !== 'asc' && sort !== 'desc') throw refuse('badSort');
  const scope = `${name}>${sort}`;
  const inOrder = sort === 'asc' ? list : list.toReversed();
  const cursor = query.get('cursor') ?? '';
  // [EN] allows an empty cursor and the word null for the first page; official SDKs send `cursor=`.
  const after = cursor === '' || cursor === 'null' ? undefined : readCursor(cursor, scope);
  const rest =
    after === undefined ? inOrder : inOrder.filter(({ seq }) => (sort === 'asc' ? seq > after : seq < after));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, properties: defined({ cursor: last && writeCursor(scope, last.created, last.seq) }) };
}

/**
 * Unpadded base64 of an internal key. The start of the key puts a `+` into the cursor, which is lost in a query that is
 * not encoded; the dot at the end reveals a cursor that was cut short.
 */
const writeCursor = (scope: string, created: number, seq: number): string =>
  Buffer.from(`k0>${scope}>${created}>${seq}.`, 'utf8').toString('base64').replace(/=+$/, '');

/** The `seq` in a cursor of this scope. */
function readCursor(cursor: string, scope: string): number {
  const key = Buffer.from(cursor, 'base64').toString('utf8');
  const [created = 0, seq = 0] = key.slice(0, -1).split('>').slice(-2).map(Number);
  // Node's decoder skips invalid characters, so the cursor must also equal its encoded form.
  if (writeCursor(scope, created, seq) !== cursor) throw refuse('badCursor');
  return seq;
}
