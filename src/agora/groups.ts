import { defined } from '../base/defined.ts';
import { quoted } from '../base/escape.ts';
import type { Send } from './api-call.ts';
import { AgoraError } from './errors.ts';
import { createGroupAnswers, type Group } from './group-responses.ts';
import type { Page } from './thread.ts';
import type { PageQuery } from './threads.ts';

/** Larger limits than the endpoint's own maximum are clamped by the service, not refused. */
export type GroupQuery = Omit<PageQuery, 'sort'>;

/**
 * The documented calls that read groups and users, to give ids their names. Each throws an `AgoraError`, or the signal's
 * reason once that is aborted. The documents do not say how their lists end: a page without items does.
 */
export interface Groups {
  /** All groups of the app, newest first. At most 1,000 a page. */
  list(query: GroupQuery, signal: AbortSignal): Promise<Page<Group>>;
  /** The groups a user has joined, at most 20 a page; a service that only has the older call gives all on one page. */
  listOfUser(username: string, query: GroupQuery, signal: AbortSignal): Promise<Page<Group>>;
  /** User ids of a group's members, its owner among them. At most 1,000 a page; the first page is 0. */
  listMembers(
    groupId: string,
    query: { readonly page: number; readonly size: number },
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /**
   * Details of up to 100 groups. The answer names up to 10,000 members of each, so ask for few. Of several, those that
   * do not exist are left out; a single one that does not exist is `group_not_found`.
   */
  get(groupIds: readonly string[], signal: AbortSignal): Promise<readonly Group[]>;
  /** The user's id; `user_not_found`, with the likely id, where there is no such user. */
  getUser(username: string, signal: AbortSignal): Promise<string>;
}

/**
 * The typed calls over one way of sending.
 *
 * @param appKey `org#app` where it is known: the prefix that user ids may have
 */
export function createGroups(send: Send, appKey?: string): Groups {
  const answers = createGroupAnswers(appKey);
  let hasNewForm = true;

  /** All on one page. */
  async function joinedGroups(username: string, { cursor }: GroupQuery, signal: AbortSignal) {
    const call = { endpoint: 'list_joined_groups', ids: [username], answer: answers.joinedGroups } as const;
    const items = await send(call, signal).catch(aboutUser(username));
    return { items: cursor === undefined ? items : [] };
  }

  /** The service numbers these pages, from 0. */
  async function groupsOfUser(username: string, { limit, cursor = '0' }: GroupQuery, signal: AbortSignal) {
    const page = Number(cursor);
    const query = { pagesize: String(limit), pagenum: cursor };
    const call = { endpoint: 'list_user_groups', ids: [username], query, answer: answers.groupsOfUser } as const;
    const { items, total } = await send(call, signal);
    const isLast = items.length === 0 || (total !== undefined && page * limit + items.length >= total);
    return isLast ? { items } : { items, cursor: String(page + 1) };
  }

  return {
    list: ({ limit, cursor }, signal) => {
      const query = defined({ limit: String(limit), cursor });
      return send({ endpoint: 'list_groups', query, answer: answers.groupPage }, signal);
    },
    async listOfUser(username, query, signal) {
      if (!hasNewForm) return joinedGroups(username, query, signal);
      try {
        return await groupsOfUser(username, query, signal);
      } catch (error) {
        // The SDKs still make the older call. A 404 may also mean the user, and the older call then says so.
        if (!(error instanceof AgoraError) || (error.facts.status !== 404 && error.facts.status !== 405)) throw error;
        const all = await joinedGroups(username, query, signal);
        hasNewForm = false;
        return all;
      }
    },
    listMembers: (groupId, { page, size }, signal) => {
      const query = { pagenum: String(page + 1), pagesize: String(size) };
      return send({ endpoint: 'group_members', ids: [groupId], query, answer: answers.groupMembers }, signal);
    },
    get: (groupIds, signal) =>
      send({ endpoint: 'get_groups', ids: [groupIds.join(',')], answer: answers.groupDetails }, signal),
    getUser: (username, signal) =>
      send({ endpoint: 'get_user', ids: [username], answer: answers.user }, signal).catch(aboutUser(username)),
  };
}

/** User ids are registered in lower case, and people write `@lin` or copy `org#app_lin` from a webhook. */
const likelyId = (username: string): string =>
  username
    .replace(/^@/, '')
    .replace(/^[^#]+#[^_]+_/, '')
    .toLowerCase();

/** "Service resource not found" names no resource; where a user is the only one in the call, it is the user. */
const aboutUser =
  (username: string) =>
  (error: unknown): never => {
    if (!(error instanceof AgoraError) || !/^service.resource/i.test(error.facts.said ?? '')) throw error;
    const likely = likelyId(username);
    throw error.with({
      code: 'user_not_found',
      what: 'the user does not exist',
      next:
        likely === username || likely === ''
          ? 'Check the user id: user ids have no capital letters.'
          : `User ids are in lower case, without @ and org#app_: try ${quoted(likely, 80)}.`,
      about: ['user'],
    });
  };
