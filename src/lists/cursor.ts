import { createHash } from 'node:crypto';
import { AgoraError } from '../agora/errors.ts';

/** What a cursor belongs to. A cursor of one list means nothing, or worse something, in another. */
export interface CursorScope {
  readonly tool: string;
  /** The app: a host may run a server for each of several. */
  readonly app: string;
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
/** 18 bits each: the list of another user is taken for this one once in 262,144 times. */
const BIND_LENGTH = 3;
const CHECK_LENGTH = 4;

/** `length` characters of base64url, 6 bits each. Guards against mix-ups and damage, not against forgery. */
export const shortHash = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, length);

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

/** What may stand between our dots as it is. */
const PLAIN = /^[\w>:;,/+=-]+$/;

/** The ways to write a cursor, by the letter that marks them; the first one that reads back the same is taken. */
const WRITINGS: readonly (readonly [
  mark: string,
  write: (cursor: string) => string,
  read: (text: string) => string,
])[] = [
  // Those seen are base64 of a short text such as `desc>1794124776810>24098`, which costs a model half the tokens of
  // its base64, and is copied with fewer mistakes.
  ['u', (cursor) => ascii(cursor), (text) => Buffer.from(text).toString('base64url')],
  ['b', (cursor) => ascii(cursor), (text) => Buffer.from(text).toString('base64').replace(/=+$/, '')],
  ['p', (cursor) => ascii(cursor), (text) => Buffer.from(text).toString('base64')],
  ['t', (cursor) => cursor, (text) => text],
];

/** The bytes that a base64 text stands for, of either alphabet. */
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
 * Makes the cursor that a tool hands out: `1.BINDING.CURSOR.SHOWN.CHECK`, without `.SHOWN` where no item was shown.
 * There is no key in it, so that a cursor outlives the process.
 *
 * @param belongs the list the cursor is for
 * @param position where that list goes on
 */
export function wrapCursor(belongs: CursorScope, position: Position): string {
  const bound = bindings(belongs);
  const head = [
    VERSION,
    PARTS.map((part) => bound[part]).join(''),
    position.cursor === undefined ? '' : packed(position.cursor),
    ...(position.shown ? [position.shown.join('~')] : []),
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
 * ReadApi a cursor back.
 *
 * @param belongs the list that is asked for now
 * @throws AgoraError `bad_cursor` where the cursor is damaged or belongs to another list
 */
export function unwrapCursor(belongs: CursorScope, text: string): Position {
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
  const bound = bindings(belongs);
  const wrong = PARTS.find((part, i) => binding.slice(i * BIND_LENGTH, (i + 1) * BIND_LENGTH) !== bound[part]);
  if (wrong) throw badCursor(REASONS[wrong]);
  return {
    ...(cursor === '' ? {} : { cursor: unpacked(cursor) }),
    ...(shown === undefined ? {} : { shown: shown.split('~') }),
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
