import * as z from 'zod';
import type { Request } from './call.ts';

/** A thread as the two lists by user give it. The app list gives `id` alone, and each other part may be missing. */
export interface Thread {
  /** Digits; sample ids have 15 of them. */
  readonly id: string;
  readonly name?: string | undefined;
  /** The creator's user id, without the `org#app_` prefix that webhooks put before it. */
  readonly owner?: string | undefined;
  /** The group the thread belongs to. */
  readonly groupId?: string | undefined;
  /** The message the thread hangs on: 19 digits, beyond what a JavaScript number holds. */
  readonly msgId?: string | undefined;
  /** Milliseconds since 1970, UTC. */
  readonly created?: number | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent where the service sent none, or an empty one. */
  readonly cursor?: string;
}

export interface PageQuery {
  /** 1-50; more is refused by the service, not clamped [EN][EM]. */
  readonly limit: number;
  readonly cursor?: string;
  readonly sort?: 'asc' | 'desc';
}

export interface NewThread {
  readonly groupId: string;
  readonly msgId: string;
  /** 1-64 characters [all sources]. */
  readonly name: string;
  /** A member of the group [EM]: the service answers 404 for anyone else. */
  readonly owner: string;
}

/** The documented calls on threads. Each throws an `AgoraError`, or the signal's reason once that is aborted. */
export interface Threads {
  /** Makes a thread on a group message, and gives its id. Not idempotent: one thread a message, then 403. */
  create(thread: NewThread, signal: AbortSignal): Promise<string>;
  /** Gives the name as the service has stored it. */
  rename(threadId: string, name: string, signal: AbortSignal): Promise<string>;
  delete(threadId: string, signal: AbortSignal): Promise<void>;
  /** All threads of the app by creation time: ids only. */
  list(query: PageQuery, signal: AbortSignal): Promise<Page<Thread>>;
  /** The threads a user has joined, by join time [EM][SW] or creation time [EN][CN]: the sources disagree. */
  listOfUser(username: string, query: PageQuery, signal: AbortSignal): Promise<Page<Thread>>;
  /** The same within one group. */
  listOfUserInGroup(groupId: string, username: string, query: PageQuery, signal: AbortSignal): Promise<Page<Thread>>;
  /** User ids of a thread's members, by join time, oldest first [APIREF]. */
  listMembers(threadId: string, query: PageQuery, signal: AbortSignal): Promise<Page<string>>;
  /** Adds at most 10 members of the group. One answer for all: partial failure is undocumented. Can take seconds. */
  addMembers(threadId: string, usernames: readonly string[], signal: AbortSignal): Promise<void>;
  /** Removes at most 10 members. A 200 may hold failures, one by one and without a reason. Can take over 12 s. */
  removeMembers(threadId: string, usernames: readonly string[], signal: AbortSignal): Promise<Removal>;
  /** One thread with its member count. Undocumented: a call of the web SDK [SDK]. */
  get(threadId: string, signal: AbortSignal): Promise<Thread & { readonly memberCount?: number | undefined }>;
  /** All threads of a group. Undocumented: a call of the web SDK [SDK]; its last cursor is an empty string [SDK5]. */
  listOfGroup(groupId: string, query: PageQuery, signal: AbortSignal): Promise<Page<Thread>>;
}

/** What became of each user of a removal. */
export interface Removal {
  readonly removed: ReadonlyMap<string, boolean>;
  /** Was it sent again after it may have landed? Then a failure may stand for a user whom the first try removed. */
  readonly resent: boolean;
}

/** The most users of one request of adding or removing [all sources]. */
export const BATCH = 10;

/*
 * Readers of single values: what they cannot read is undefined. Written out, since a walk of 100,000 threads runs six
 * of them for each, and as zod checks they cost more than all the rest of the walk.
 */

/** As `/^\d{1,32}$/` says it, in half the time. */
function isDigits(text: string): boolean {
  if (text.length === 0 || text.length > 32) return false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return true;
}

/**
 * An id as the service writes it: digits in a string; as a JSON number only where no digit can have been lost. A number
 * written as a fraction that rounds to a whole one passes: its text is gone after JSON.parse (only from Node 22 on does
 * a reviver see it), and to search each answer for it would cost every walk for what no service was ever seen to send.
 */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return isDigits(value) ? value : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Only webhooks are known to put `org#app_` before a user id; the sources ask clients to bear it here too. */
function userIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.includes('#') ? value.replace(/^[^#]+#[^_]+_(?=.)/, '') : value;
}

/** Milliseconds since 1970 up to the year 9999, as a number or in a string. */
function millisOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof ms === 'number' && ms > 0 && ms < 253_402_300_800_000 ? ms : undefined;
}

/** A thread is one that has an id; each other part may be missing, or of a shape not known here, which is the same. */
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

/** A reader as a schema, which refuses what it cannot read. */
const read = <T>(reader: (value: unknown) => T | undefined, expected: string) =>
  z.unknown().transform((value, context): T => {
    const known = reader(value);
    if (known !== undefined) return known;
    context.addIssue(`expected ${expected}`);
    return z.NEVER;
  });

const id = read(idOf, 'an id in digits');
const userId = read(userIdOf, 'a user id');
const thread = read(threadOf, 'a thread with an id in digits');

/** Longer than any cursor seen (they are short base64 texts), and short enough to hand to a model. */
const cursor = z.string().max(2_048).nullish();

/**
 * What a list answer has around its items. `entities` and `properties` may be null or missing [EM], but a body with
 * no trace of the envelope is somebody else's answer, and "no threads" must not be read out of it.
 */
const envelope = {
  action: z.unknown().optional(),
  /** Where the cursor belongs; the web SDK also looks in `data.cursor` and at the top level [SDK5]. */
  properties: z.object({ cursor }).nullish(),
  cursor,
};

const isEnvelope = (answer: object): boolean => Object.values(answer).some((part) => part !== undefined);

const NOT_A_LIST = 'no list answer of Agora Chat';

/** Lists stand at `entities`; the web SDK also reads `data.entities` [SDK5]. */
const threadFrame = z
  .object({
    ...envelope,
    entities: z.array(z.unknown()).nullish(),
    data: z.object({ entities: z.array(z.unknown()).nullish(), cursor }).nullish(),
  })
  .refine(isEnvelope, NOT_A_LIST);

/**
 * A page of threads. It reads within a check, where others transform: in walks of many pages, what went through a
 * transform of zod 4.6 outlives several collections, and cleaning up after it costs more than all of the reading.
 */
const threadPage = z.custom<Page<Thread>>().check((payload) => {
  const parsed = threadFrame.safeParse(payload.value);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues)
      payload.issues.push({ code: 'custom', path, message, input: payload.value });
    return;
  }
  const { entities, data, properties, cursor } = parsed.data;
  const items: Thread[] = [];
  for (const value of entities ?? data?.entities ?? []) {
    const known = threadOf(value);
    if (known) items.push(known);
    else {
      const path = [...(entities ? [] : ['data']), 'entities', items.length];
      payload.issues.push({ code: 'custom', path, message: 'expected a thread with an id in digits', input: value });
      return;
    }
  }
  payload.value = page(items, properties?.cursor || data?.cursor || cursor);
});

const memberPage = z
  .object({ ...envelope, data: z.object({ affiliations: z.array(userId).nullable(), cursor }) })
  .transform(({ data, properties, cursor }) =>
    page(data.affiliations ?? [], properties?.cursor || data.cursor || cursor),
  );

const page = <T>(items: readonly T[], cursor: string | null | undefined): Page<T> =>
  cursor ? { items, cursor } : { items };

const created = z.object({ data: z.object({ thread_id: id }) }).transform((answer) => answer.data.thread_id);
const renamed = z.object({ data: z.object({ name: z.string() }) }).transform((answer) => answer.data.name);
const deleted = z.object({ data: z.object({ status: z.literal('ok') }) }).transform(() => undefined);

const added = deleted;
const removed = z
  .object({ entities: z.array(z.object({ result: z.boolean(), user: userId })) })
  .transform(({ entities }) => new Map(entities.map(({ user, result }) => [user, result])));

const memberCount = z.object({ affiliations_count: z.int().nonnegative().optional().catch(undefined) });
const detail = z
  .object({ data: z.unknown() })
  .transform(({ data }) => data)
  .pipe(
    z.intersection(
      thread,
      memberCount.transform((data) => ({ memberCount: data.affiliations_count })),
    ),
  );

function queryOf({ limit, cursor, sort }: PageQuery): Record<string, string> {
  return {
    // Always sent: the default is 50 in most sources and unstated in others.
    limit: String(limit),
    ...(cursor === undefined ? {} : { cursor }),
    ...(sort === undefined ? {} : { sort }),
  };
}

/** The typed calls over one request path. `thread` for one and for the app, `threads` for the lists by user. */
export function createThreads(request: Request): Threads {
  return {
    create: (thread, signal) =>
      request(
        {
          endpoint: 'create',
          method: 'POST',
          path: ['thread'],
          body: { group_id: thread.groupId, name: thread.name, msg_id: thread.msgId, owner: thread.owner },
          answer: created,
        },
        signal,
      ),
    rename: (threadId, name, signal) =>
      request(
        { endpoint: 'rename', method: 'PUT', path: ['thread', threadId], body: { name }, answer: renamed },
        signal,
      ),
    delete: (threadId, signal) =>
      request({ endpoint: 'delete', method: 'DELETE', path: ['thread', threadId], answer: deleted }, signal),
    list: (query, signal) =>
      request({ endpoint: 'list', method: 'GET', path: ['thread'], query: queryOf(query), answer: threadPage }, signal),
    listOfUser: (username, query, signal) =>
      request(
        {
          endpoint: 'list_user',
          method: 'GET',
          path: ['threads', 'user', username],
          query: queryOf(query),
          answer: threadPage,
        },
        signal,
      ),
    listOfUserInGroup: (groupId, username, query, signal) =>
      request(
        {
          endpoint: 'list_user_group',
          method: 'GET',
          path: ['threads', 'chatgroups', groupId, 'user', username],
          query: queryOf(query),
          answer: threadPage,
        },
        signal,
      ),
    listMembers: (threadId, { limit, cursor }, signal) =>
      request(
        {
          endpoint: 'members',
          method: 'GET',
          path: ['thread', threadId, 'users'],
          query: queryOf({ limit, ...(cursor === undefined ? {} : { cursor }) }),
          answer: memberPage,
        },
        signal,
      ),
    async addMembers(threadId, usernames, signal) {
      await request(
        {
          endpoint: 'add_members',
          method: 'POST',
          path: ['thread', threadId, 'users'],
          body: { usernames },
          answer: added,
          slow: true,
        },
        signal,
      );
    },
    async removeMembers(threadId, usernames, signal) {
      let resent = false;
      const outcome = await request(
        {
          endpoint: 'remove_members',
          method: 'DELETE',
          // Some tables print `threads/…` here; all samples and the newest pages print the singular.
          path: ['thread', threadId, 'users'],
          body: { usernames },
          answer: removed,
          slow: true,
          onResend: () => {
            resent = true;
          },
        },
        signal,
      );
      return { removed: outcome, resent };
    },
    get: (threadId, signal) =>
      request({ endpoint: 'get', method: 'GET', path: ['thread', threadId], answer: detail }, signal),
    listOfGroup: (groupId, { limit, cursor }, signal) =>
      request(
        {
          endpoint: 'list_group',
          method: 'GET',
          path: ['threads', 'chatgroups', groupId],
          query: queryOf({ limit, ...(cursor === undefined ? {} : { cursor }) }),
          answer: threadPage,
        },
        signal,
      ),
  };
}
