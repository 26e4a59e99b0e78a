import { createHash } from 'node:crypto';
import { AgoraError } from './errors.ts';

/** What a cursor belongs to. A cursor of one list means nothing, or worse something, in another. */
export interface CursorScope {
  readonly tool: string;
  /** Whose list: the user and group, as the tool's own arguments. */
  readonly scope: Readonly<Record<string, string>>;
  readonly sort: 'asc' | 'desc';
  /** Filters in force; those not given are left out. */
  readonly filters?: Readonly<Record<string, string>>;
}

/** Where a list goes on. */
export interface Position {
  /** The service's cursor of the page to read next; absent for the first page. */
  readonly cursor?: string;
  /** Short hashes of the ids of that page that were already shown. */
  readonly shown?: readonly string[];
}

const VERSION = '1';
const PARTS = ['tool', 'scope', 'sort', 'filters'] as const;
const BIND_LENGTH = 3;
const CHECK_LENGTH = 6;

/** `length` characters of base64url, 6 bits each. Guards against mix-ups and damage, not against forgery. */
export const shortHash = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, length);

const stable = (record: Readonly<Record<string, string>> | undefined): string =>
  JSON.stringify(Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));

function bindings({ tool, scope, sort, filters }: CursorScope): Record<(typeof PARTS)[number], string> {
  return {
    tool: shortHash(`tool ${tool}`, BIND_LENGTH),
    scope: shortHash(`scope ${stable(scope)}`, BIND_LENGTH),
    sort: shortHash(`sort ${sort}`, BIND_LENGTH),
    filters: shortHash(`filters ${stable(filters)}`, BIND_LENGTH),
  };
}

/** The service's cursors are mostly base64url already, and packing them again would cost a third more. */
const packed = (cursor: string): string =>
  /^[\w-]+$/.test(cursor) ? `!${cursor}` : Buffer.from(cursor).toString('base64url');
const unpacked = (text: string): string =>
  text.startsWith('!') ? text.slice(1) : Buffer.from(text, 'base64url').toString();

/**
 * Makes the cursor that a tool hands out: `1.BINDING.CURSOR.SHOWN.CHECK`, each part base64url. There is no key in it,
 * so that a cursor outlives the process.
 *
 * @param belongs the list the cursor is for
 * @param position where that list goes on
 */
export function wrapCursor(belongs: CursorScope, position: Position): string {
  const bound = bindings(belongs);
  const head = [
    VERSION,
    PARTS.map((part) => bound[part]).join(''),
    packed(position.cursor ?? ''),
    (position.shown ?? []).join('~'),
  ].join('.');
  return `${head}.${shortHash(head, CHECK_LENGTH)}`;
}

const REASONS: Record<(typeof PARTS)[number], string> = {
  tool: 'it comes from another tool',
  scope: 'it belongs to the list of another user or group',
  sort: 'it was made with another sort',
  filters: 'it was made with other filters',
};

/**
 * Reads a cursor back.
 *
 * @param belongs the list that is asked for now
 * @throws AgoraError `bad_cursor` where the cursor is damaged or belongs to another list
 */
export function unwrapCursor(belongs: CursorScope, text: string): Position {
  const parts = text.split('.');
  const [version, binding, cursor, shown, check] = parts;
  const head = parts.slice(0, -1).join('.');
  if (
    version !== VERSION ||
    binding === undefined ||
    cursor === undefined ||
    shown === undefined ||
    parts.length !== 5 ||
    check !== shortHash(head, CHECK_LENGTH)
  ) {
    throw badCursor('it is damaged, or was not given out by this server');
  }
  const bound = bindings(belongs);
  const wrong = PARTS.find((part, i) => binding.slice(i * BIND_LENGTH, (i + 1) * BIND_LENGTH) !== bound[part]);
  if (wrong) throw badCursor(REASONS[wrong]);
  return {
    ...(cursor === '' ? {} : { cursor: unpacked(cursor) }),
    ...(shown === '' ? {} : { shown: shown.split('~') }),
  };
}

function badCursor(why: string): AgoraError {
  return new AgoraError({
    code: 'bad_cursor',
    what: `the cursor does not fit this call: ${why}`,
    next: 'Start again without cursor, then pass next_cursor unchanged and keep all arguments but limit as they were.',
    retry: 'never',
    landed: 'no',
  });
}
