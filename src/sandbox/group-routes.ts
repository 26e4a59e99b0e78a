import { defined } from '../base/defined.ts';
import { SANDBOX } from './identity.ts';
import { noSuchGroup, refuse } from './refusals.ts';
import type { Route } from './routes.ts';
import type { Group, SandboxState } from './state.ts';

/**
 * The calls that read groups and users, as in Easemob's pages of 2025. Each has its own page numbers and field names.
 * Page sizes above the maximum are clamped here, while the thread calls refuse them.
 */
export const GROUP_ROUTES: readonly Route[] = [
  {
    endpoint: 'list_groups',
    method: 'GET',
    path: 'chatgroups',
    handle({ state, query }) {
      const limit = readSize(query, 'limit', { fallback: 10, most: 1_000 });
      const newestFirst = [...state.groups.values()].reverse();
      const cursor = query.get('cursor') ?? '';
      const from = cursor === '' ? 0 : readGroupCursor(cursor, newestFirst);
      const items = newestFirst.slice(from, from + limit);
      const last = items.at(-1);
      return {
        data: items.map(({ id, name, owner, members, created }) => ({
          groupid: id,
          groupname: name,
          owner: `${SANDBOX.orgName}#${SANDBOX.appName}_${owner}`,
          affiliations: members.size,
          type: 'group',
          lastModified: String(created),
        })),
        count: items.length,
        ...defined({ cursor: last && writeGroupCursor(last) }),
      };
    },
  },
  {
    endpoint: 'list_user_groups',
    method: 'GET',
    path: 'chatgroups/user/:',
    callsPerSecond: 50,
    handle({ state, query }, user) {
      const joined = groupsOf(state, user);
      const page = cutNumbered(joined, query, { first: 0, fallback: 5, most: 20 });
      return {
        entities: page.map(({ id, name, owner, created }) => ({
          groupId: id,
          id,
          name,
          description: '',
          owner,
          disabled: false,
          public: false,
          allowinvites: false,
          maxusers: 200,
          created,
        })),
        total: joined.length,
      };
    },
  },
  {
    endpoint: 'list_joined_groups',
    method: 'GET',
    path: 'users/:/joined_chatgroups',
    callsPerSecond: 50,
    handle: ({ state }, user) => {
      const joined = groupsOf(state, user);
      return { data: joined.map(({ id, name }) => ({ groupid: id, groupname: name })), count: joined.length };
    },
  },
  {
    endpoint: 'group_members',
    method: 'GET',
    path: 'chatgroups/:/users',
    handle({ state, query }, groupId) {
      const { members, owner } = groupOf(state, groupId);
      const page = cutNumbered([...members], query, { first: 1, fallback: 1_000, most: 1_000 });
      return { data: page.map((user) => (user === owner ? { owner: user } : { member: user })), count: page.length };
    },
  },
  {
    endpoint: 'get_groups',
    method: 'GET',
    path: 'chatgroups/:',
    handle({ state }, groupIds) {
      const ids = groupIds.split(',');
      if (ids.length > 100) throw refuse('tooManyGroups');
      if (ids.length === 1) return { data: [details(groupOf(state, groupIds))] };
      return {
        data: ids.map((id) => {
          const group = state.groups.get(id);
          return group ? details(group) : { id, error: "group id doesn't exist" };
        }),
      };
    },
  },
  {
    endpoint: 'get_user',
    method: 'GET',
    path: 'users/:',
    handle({ state }, username) {
      if (!state.users.has(username)) throw refuse('userNotFound');
      return { entities: [{ type: 'user', username, activated: true }], count: 1 };
    },
  },
];

function groupsOf(state: SandboxState, user: string): Group[] {
  if (!state.users.has(user)) throw refuse('userNotFound');
  return [...state.groups.values()].filter(({ members }) => members.has(user));
}

function groupOf(state: SandboxState, groupId: string): Group {
  const group = state.groups.get(groupId);
  if (!group) throw noSuchGroup(groupId);
  return group;
}

const details = ({ id, name, owner, members, created }: Group) => ({
  id,
  name,
  description: '',
  membersonly: false,
  allowinvites: false,
  maxusers: 200,
  owner,
  created,
  affiliations_count: members.size,
  affiliations: [...members].map((user) => (user === owner ? { owner: user } : { member: user })),
  public: false,
});

/** A value below 1, or not a whole number, counts as not set (our choice: undocumented). */
function readSize(
  query: URLSearchParams,
  name: string,
  { fallback, most }: { fallback: number; most: number },
): number {
  const size = Number(query.get(name) ?? fallback);
  return Number.isInteger(size) && size >= 1 ? Math.min(size, most) : fallback;
}

/** One page of a list whose pages are numbered from `first`. */
function cutNumbered<T>(
  items: readonly T[],
  query: URLSearchParams,
  { first, ...sizes }: { first: number; fallback: number; most: number },
): readonly T[] {
  const size = readSize(query, 'pagesize', sizes);
  const number = Number(query.get('pagenum') ?? first);
  const page = Number.isInteger(number) ? Math.max(0, number - first) : 0;
  return items.slice(page * size, (page + 1) * size);
}

const writeGroupCursor = ({ id }: Group): string => Buffer.from(`groups>${id}`).toString('base64url');

/** The index after the group that the cursor names. */
function readGroupCursor(cursor: string, groups: readonly Group[]): number {
  const index = groups.findIndex((group) => writeGroupCursor(group) === cursor);
  if (index < 0) throw refuse('badCursor');
  return index + 1;
}
