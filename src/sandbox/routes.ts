import { defined } from '../base/defined.ts';
import type { IssuedToken, Tokens } from './auth.ts';
import { fieldsOf, parseBody } from './body.ts';
import type { Payload } from './envelope.ts';
import type { Endpoint } from './faults.ts';
import { GROUP_ROUTES } from './group-routes.ts';
import { cutPage, type Entry, readPageRequest } from './page.ts';
import { jsonParse, refuse } from './refusals.ts';
import type { SandboxState, Thread } from './state.ts';

/** What a handler works with. */
export interface RouteContext {
  readonly state: SandboxState;
  readonly tokens: Tokens;
  readonly query: URLSearchParams;
  /** As received; empty if there is none. */
  readonly body: string;
}

export interface Route {
  readonly endpoint: Endpoint;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After the app's prefix; `:` matches any one segment. */
  readonly path: string;
  readonly takesBody?: true;
  /** Called only by the official web SDKs, and not documented [SDK]. */
  readonly undocumented?: true;
  /** Set if the documented rate limit is lower than the general one. */
  readonly callsPerSecond?: number;
  /** `first` and `second` are the decoded segments that `:` matched. */
  readonly handle: (context: RouteContext, first: string, second: string) => Payload | IssuedToken;
}

/** `thread` and `threads` are as in the documents' curl samples. */
const THREAD_ROUTES: readonly Route[] = [
  {
    endpoint: 'create',
    method: 'POST',
    path: 'thread',
    takesBody: true,
    handle({ state, body }) {
      const { text } = readFields(body, 'unreadable');
      const { id } = state.create({
        groupId: text('group_id'),
        msgId: text('msg_id'),
        name: text('name'),
        owner: text('owner'),
      });
      return { data: { thread_id: id } };
    },
  },
  {
    endpoint: 'rename',
    method: 'PUT',
    path: 'thread/:',
    takesBody: true,
    handle: ({ state, body }, threadId) => ({
      data: { name: state.rename(threadId, readFields(body).text('name')).name },
    }),
  },
  {
    endpoint: 'delete',
    method: 'DELETE',
    path: 'thread/:',
    handle({ state }, threadId) {
      state.delete(threadId);
      return { data: { status: 'ok' } };
    },
  },
  {
    endpoint: 'list',
    method: 'GET',
    path: 'thread',
    handle({ state, query }) {
      const page = cutPage(state.created(), 'app', readPageRequest(query));
      return entities(
        page.items.map(({ id }) => ({ id })),
        page.cursor,
      );
    },
  },
  {
    endpoint: 'list_user',
    method: 'GET',
    path: 'threads/user/:',
    handle: ({ state, query }, user) => threadPage(query, `user/${user}`, () => state.joined(user)),
  },
  {
    endpoint: 'list_user_group',
    method: 'GET',
    path: 'threads/chatgroups/:/user/:',
    handle: ({ state, query }, groupId, user) =>
      threadPage(query, `chatgroups/${groupId}/user/${user}`, () => state.joined(user, groupId)),
  },
  {
    endpoint: 'members',
    method: 'GET',
    path: 'thread/:/users',
    handle({ state, query }, threadId) {
      // No `sort`: always by join time, oldest first [APIREF].
      const request = readPageRequest(query, 'asc');
      const { items, cursor } = cutPage(state.members(threadId), `members/${threadId}`, request);
      return { data: { affiliations: items }, properties: defined({ cursor }) };
    },
  },
  {
    endpoint: 'add_members',
    method: 'POST',
    path: 'thread/:/users',
    takesBody: true,
    handle({ state, body }, threadId) {
      state.addMembers(threadId, readUsernames(body));
      return { data: { status: 'ok' } };
    },
  },
  {
    endpoint: 'remove_members',
    method: 'DELETE',
    path: 'thread/:/users',
    takesBody: true,
    handle: ({ state, body }, threadId) => ({ entities: state.removeMembers(threadId, readUsernames(body)) }),
  },
  {
    endpoint: 'token',
    method: 'POST',
    path: 'token',
    takesBody: true,
    handle: ({ tokens, body }) => tokens.exchange(readFields(body).fields),
  },
  {
    endpoint: 'get',
    method: 'GET',
    path: 'thread/:',
    undocumented: true,
    handle: ({ state }, threadId) => ({
      data: { ...threadObject(state.thread(threadId)), affiliations_count: state.members(threadId).length },
    }),
  },
  {
    endpoint: 'list_group',
    method: 'GET',
    path: 'threads/chatgroups/:',
    undocumented: true,
    // The SDK sends no `sort`: by creation time, newest first [APIREF].
    handle: ({ state, query }, groupId) =>
      threadPage(query, `chatgroups/${groupId}`, () => state.created(groupId), 'desc'),
  },
];

/** The whole API. */
const ROUTES = [...THREAD_ROUTES, ...GROUP_ROUTES];

export interface Match {
  readonly route: Route;
  /** The segments that `:` matched. */
  readonly parts: readonly string[];
}

/**
 * @param segments the path's segments after the app's prefix, each decoded on its own
 * @throws Refusal 404 for an unknown path, 405 for a known one with another method
 */
export function matchRoute(method: string, segments: readonly string[], undocumented: boolean): Match {
  const samePath = ROUTES.filter((route) => (undocumented || !route.undocumented) && fits(route.path, segments));
  const route = samePath.find((candidate) => candidate.method === method);
  if (!route) throw refuse(samePath.length > 0 ? 'wrongMethod' : 'noRoute');
  const pattern = route.path.split('/');
  return { route, parts: segments.filter((_, index) => pattern[index] === ':') };
}

function fits(path: string, segments: readonly string[]): boolean {
  const pattern = path.split('/');
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part === ':' ? segments[index] !== '' : part === segments[index]))
  );
}

/** The thread object of rows 5 and 6, with the fields in the samples' order [EN][EM]. */
const threadObject = ({ id, name, owner, msgId, groupId, created }: Thread) => ({
  id,
  name,
  owner,
  msgId,
  groupId,
  created,
});

function threadPage(
  query: URLSearchParams,
  list: string,
  entries: () => readonly Entry<Thread>[],
  fixedSort?: 'desc',
): Payload {
  const request = readPageRequest(query, fixedSort);
  const page = cutPage(entries(), list, request);
  return entities(page.items.map(threadObject), page.cursor);
}

const entities = (items: readonly unknown[], cursor: string | undefined): Payload => ({
  entities: items,
  properties: defined({ cursor }),
});

/**
 * The fields of a body, and `text()` for one that must be a string. A missing field, or one of another type, is refused
 * like an unreadable body: documented for row 1 [EM], our choice for the others.
 *
 * @param broken how a body that is not JSON is refused: the vendor's table has an entry of its own for row 1
 */
function readFields(body: string, broken: 'unreadable' | 'json_parse' = 'json_parse') {
  let parsed: unknown;
  try {
    parsed = body === '' ? undefined : parseBody(body);
  } catch (error) {
    throw broken === 'unreadable'
      ? refuse('unreadableBody')
      : jsonParse(error instanceof Error ? error.message : 'not JSON');
  }
  const fields = fieldsOf(parsed);
  if (!fields) throw refuse('unreadableBody');
  const text = (key: string): string => {
    const value = fields.get(key);
    if (typeof value !== 'string') throw refuse('unreadableBody');
    return value;
  };
  return { fields, text };
}

/** 1 to 10 user ids [EM]; an empty list is refused as unreadable (our choice). */
function readUsernames(body: string): string[] {
  const list = readFields(body).fields.get('usernames');
  if (!Array.isArray(list) || list.length === 0) throw refuse('unreadableBody');
  if (list.length > 10) throw refuse('tooManyUsers');
  return list.map((user: unknown) => {
    if (typeof user !== 'string' || user === '') throw refuse('unreadableBody');
    return user;
  });
}
