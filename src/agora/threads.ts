import { defined } from '../base/defined.ts';
import type { Send, Sending } from './api-call.ts';
import { unreadable } from './read-answer.ts';
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
  /** The same calls, sent in another order or under further conditions. */
  with(sending: Sending): Threads;
  /** Creates a thread on a group message, and returns its id. Not idempotent: one thread per message, then 403. */
  create(thread: NewThread, signal: AbortSignal): Promise<string>;
  /** Returns the name as the service has stored it. */
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
  /** Removes at most 10 members. A 200 may hold failures of single users, without a reason. Can take over 12 s. */
  removeMembers(threadId: string, usernames: readonly string[], signal: AbortSignal): Promise<Removal>;
  /** One thread with its member count. Undocumented: a call of the web SDK [SDK]. */
  get(threadId: string, signal: AbortSignal): Promise<Thread & { readonly memberCount?: number | undefined }>;
  /** All threads of a group. Undocumented: a call of the web SDK [SDK]; its last cursor is an empty string [SDK5]. */
  listOfGroup(groupId: string, query: PageQuery, signal: AbortSignal): Promise<Page<Thread>>;
}

/** The outcome for each user of a removal. */
export interface Removal {
  readonly removed: ReadonlyMap<string, boolean>;
  /** Was it sent again after it may have landed? Then a failure may be of a user whom the first attempt removed. */
  readonly resent: boolean;
}

/** The most users in one request to add or remove [all sources]. */
export const BATCH = 10;

/** `limit` is always sent: its default is 50 in most sources and unstated in others. */
const queryOf = ({ limit, cursor, sort }: PageQuery): Record<string, string> =>
  defined({ limit: String(limit), cursor, sort });

/** The member list and the undocumented group list have one order only. */
const unsorted = ({ sort: _sort, ...query }: PageQuery): Record<string, string> => queryOf(query);

/**
 * The typed calls over one way of sending.
 *
 * @param appKey `org#app` where it is known: the prefix that user ids may have
 */
export const createThreads = (send: Send, appKey?: string): Threads => threadsOver(send, createAnswers(appKey));

function threadsOver(send: Send, answers: ReturnType<typeof createAnswers>): Threads {
  const { created, renamed, done, removed, threadPage, memberPage, detail } = answers;
  return {
    with: (sending) => threadsOver((call, signal) => send({ ...call, ...sending }, signal), answers),
    create: ({ groupId, name, msgId, owner }, signal) =>
      send({ endpoint: 'create', body: { group_id: groupId, name, msg_id: msgId, owner }, answer: created }, signal),
    rename: (threadId, name, signal) =>
      send({ endpoint: 'rename', ids: [threadId], body: { name }, answer: renamed }, signal),
    delete: (threadId, signal) => send({ endpoint: 'delete', ids: [threadId], answer: done }, signal),
    list: (query, signal) => send({ endpoint: 'list', query: queryOf(query), answer: threadPage }, signal),
    listOfUser: (username, query, signal) =>
      send({ endpoint: 'list_user', ids: [username], query: queryOf(query), answer: threadPage }, signal),
    async listOfUserInGroup(groupId, username, query, signal) {
      const ids = [groupId, username];
      const list = { endpoint: 'list_user_group', ids, query: queryOf(query), answer: threadPage } as const;
      return ofGroup(groupId, await send(list, signal));
    },
    listMembers: (threadId, query, signal) =>
      send({ endpoint: 'members', ids: [threadId], query: unsorted(query), answer: memberPage }, signal),
    addMembers: (threadId, usernames, signal) =>
      send({ endpoint: 'add_members', ids: [threadId], body: { usernames }, answer: done }, signal),
    async removeMembers(threadId, usernames, signal) {
      let resent = false;
      const onResend = () => {
        resent = true;
      };
      const call = { endpoint: 'remove_members', ids: [threadId], body: { usernames }, answer: removed } as const;
      return { removed: await send({ ...call, onResend }, signal), resent };
    },
    async get(threadId, signal) {
      const thread = await send({ endpoint: 'get', ids: [threadId], answer: detail }, signal);
      if (thread.id !== threadId) throw unreadable('other_thread', 'it is about another thread');
      return thread;
    },
    async listOfGroup(groupId, query, signal) {
      const list = { endpoint: 'list_group', ids: [groupId], query: unsorted(query), answer: threadPage } as const;
      return ofGroup(groupId, await send(list, signal));
    },
  };
}

/** A page that names another group is the answer to another question. */
function ofGroup(groupId: string, page: Page<Thread>): Page<Thread> {
  const foreign = page.items.some((thread) => thread.groupId !== undefined && thread.groupId !== groupId);
  if (foreign) throw unreadable('other_group', 'it lists threads of another group');
  return page;
}
