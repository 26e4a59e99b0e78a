import * as z from 'zod';
import { inThousands } from '../../src/base/wording.ts';
import { DETAILS } from '../../src/present/list-result.ts';

/*
 * Parameters that several tools share. The messages only say what a value must be; the server's edge adds the argument
 * and the value.
 */

/** As a JSON number a 19-digit message id has already lost digits. */
const NUMBER =
  'must be a string of digits, but is a JSON number: large ids lose digits that way, so take the id from its source again and put it in quotes';

const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${inThousands(most)}`;
  return z.int(error).min(least, error).max(most, error);
};

/** What is named twice counts once. */
const listOf = (item: z.ZodType<string>, most: number, what: string) => {
  const error = `must be a list of 1 to ${most} ${what}`;
  return z
    .array(item, error)
    .min(1, error)
    .max(most, error)
    .overwrite((items) => [...new Set(items)]);
};

const id = (description: string) =>
  z
    .string({ error: ({ input }) => (typeof input === 'number' ? NUMBER : 'must be a string of digits') })
    .regex(/^[1-9][0-9]{0,31}$/, 'must be a string of 1-32 digits without leading zeros')
    .describe(description);

export const threadId = id('Thread id (digits)');
export const threadIds = listOf(threadId, 50, 'thread ids').describe('1-50 thread ids (digits)');
export const groupId = id('Group id (digits)');
export const msgId = id('Id of the parent message in the group (digits, usually 19)');

/** Text that can be sent as UTF-8: a lone surrogate would arrive as another character. */
const text = z
  .string({ error: 'must be a string' })
  .refine((value) => value.isWellFormed(), 'must not hold half of a surrogate pair');

/** In code points; no source says whether the service counts UTF-16 units [all]. */
const LONGEST_NAME = 64;

/** No client shows them as what they are. */
const UNSHOWN = /[\p{Cc}\p{Zl}\p{Zp}]/u;

export const threadName = text
  .refine((value) => !UNSHOWN.test(value), 'must not hold line breaks or control characters')
  .refine((value) => value.trim() !== '', { error: 'must not be empty', abort: true })
  .refine((value) => [...value].length <= LONGEST_NAME, {
    error: ({ input }) => `must be at most ${LONGEST_NAME} characters, but is ${[...String(input)].length} long`,
  })
  .describe(`Thread name, 1-${LONGEST_NAME} characters`);

/** In bytes. User ids have `a-z 0-9 _ - .` [EM]; others are sent encoded, since older apps have some. */
const LONGEST_USER_ID = 64;

const userId = (description: string) =>
  text
    .refine((value) => value.trim() !== '', { error: 'must not be empty', abort: true })
    .refine((value) => Buffer.byteLength(value) <= LONGEST_USER_ID, `must be at most ${LONGEST_USER_ID} bytes`)
    // In a URL path both mean a step, however they are encoded.
    .refine((value) => value !== '.' && value !== '..', 'must be a user id, not a path step')
    .describe(description);

/** What no user id holds, but text that was meant for several of them does. */
const NOT_A_USER = /[\s,;，、；"'“”‘’()[\]{}<>]|^@|^null$/;

/** A user to be written: what cannot be a user id is a list in one string, or a name. */
const writtenUserId = (description: string) =>
  userId(description).refine(
    (value) => !NOT_A_USER.test(value),
    'must be one user id, without blanks, commas, quotes, brackets or @',
  );

/** A user to be read: the service is asked, whatever it looks like. */
export const username = userId('User id (lower case)');
export const owner = writtenUserId('User id of the creator, a member of the group');

export const maxScan = wholeNumber(1, 100_000)
  .optional()
  .describe('Keep paging until this many have been checked (at most 100000)');

const CURSOR = 'must be the next_cursor of an earlier call';
/** More than our longest cursor: the longest accepted one of the service, with the marks of two pages of threads. */
const LONGEST_CURSOR = 16_384;

export const listArguments = {
  limit: wholeNumber(0, 50).default(20).describe('How many to show (0-50, default 20); 0 only counts, with max_scan'),
  cursor: z
    .string(CURSOR)
    // Not as a length in the schema: llama.cpp refuses the grammar of all tools for a bound of 2,000 or more.
    .refine(({ length }) => length <= LONGEST_CURSOR, CURSOR)
    .optional()
    .describe('next_cursor of the previous page'),
  sort: z
    .enum(['desc', 'asc'], 'must be "desc" (newest first) or "asc"')
    .default('desc')
    .describe('desc (default): newest first'),
  max_scan: maxScan,
  detail: z
    .enum(DETAILS, 'must be "compact" or "full"')
    .default('compact')
    .describe('compact (default) or full, with exact times and msg_id'),
};

const WHEN = 'must be an ISO date or date-time, such as 2026-11-01 or 2026-11-01T08:00:00+08:00';

/** Adds seconds before an offset, without which zod refuses the time. */
const moment = z
  .string()
  .transform((text) => text.replace(/(T\d\d:\d\d)(?=Z$|[+-])/, '$1:00'))
  .pipe(z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]));

const when = (description: string) =>
  z
    .string(WHEN)
    .refine((text) => moment.safeParse(text).success, WHEN)
    .optional()
    .describe(description);

/** Milliseconds since 1970. A date is its midnight in UTC; a time without an offset is in UTC. */
export function instantOf(text: string): number {
  const zoned = /T/.test(text) && !/(Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text;
  return Date.parse(zoned);
}

export const filterArguments = {
  name_contains: text
    .refine((value) => value.trim() !== '', 'must not be empty')
    .refine((value) => [...value].length <= LONGEST_NAME, `must be at most ${LONGEST_NAME} characters`)
    .optional()
    .describe('Text in the name; ignores case and full/half width'),
  owner: userId('User id of the creator').optional(),
  msg_id: id('Id of the parent message').optional(),
  created_after: when('From this ISO date or time on (inclusive, UTC)'),
  created_before: when('Before this ISO date or time (exclusive, UTC)'),
};

export type ListArguments = z.output<z.ZodObject<typeof listArguments>>;
export type FilterArguments = Partial<z.output<z.ZodObject<typeof filterArguments>>>;

/** Of a list that can be filtered: a filter walks on by itself. */
export const filteredListArguments = {
  ...listArguments,
  limit: listArguments.limit.describe('How many to show (0-50, default 20); 0 only counts, with max_scan or a filter'),
  max_scan: maxScan.describe(
    'Keep paging until this many have been checked (at most 100000; with a filter default 1000)',
  ),
  ...filterArguments,
};

/** A check of arguments against each other, as `refine` takes it, and the argument to correct. */
type Check<Args> = [isRight: (args: Args) => boolean, otherwise: { error: string; path: string[] }];

/** A span with its ends swapped finds nothing, which would read as "there are none". */
export const spanInOrder: Check<FilterArguments> = [
  ({ created_after, created_before }) =>
    created_after === undefined || created_before === undefined || instantOf(created_after) < instantOf(created_before),
  {
    error: 'must be before created_before, which is exclusive: for one day take the next day as created_before',
    path: ['created_after'],
  },
];

/** A page of no threads says nothing. */
const showsOrCountsWith = (what: string): Check<Pick<ListArguments, 'limit' | 'max_scan'>> => [
  ({ limit, max_scan, ...rest }) =>
    limit > 0 || max_scan !== undefined || Object.keys(filterArguments).some((name) => name in rest),
  { error: `must be at least 1, or 0 with ${what} to count only`, path: ['limit'] },
];
export const showsOrCounts = showsOrCountsWith('max_scan');
/** Of a list that can be filtered. */
export const showsOrCountsFiltered = showsOrCountsWith('max_scan or a filter');

const MOST_PAIRS = 200;

/** Each user in each thread is a change of its own. */
export const fewEnoughPairs: Check<{ thread_ids: readonly string[]; usernames: readonly string[] }> = [
  ({ thread_ids, usernames }) => thread_ids.length * usernames.length <= MOST_PAIRS,
  { error: `must be fewer: threads times users may be at most ${MOST_PAIRS} in one call`, path: ['usernames'] },
];

/** In one call that adds or removes members. */
export const MOST_USERS = 100;

export const usernames = listOf(writtenUserId('User id'), MOST_USERS, 'user ids').describe('1-100 user ids');

export const confirmationCode = z
  .string('must be the code of an earlier result, as a string')
  .max(64, 'must be the code of an earlier result')
  .optional()
  .describe('Only after the user agreed to an earlier result that gave this code');
