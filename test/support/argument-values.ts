import fc from 'fast-check';

/** What an argument may be given as. */
interface ArgumentValues {
  readonly valid: fc.Arbitrary<unknown>;
  /** A value as it should be written. */
  readonly proper: unknown;
  /** The same value, as hosts and models are known to write it; empty where only one spelling is known. */
  readonly spelled: readonly unknown[];
  /** What could mean two things or nothing, with the words that say how to write it. */
  readonly wrong: readonly (readonly [value: unknown, words: RegExp])[];
}

const ID = '240000000000001';
const digits = fc.bigInt({ min: 1n, max: 10n ** 32n - 1n }).map(String);
const DIGITS = /must be a string of (1-32 )?digits/;

const id: ArgumentValues = {
  valid: digits,
  proper: ID,
  spelled: [` ${ID}`, `${ID}\n`],
  wrong: [
    [Number(ID), /must be a string of digits, but is a JSON number: .* put it in quotes/],
    [`#${ID}`, /must be a string of 1-32 digits without leading zeros \(got "#240000000000001"\)/],
    [`0${ID}`, /without leading zeros/],
    [`${ID} 25`, DIGITS],
    [`"${ID}"`, DIGITS],
    [[ID], DIGITS],
    [{}, DIGITS],
    [true, DIGITS],
  ],
};

const LIST_OF_IDS = /must be a list of 1 to 50 thread ids/;
const ids: ArgumentValues = {
  valid: fc.array(digits, { minLength: 1, maxLength: 3 }),
  proper: [ID],
  spelled: [ID, ` ${ID}`, JSON.stringify([ID]), [` ${ID}`]],
  wrong: [
    [Number(ID), /is a JSON number/],
    [[Number(ID)], /is a JSON number/],
    [`#${ID}`, DIGITS],
    [`${ID}, 25`, DIGITS],
    [[ID, null], DIGITS],
    [[], LIST_OF_IDS],
    ['[]', LIST_OF_IDS],
    [Array.from({ length: 51 }, (_, n) => String(n + 1)), LIST_OF_IDS],
    [{ id: ID }, LIST_OF_IDS],
  ],
};

/** Without outer blanks, which always go. */
const word = fc.stringMatching(/^[a-z0-9_.-]{1,32}$/).filter((one) => one !== '.' && one !== '..');
const anyUser = fc.oneof(
  word,
  fc.string({ minLength: 1, maxLength: 12 }).filter((one) => one === one.trim()),
);
const ONE_USER = /must be one user id, without blanks, commas, quotes, brackets or @/;

const writtenUser: ArgumentValues = {
  valid: word,
  proper: 'mia',
  spelled: [' mia', 'mia\n'],
  wrong: [
    ['mia, tom', ONE_USER],
    ['mia tom', ONE_USER],
    ['@mia', ONE_USER],
    ['"mia"', ONE_USER],
    ['null', ONE_USER],
    ['..', /not a path step/],
    ['x'.repeat(65), /at most 64 bytes/],
    [5, /must be a string/],
  ],
};
const readUser: ArgumentValues = {
  ...writtenUser,
  valid: anyUser,
  // The service is asked, whatever an id looks like.
  wrong: writtenUser.wrong.filter(([, words]) => words !== ONE_USER),
};

const LIST_OF_USERS = /must be a list of 1 to 100 user ids/;
const users: ArgumentValues = {
  valid: fc.array(word, { minLength: 1, maxLength: 3 }),
  proper: ['mia'],
  spelled: ['mia', '["mia"]', [' mia']],
  wrong: [
    ['mia,tom', ONE_USER],
    [['mia, tom'], ONE_USER],
    [['mia', '@tom'], ONE_USER],
    [['mia', 'null'], ONE_USER],
    [['mia', null], /must be a string/],
    [['mia', ''], /must not be empty/],
    [[], LIST_OF_USERS],
    [Array.from({ length: 101 }, (_, n) => `u${n}`), LIST_OF_USERS],
    [5, /must be a string/],
    [{ user: 'mia' }, LIST_OF_USERS],
  ],
};

const whole = (from: number, to: number, proper: number): ArgumentValues => ({
  valid: fc.integer({ min: from, max: to }),
  proper,
  spelled: [String(proper), ` ${proper} `],
  wrong: [from - 1, to + 1, 1.5, 'many', `${proper}.5`, `+${proper}`, true, [proper]].map((value) => [
    value,
    new RegExp(`must be a whole number from ${from} to ${to === 100_000 ? '100,000' : to}`),
  ]),
});

const text = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
  .filter((one) => one.trim() !== '' && !/\p{Cc}/u.test(one));
const NOT_EMPTY = /must not be empty/;
const SHORTER = /must be at most 64 characters/;

const WHEN = /must be an ISO date or date-time, such as 2026-11-01/;
const when = (proper: string): ArgumentValues => ({
  valid: fc.constantFrom(proper, `${proper}T08:00:00Z`, `${proper}T08:00+08:00`),
  proper,
  spelled: [],
  wrong: ['yesterday', '2026-13-01', '01/02/2026', 1_767_225_600, [proper]].map((value) => [value, WHEN]),
});

const choice = (words: readonly string[], message: RegExp): ArgumentValues => ({
  valid: fc.constantFrom(...words),
  proper: words[1],
  spelled: [],
  wrong: ['newest', words[0]?.toUpperCase(), 1, words].map((value) => [value, message]),
});

const CODE = /must be the code of an earlier result/;

/** By name: one name is one argument in all tools, but for `owner`, who is written by some and read by others. */
export const ARGUMENT_VALUES: Readonly<Record<string, ArgumentValues>> = {
  thread_id: id,
  group_id: id,
  msg_id: id,
  thread_ids: ids,
  username: readUser,
  usernames: users,
  members: users,
  name: {
    valid: text,
    proper: 'Refund',
    spelled: [],
    wrong: [
      [' ', NOT_EMPTY],
      ['a\nb', /must not hold line breaks or control characters/],
      ['x'.repeat(65), SHORTER],
      [5, /must be a string/],
    ],
  },
  name_contains: {
    valid: text,
    proper: 'refund',
    spelled: [],
    wrong: [
      [' ', NOT_EMPTY],
      ['x'.repeat(65), SHORTER],
      [5, /must be a string/],
    ],
  },
  limit: whole(0, 50, 20),
  max_scan: whole(1, 100_000, 100),
  sort: choice(['desc', 'asc'], /must be "desc" \(newest first\) or "asc"/),
  detail: choice(['compact', 'full'], /must be "compact" or "full"/),
  created_after: when('2026-01-01'),
  created_before: when('2026-02-01'),
  cursor: {
    valid: fc.stringMatching(/^[A-Za-z0-9.+/=]{1,40}$/),
    proper: undefined,
    spelled: [],
    wrong: [
      ['from-nowhere', /is damaged|not a cursor|cursor/],
      [5, /must be the next_cursor of an earlier call/],
    ],
  },
  confirmation_code: {
    valid: fc.stringMatching(/^[A-Z2-9]{8}$/),
    proper: undefined,
    spelled: [],
    wrong: [
      ['X'.repeat(65), CODE],
      [12_345_678, CODE],
    ],
  },
};

/** The owner of a thread to be made is written; the owner that a list is filtered by is read. */
const OWNER = { create_thread: writtenUser, restore_thread: writtenUser } as Readonly<Record<string, ArgumentValues>>;

export function argumentValues(tool: string, argument: string): ArgumentValues {
  const values = argument === 'owner' ? (OWNER[tool] ?? readUser) : ARGUMENT_VALUES[argument];
  if (!values) throw new Error(`test/support/argument-values.ts has nothing for ${argument}.`);
  return values;
}
