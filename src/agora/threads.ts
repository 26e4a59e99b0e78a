import type { Request } from './api-call.ts';
import { createAnswers } from './responses.ts';
import type { Page, Thread } from './thread.ts';

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

function queryOf({ limit, cursor, sort }: PageQuery): Record<string, string> {
  return {
    // Always sent: the default is 50 in most sources and unstated in others.
    limit: String(limit),
    ...(cursor === undefined ? {} : { cursor }),
    ...(sort === undefined ? {} : { sort }),
  };
}

/**
 * The typed calls over one request path. `thread` for one and for the app, `threads` for the lists by user.
 *
 * @param appKey `org#app` where it is known: the prefix that user ids may bear
 */
export function createThreads(request: Request, appKey?: string): Threads {
  const answers = createAnswers(appKey);
  return {
    create: (thread, signal) =>
      request(
        {
          endpoint: 'create',
          method: 'POST',
          path: ['thread'],
          body: { group_id: thread.groupId, name: thread.name, msg_id: thread.msgId, owner: thread.owner },
          answer: answers.created,
        },
        signal,
      ),
    rename: (threadId, name, signal) =>
      request(
        { endpoint: 'rename', method: 'PUT', path: ['thread', threadId], body: { name }, answer: answers.renamed },
        signal,
      ),
    delete: (threadId, signal) =>
      request({ endpoint: 'delete', method: 'DELETE', path: ['thread', threadId], answer: answers.deleted }, signal),
    list: (query, signal) =>
      request(
        { endpoint: 'list', method: 'GET', path: ['thread'], query: queryOf(query), answer: answers.threadPage },
        signal,
      ),
    listOfUser: (username, query, signal) =>
      request(
        {
          endpoint: 'list_user',
          method: 'GET',
          path: ['threads', 'user', username],
          query: queryOf(query),
          answer: answers.threadPage,
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
          answer: answers.threadPage,
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
          answer: answers.memberPage,
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
          answer: answers.added,
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
          answer: answers.removed,
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
      request({ endpoint: 'get', method: 'GET', path: ['thread', threadId], answer: answers.detail }, signal),
    listOfGroup: (groupId, { limit, cursor }, signal) =>
      request(
        {
          endpoint: 'list_group',
          method: 'GET',
          path: ['threads', 'chatgroups', groupId],
          query: queryOf({ limit, ...(cursor === undefined ? {} : { cursor }) }),
          answer: answers.threadPage,
        },
        signal,
      ),
  };
}
