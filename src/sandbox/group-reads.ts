import { defined } from '../base/defined.ts';
import type { Endpoint } from './find-call.ts';
import { SANDBOX } from './identity.ts';
import { noSuchGroup, refuse } from './refusals.ts';
import type { Group, SandboxState } from './state.ts';
import type { Handler } from './thread-calls.ts';

/**
 * The calls that read groups and users, as in Easemob's pages of 2025. Each has its own page numbers and field names.
 * Page sizes above the maximum are clamped here, while the thread calls refuse them.
 */
export const GROUP_READS = {
  list_groups({ state, query }) {
    const limit = readSize(query.get('limit'), 10, 1_000);
    const newestFirst = [...state.groups.values()].reverse();
    const from = readGroupCursor(query.get('cursor') ?? '', newestFirst);
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
  list_user_groups({ state, query }, user) {
    const joined = groupsOf(state, user);
    const page = cutNumbered(joined, query, 0, readSize(query.get('pagesize'), 5, 20));
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
  list_joined_groups({ state }, user) {
    const joined = groupsOf(state, user);
    return { data: joined.map(({ id, name }) => ({ groupid: id, groupname: name })), count: joined.length };
  },
  group_members({ state, query }, groupId) {
    const members = affiliationsOf(groupOf(state, groupId));
    const page = cutNumbered(members, query, 1, readSize(query.get('pagesize'), 1_000, 1_000));
    return { data: page, count: page.length };
  },
  get_groups({ state }, groupIds) {
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
  get_user({ state }, username) {
    if (!state.users.has(username)) throw refuse('userNotFound');
    return { entities: [{ type: 'user', username, activated: true }], count: 1 };
  },
} as const satisfies Partial<Record<Endpoint, Handler>>;

function groupsOf(state: SandboxState, user: string): Group[] {
  if (!state.users.has(user)) throw refuse('userNotFound');
  return [...state.groups.values()].filter(({ members }) => members.has(user));
}

function groupOf(state: SandboxState, groupId: string): Group {
  const group = state.groups.get(groupId);
  if (!group) throw noSuchGroup(groupId);
  return group;
}

const affiliationsOf = ({ members, owner }: Group) =>
  [...members].map((user) => (user === owner ? { owner: user } : { member: user }));

const details = (group: Group) => ({
  id: group.id,
  name: group.name,
  description: '',
  membersonly: false,
  allowinvites: false,
  maxusers: 200,
  owner: group.owner,
  created: group.created,
  affiliations_count: group.members.size,
  affiliations: affiliationsOf(group),
  public: false,
});

/** A value below 1, or not a whole number, counts as not set (our choice: undocumented). */
function readSize(text: string | null, fallback: number, most: number): number {
  const size = Number(text ?? fallback);
  return Number.isInteger(size) && size >= 1 ? Math.min(size, most) : fallback;
}

/** One page of a list whose pages are numbered from `first`. */
function cutNumbered<T>(items: readonly T[], query: URLSearchParams, first: number, size: number): readonly T[] {
  const number = Number(query.get('pagenum') ?? first);
  const page = Number.isInteger(number) ? Math.max(0, number - first) : 0;
  return items.slice(page * size, (page + 1) * size);
}

const writeGroupCursor = ({ id }: Group): string => Buffer.from(`groups>${id}`).toString('base64url');

/** The index after the group that the cursor names; 0 without a cursor. */
function readGroupCursor(cursor: string, groups: readonly Group[]): number {
  const index = groups.findIndex((group) => writeGroupCursor(group) === cursor);
  if (cursor !== '' && index < 0) throw refuse('badCursor');
  return index + 1;
}
