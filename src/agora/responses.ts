import * as z from 'zod';
import type { Page, Thread } from './thread.ts';

/*
 * Readers of single values, with undefined for what they cannot read. Written by hand, since a walk of 100,000 threads
 * runs six of them per thread, and as zod checks they cost more than the rest of the walk.
 */

const DIGITS = /^\d{1,32}$/;

/**
 * An id as the service writes it: digits in a string, or a JSON number where no digit can have been lost. A fraction
 * that rounds to a whole number passes: JSON.parse loses its text (a reviver sees it only from Node 22 on), and no
 * service was ever seen to send one.
 */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return DIGITS.test(value) ? value : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Only webhooks are known to put `org#app_` before a user id; the sources ask clients to expect it here too. */
export function createUserIdOf(appKey: string | undefined) {
  const known = `${appKey}_`;
  return (value: unknown): string | undefined => {
    if (typeof value !== 'string' || value === '') return undefined;
    if (!value.includes('#')) return value;
    // Both an app's name and a user id may contain `_`: only the key separates the two for certain.
    if (value.startsWith(known)) return value.slice(known.length) || value;
    return appKey?.includes('#') ? value : value.replace(/^[^#]+#[^_]+_(?=.)/, '');
  };
}

/** Milliseconds since 1970 up to the year 9999, as a number or in a string. */
export function millisOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof ms === 'number' && ms > 0 && ms < 253_402_300_800_000 ? ms : undefined;
}

/** The schema of a reader: refuses what it cannot read. */
export const read = <T>(reader: (value: unknown) => T | undefined, expected: string) =>
  z.unknown().transform((value, context): T => {
    const known = reader(value);
    if (known !== undefined) return known;
    context.addIssue(`expected ${expected}`);
    return z.NEVER;
  });

const id = read(idOf, 'an id in digits');

/** Cursors seen are short base64 texts; longer ones than this would be passed on at great cost. */
export const cursor = z.string().max(2_048).nullish();

/** Where the cursor belongs; the web SDK also looks in `data.cursor` and at the top level [SDK5]. */
const envelope = { properties: z.object({ cursor }).nullish(), cursor };

const entities = z.array(z.unknown()).nullish();

/**
 * Lists are at `entities`; the web SDK also reads `data.entities` [SDK5]. Both may be null or missing [EM], but a body
 * without any sign of a list is another answer, or not the service's, and must not be read as "no threads".
 */
const threadFrame = z
  .object({
    ...envelope,
    action: z.unknown().optional(),
    entities,
    data: z.object({ entities, cursor }).nullish(),
  })
  .refine(
    ({ entities, data, properties, action }) =>
      entities !== undefined || data?.entities !== undefined || properties !== undefined || action === 'get',
    'no list answer of Agora Chat',
  );

export const page = <T>(items: readonly T[], cursor: string | null | undefined): Page<T> =>
  cursor ? { items, cursor } : { items };

const A_THREAD = 'a thread with an id in digits';

const created = z.object({ data: z.object({ thread_id: id }) }).transform((answer) => answer.data.thread_id).parse;
const renamed = z.object({ data: z.object({ name: z.string() }) }).transform((answer) => answer.data.name).parse;
const done = z.object({ data: z.object({ status: z.literal('ok') }) }).transform(() => undefined).parse;
const memberCount = z.object({ affiliations_count: z.int().nonnegative().optional().catch(undefined) });

/**
 * The readers of all answers: each throws a ZodError for what is not as documented.
 *
 * @param appKey `org#app` where it is known: the prefix that user ids may have
 */
export function createAnswers(appKey?: string) {
  const userIdOf = createUserIdOf(appKey);
  const userId = read(userIdOf, 'a user id');

  /** Only the id is required; any other part may be missing or of an unknown shape. */
  function threadOf(value: unknown): Thread | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, name, owner, msgId, groupId, created }: Partial<Record<keyof Thread, unknown>> = value;
    const known = idOf(id);
    if (known === undefined) return undefined;
    return {
      id: known,
      name: textOf(name),
      owner: userIdOf(owner),
      msgId: idOf(msgId),
      groupId: idOf(groupId),
      created: millisOf(created),
    };
  }

  /** No transform: in long walks, what passed through one of zod 4.6 costs more to collect than the reading does. */
  function threadPage(json: unknown): Page<Thread> {
    const { entities, data, properties, cursor } = threadFrame.parse(json);
    const items = (entities ?? data?.entities ?? []).map((value, n) => {
      const thread = threadOf(value);
      if (thread) return thread;
      const path = [...(entities ? [] : ['data']), 'entities', n];
      throw new z.ZodError([{ code: 'custom', path, message: `expected ${A_THREAD}`, input: value }]);
    });
    return page(items, properties?.cursor || data?.cursor || cursor);
  }

  const detail = z
    .object({ data: z.unknown() })
    .transform(({ data }) => data)
    .pipe(
      read((data) => {
        const thread = threadOf(data);
        return thread && { ...thread, memberCount: memberCount.parse(data).affiliations_count };
      }, A_THREAD),
    ).parse;

  const memberPage = z
    .object({ ...envelope, data: z.object({ affiliations: z.array(userId).nullable(), cursor }) })
    .transform(({ data, properties, cursor }) =>
      page(data.affiliations ?? [], properties?.cursor || data.cursor || cursor),
    ).parse;

  const removed = z
    .object({ entities: z.array(z.object({ result: z.boolean(), user: userId })) })
    .transform(({ entities }) => new Map(entities.map(({ user, result }) => [user, result]))).parse;

  return { created, renamed, done, threadPage, memberPage, removed, detail };
}
