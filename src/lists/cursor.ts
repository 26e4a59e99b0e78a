import { createHash } from 'node:crypto';
import { AgoraError } from '../agora/errors.ts';
import { defined } from '../base/defined.ts';

/** The list a cursor is bound to: in another one it would lead to a wrong place. */
export interface CursorScope {
  readonly tool: string;
  /** An assistant may have a server for each of several apps, and one of the same name on another host. */
  readonly app: { readonly name: string; readonly host: string };
  /** Whose list: the user and group, as the tool's arguments. */
  readonly scope: Readonly<Record<string, string | undefined>>;
  readonly sort: 'asc' | 'desc';
  /** What it is narrowed to. */
  readonly filters?: Readonly<Record<string, string | undefined>>;
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

const stable = (record: CursorScope['scope'] = {}): string =>
  JSON.stringify(Object.entries(defined(record)).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What a cursor is bound to, and what is wrong with one that was bound to something else. */
const BINDINGS: readonly { readonly boundTo: (list: CursorScope) => string; readonly otherwise: string }[] = [
  { boundTo: ({ tool }) => `tool ${tool}`, otherwise: 'it comes from another tool' },
  {
    boundTo: ({ app: { name, host }, scope }) => `scope ${JSON.stringify([name, host])} ${stable(scope)}`,
    otherwise: 'it belongs to the list of another user, group, app or host',
  },
  { boundTo: ({ sort }) => `sort ${sort}`, otherwise: 'it was made with another sort' },
  { boundTo: ({ filters }) => `filters ${stable(filters)}`, otherwise: 'it was made with other filters' },
];

const bindingsOf = (list: CursorScope): string[] =>
  BINDINGS.map(({ boundTo }) => shortHash(boundTo(list), BIND_LENGTH));

/** What can be put between our dots unchanged. */
const PLAIN = /^[\w>:;,/+=-]+$/;

/** How the text of a cursor is read, by its mark. */
const READINGS = new Map<string | undefined, (text: string) => string>([
  // Cursors seen are base64 of a short text such as `desc>1794124776810>24098`, which costs a model half the tokens of
  // its base64, and is copied with fewer mistakes.
  ['u', (text) => Buffer.from(text).toString('base64url')],
  ['b', (text) => Buffer.from(text).toString('base64').replace(/=+$/, '')],
  ['p', (text) => Buffer.from(text).toString('base64')],
  ['t', (text) => text],
  ['x', (text) => Buffer.from(text, 'base64url').toString()],
]);

/** The cursor in the first form that reads back the same. */
function packed(cursor: string): string {
  // Node reads base64 of either alphabet.
  const text = Buffer.from(cursor, 'base64').toString('latin1');
  const forms = [`u${text}`, `b${text}`, `p${text}`, `t${cursor}`];
  const plain = forms.find((form) => PLAIN.test(form) && unpacked(form) === cursor);
  return plain ?? `x${Buffer.from(cursor).toString('base64url')}`;
}

const unpacked = (packed: string): string | undefined => READINGS.get(packed[0])?.(packed.slice(1));

/**
 * Makes the cursor that a tool hands out: `1.BINDING.CURSOR.SHOWN.CHECK`, without `.SHOWN` where no item was passed.
 * It needs no key, so it outlives the process.
 */
export function wrapCursor(list: CursorScope, { cursor, shown = [], ids = [] }: Position): string {
  const passed = [...new Set([...shown, ...ids.map(hashOf)])].slice(-MOST_SHOWN);
  const head = [
    VERSION,
    bindingsOf(list).join(''),
    cursor === undefined ? '' : packed(cursor),
    ...(passed.length > 0 ? [passed.join('~')] : []),
  ].join('.');
  return `${head}.${shortHash(head, CHECK_LENGTH)}`;
}

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
  const read = cursor ? unpacked(cursor) : undefined;
  if (
    version !== VERSION ||
    binding === undefined ||
    cursor === undefined ||
    (cursor !== '' && read === undefined) ||
    parts.length > 5 ||
    parts.at(-1) !== shortHash(head, CHECK_LENGTH)
  ) {
    throw badCursor('it is damaged, or was not given out by this server');
  }
  const bound = bindingsOf(list);
  const wrong = BINDINGS.find((_, i) => binding.slice(i * BIND_LENGTH, (i + 1) * BIND_LENGTH) !== bound[i]);
  if (wrong) throw badCursor(wrong.otherwise);
  return defined({ cursor: read, shown: shown?.split('~') });
}

function badCursor(why: string): AgoraError {
  return new AgoraError({
    code: 'bad_cursor',
    what: `the cursor does not fit this call: ${why}`,
    next: 'Start again without cursor, then pass next_cursor unchanged and keep all arguments but limit as they were.',
  });
}
