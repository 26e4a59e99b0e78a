import * as z from 'zod';
import { createUserIdOf, cursor, idOf, millisOf, page, read, textOf } from './responses.ts';
import type { Page } from './thread.ts';

/** A chat group. Each call gives other parts of it, and any but the id may be missing. */
export interface Group {
  readonly id: string;
  readonly name?: string | undefined;
  readonly owner?: string | undefined;
  readonly memberCount?: number | undefined;
  /** Milliseconds since 1970, UTC. */
  readonly created?: number | undefined;
}

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/**
 * The readers of all answers about groups and users: each throws a ZodError for what is not as documented.
 *
 * @param appKey `org#app` where it is known: the prefix that owners in the app's list have
 */
export function createGroupAnswers(appKey?: string) {
  const userIdOf = createUserIdOf(appKey);

  /** One group, in the spelling of any of the calls: `groupid` and `groupname`, or `id` (`groupId`) and `name`. */
  function groupOf(value: unknown): Group | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const fields = new Map<string, unknown>(Object.entries(value));
    const id = idOf(fields.get('id') ?? fields.get('groupId') ?? fields.get('groupid'));
    if (id === undefined) return undefined;
    return {
      id,
      name: textOf(fields.get('name') ?? fields.get('groupname')),
      owner: userIdOf(fields.get('owner')),
      // A number in the app's list; in the details a list of members, with its length beside it.
      memberCount: countOf(fields.get('affiliations_count') ?? fields.get('affiliations')),
      created: millisOf(fields.get('created')),
    };
  }

  const group = read(groupOf, 'a group with an id in digits');

  /** Groups of the app: the cursor is at the top level, not in `properties`. */
  const groupPage = z
    .object({ data: z.array(group), cursor })
    .transform((answer): Page<Group> => page(answer.data, answer.cursor)).parse;

  /** `total` is how many there are on all pages, where the service says it. */
  const groupsOfUser = z
    .object({ entities: z.array(group), total: z.unknown().optional() })
    .transform(({ entities, total }) => ({ items: entities, total: countOf(total) })).parse;

  /** The older form of the same list has no pages. */
  const joinedGroups = z.object({ data: z.array(group) }).transform(({ data }) => data).parse;

  const userId = read(userIdOf, 'a user id');
  const member = z
    .union([z.object({ member: userId }), z.object({ owner: userId })])
    .transform((entry) => ('member' in entry ? entry.member : entry.owner));
  const groupMembers = z.object({ data: z.array(member) }).transform(({ data }) => data).parse;

  /** Among several groups an unknown one is an entry with an error, and not a refusal. */
  const groupDetails = z
    .object({ data: z.array(z.union([z.object({ error: z.string() }).transform(() => undefined), group])) })
    .transform(({ data }) => data.filter((entry) => entry !== undefined)).parse;

  const user = z
    .object({ entities: z.tuple([z.object({ username: userId })]) })
    .transform(({ entities: [{ username }] }) => username).parse;

  return { groupPage, groupsOfUser, joinedGroups, groupMembers, groupDetails, user };
}
