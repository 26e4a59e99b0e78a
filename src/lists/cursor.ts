import { createHash } from 'node:crypto';
import { AgoraError } from '../agora/errors.ts';
import { defined } from '../base/defined.ts';

/** The list a cursor is bound to: in another one it would lead to a wrong place. */
export interface CursorScope {
  readonly tool: string;
  /** A host may run servers for several apps. */
  readonly app: string;
  /** Whose list: the user and group, as the tool's arguments. */
  readonly scope: Readonly<Record<string, string>>;
  readonly sort: 'asc' | 'desc';
  /** Only those that were given. */
  readonly filters?: Readonly<Record<string, string>>;
}

/** Where a list goes on. */
export interface Position {
  /** The service's cursor of the page to read next; absent for the first page. */
  readonly cursor?: string;
  /** Hashes of items on that page that were passed, as a cursor carries them. */
  readonly shown?: readonly string[];
  /** Ids of further ones, hashed once the position becomes a cursor: most never do. */
  readonly ids?: readonly string[];
}

const VERSION = '1';
const PARTS = ['tool', 'scope', 'sort', 'filters'] as const;
/** 18 bits each: a cursor of another user's list passes for one of this list once in 262,144 times. */
const BIND_LENGTH = 3;
const CHECK_LENGTH = 4;

/** In base64url, 30 bits: two threads of a page share a hash once in half a million pages. */
const HASH_LENGTH = 5;
/** As many as two pages hold: hashes of what is gone meanwhile must not make a cursor grow from call to call. */
export const MOST_SHOWN = 100;

/** `length` characters of base64url, 6 bits each. Guards against mix-ups and damage, not against forgery. */
const shortHash = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, length);

/** The hash of an id among those that were passed. */
export const hashOf = (id: string): string => shortHash(id, HASH_LENGTH);

const stable = (record: Readonly<Record<string, string>> | undefined): string =>
  JSON.stringify(Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));

function bindings({ tool, app, scope, sort, filters }: CursorScope): Record<(typeof PARTS)[number], string> {
  return {
    tool: shortHash(`tool ${tool}`, BIND_LENGTH),
    scope: shortHash(`scope ${JSON.stringify(app)} ${stable(scope)}`, BIND_LENGTH),
    sort: shortHash(`sort ${sort}`, BIND_LENGTH),
    filters: shortHash(`filters ${stable(filters)}`, BIND_LENGTH),
  };
}

/** What can be put between our dots unchanged. */
const PLAIN = /^[\w>:;,/+=-]+$/;

/** The ways to write a cursor, each with its mark; the first one that reads back the same is used. */
const WRITINGS: readonly (readonly [
  mark: string,
  write: (cursor: string) => string,
  read: (text: string) => string,
])[] = [
  // Cursors seen are base64 of a short text such as `desc>1794124776810>24098`, which costs a model half the tokens of
  // its base64, and is copied with fewer mistakes.
  ['u', (cursor) => ascii(cursor), (text) => Buffer.from(text).toString('base64url')],
  ['b', (cursor) => ascii(cursor), (text) => Buffer.from(text).toString('base64').replace(/=+$/, '')],
  ['p', (cursor) => ascii(cursor), (text) => Buffer.from(text).toString('base64')],
  ['t', (cursor) => cursor, (text) => text],
];

/** Reads base64 of either alphabet. */
const ascii = (base64: string): string => Buffer.from(base64, 'base64').toString('latin1');

function packed(cursor: string): string {
  for (const [mark, write, read] of WRITINGS) {
    const text = write(cursor);
    if (PLAIN.test(text) && read(text) === cursor) return mark + text;
  }
  return `x${Buffer.from(cursor).toString('base64url')}`;
}

function unpacked(packed: string): string {
  const text = packed.slice(1);
  const writing = WRITINGS.find(([mark]) => mark === packed[0]);
  return writing ? writing[2](text) : Buffer.from(text, 'base64url').toString();
}

/**
 * Makes the cursor that a tool hands out: `1.BINDING.CURSOR.SHOWN.CHECK`, without `.SHOWN` where no item was passed.
 * It needs no key, so it outlives the process.
 */
export function wrapCursor(list: CursorScope, { cursor, shown = [], ids = [] }: Position): string {
  const bound = bindings(list);
  const passed = [...new Set([...shown, ...ids.map(hashOf)])].slice(-MOST_SHOWN);
  const head = [
    VERSION,
    PARTS.map((part) => bound[part]).join(''),
    cursor === undefined ? '' : packed(cursor),
    ...(passed.length > 0 ? [passed.join('~')] : []),
  ].join('.');
  return `${head}.${shortHash(head, CHECK_LENGTH)}`;
}

const REASONS: Record<(typeof PARTS)[number], string> = {
  tool: 'it comes from another tool',
  scope: 'it belongs to the list of another user, group or app',
  sort: 'it was made with another sort',
  filters: 'it was made with other filters',
};

/**
 * Reads a cursor back; without one a list begins at its start.
 *
 * @throws AgoraError `bad_cursor` where the cursor is damaged or belongs to another list
 */
export function unwrapCursor(list: CursorScope, text: string | undefined): Position {
  if (text === undefined) return {};
  const parts = text.split('.');
  const [version, binding, cursor, shown] = parts.slice(0, -1);
  const head = parts.slice(0, -1).join('.');
  if (
    version !== VERSION ||
    binding === undefined ||
    cursor === undefined ||
    parts.length > 5 ||
    parts.at(-1) !== shortHash(head, CHECK_LENGTH)
  ) {
    throw badCursor('it is damaged, or was not given out by this server');
  }
  const bound = bindings(list);
  const wrong = PARTS.find((part, i) => binding.slice(i * BIND_LENGTH, (i + 1) * BIND_LENGTH) !== bound[part]);
  if (wrong) throw badCursor(REASONS[wrong]);
  return defined({ cursor: cursor === '' ? undefined : unpacked(cursor), shown: shown?.split('~') });
}

function badCursor(why: string): AgoraError {
  return new AgoraError({
    code: 'bad_cursor',
    what: `the cursor does not fit this call: ${why}`,
    next: 'Start again without cursor, then pass next_cursor unchanged and keep all arguments but limit as they were.',
  });
}
