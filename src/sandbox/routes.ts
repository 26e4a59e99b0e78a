import type { IssuedToken, Tokens } from './auth.ts';
import { fieldsOf, parseBody } from './body.ts';
import type { Payload } from './envelope.ts';
import type { Endpoint } from './faults.ts';
import { GROUP_ROUTES } from './group-routes.ts';
import { cutPage, type Entry, readPageRequest } from './page.ts';
import { jsonParse, refuse } from './refusals.ts';
import type { SandboxState, Thread } from './state.ts';

/** What a handler may look at. */
export interface Call {
  readonly state: SandboxState;
  readonly tokens: Tokens;
  readonly query: URLSearchParams;
  /** The body as it came; empty where there is none. */
  readonly body: string;
}

export interface Route {
  readonly endpoint: Endpoint;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind the app's prefix, `:` for any one segment. */
  readonly path: string;
  readonly takesBody?: true;
  /** Only called by the official web SDKs; in no document [SDK]. */
  readonly undocumented?: true;
  /** Where the documented rate limit is lower than the usual one. */
  readonly callsPerSecond?: number;
  /** The parts that stand for `:` come decoded. */
  readonly handle: (call: Call, first: string, second: string) => Payload | IssuedToken;
}

/** `thread` and `threads` are exactly as in the documents' curl samples. */
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
      // Takes no `sort`; by join time, oldest first [APIREF].
      const request = readPageRequest(query, 'asc');
      const { items, cursor } = cutPage(state.members(threadId), `members/${threadId}`, request);
      return { data: { affiliations: items }, properties: properties(cursor) };
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
    // The SDK sends no `sort`; by creation time, newest first [APIREF].
    handle: ({ state, query }, groupId) =>
      threadPage(query, `chatgroups/${groupId}`, () => state.created(groupId), 'desc'),
  },
];

/** The whole API. */
const ROUTES = [...THREAD_ROUTES, ...GROUP_ROUTES];

export type Match =
  | { readonly kind: 'route'; readonly route: Route; readonly parts: readonly string[] }
  | { readonly kind: 'no_route' | 'wrong_method' };

/** @param segments of the path behind the app's prefix, each decoded on its own */
export function matchRoute(method: string, segments: readonly string[], undocumented: boolean): Match {
  const here = ROUTES.filter((route) => (undocumented || !route.undocumented) && fits(route.path, segments));
  const route = here.find((candidate) => candidate.method === method);
  if (!route) return { kind: here.length > 0 ? 'wrong_method' : 'no_route' };
  const pattern = route.path.split('/');
  return { kind: 'route', route, parts: segments.filter((_, index) => pattern[index] === ':') };
}

function fits(path: string, segments: readonly string[]): boolean {
  const pattern = path.split('/');
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part === ':' ? segments[index] !== '' : part === segments[index]))
  );
}

/** The thread object of rows 5 and 6, its fields in the order of the samples [EN][EM]. */
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
  properties: properties(cursor),
});

const properties = (cursor: string | undefined): { cursor?: string } => (cursor === undefined ? {} : { cursor });

/**
 * A body's fields, and a way to take those that must be strings. What is missing or of another type is answered like a
 * body that cannot be read: documented for row 1 [EM], a choice for the others.
 *
 * @param broken what a body that is no JSON at all gets: row 1 has a row of its own in the vendor's table
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

/** 1 to 10 user ids [EM]; none at all is answered as unreadable (a choice). */
function readUsernames(body: string): string[] {
  const list = readFields(body).fields.get('usernames');
  if (!Array.isArray(list) || list.length === 0) throw refuse('unreadableBody');
  if (list.length > 10) throw refuse('tooManyUsers');
  return list.map((user: unknown) => {
    if (typeof user !== 'string' || user === '') throw refuse('unreadableBody');
    return user;
  });
}
