import { AgoraError, orRefusal } from '../agora/errors.ts';
import type { Groups } from '../agora/groups.ts';
import { type RateLimiter, withPermit } from '../agora/rate-limiter.ts';
import type { Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { createKnownThreads } from './known-threads.ts';
import type { Ask, ThreadSource } from './thread-source.ts';

const PAGE = 50;
const GROUP_PAGE = 1_000;
/** The largest group that a plan allows [Agora pricing plan details], with room. */
const MOST_MEMBERS = 20_000;

/**
 * The threads in the lists of some users. A thread that none of them is in is in none of these lists.
 *
 * @param groupId only what they have joined in this group
 */
export function createMemberSource(
  threads: Pick<Threads, 'listOfUser' | 'listOfUserInGroup'>,
  usernames: readonly string[],
  groupId: string | undefined,
  clock: Clock,
): ThreadSource {
  const known = createKnownThreads();
  /** The users whose lists are not read to the end, with the cursor to read on with. */
  const left = new Map<string, string | undefined>(usernames.map((username) => [username, undefined]));
  const passed = new Set<string>();
  const reading = new Set<string>();
  const failed = new Set<string>();
  let oldestFirst: readonly string[] | undefined;

  /** By creation, as in the app's list; before all is read there is no telling what is missing in between. */
  function idsOldestFirst(): readonly string[] {
    if (left.size > 0) return [];
    oldestFirst ??= [...known.records.values()]
      .sort(({ thread: a }, { thread: b }) => (a.created ?? 0) - (b.created ?? 0))
      .map(({ thread }) => thread.id);
    return oldestFirst;
  }

  const isNoMember = ({ code }: AgoraError): boolean => groupId !== undefined && code === 'user_or_group_not_found';

  async function read(username: string, ask: Ask): Promise<void> {
    const query = { limit: PAGE, ...defined({ cursor: left.get(username) }) };
    const page = await (groupId === undefined
      ? ask('list_user', (signal) => threads.listOfUser(username, { ...query, sort: 'desc' }, signal))
      : ask('list_user_group', (signal) => threads.listOfUserInGroup(groupId, username, query, signal), isNoMember));
    if (page instanceof AgoraError) {
      if (isNoMember(page)) left.delete(username);
      else failed.add(username);
      return;
    }
    known.learn(page.items, clock.now());
    const { items, cursor } = page;
    // Documented for lists within a group alone: a page with fewer items than were asked for is the last.
    const isLast = items.length === 0 || (groupId !== undefined && items.length < PAGE);
    if (cursor === undefined || isLast) {
      left.delete(username);
      return;
    }
    left.set(username, cursor);
    const at = JSON.stringify([username, cursor]);
    // The service leads in a circle, or to more threads than can be kept.
    if (passed.has(at) || items.some(({ id }) => !known.records.has(id))) failed.add(username);
    passed.add(at);
  }

  const isNext = (username: string): boolean => left.has(username) && !reading.has(username) && !failed.has(username);

  function nextUser(owner: string | undefined): string | undefined {
    if (owner !== undefined && isNext(owner)) return owner;
    for (const username of left.keys()) if (isNext(username)) return username;
    return undefined;
  }

  return {
    known,
    inquiries: new Set(),
    list: {
      size: () => known.records.size,
      isWhole: () => left.size === 0,
      idsFrom: (side) => (side === 'oldest' ? idsOldestFirst() : idsOldestFirst().toReversed()),
      mayHaveGrown: () => false,
    },
    readNext({ question }, ask) {
      const username = nextUser(question.filter.owner);
      if (username === undefined) return undefined;
      reading.add(username);
      return read(username, ask).finally(() => reading.delete(username));
    },
    forgetFailures: () => failed.clear(),
  };
}

/** What reading the members of a group takes; `onCall` is called for each request. */
export interface GroupReader {
  readonly threads: Pick<Threads, 'listOfUser' | 'listOfUserInGroup'>;
  readonly groups: Pick<Groups, 'listMembers'>;
  readonly share: RateLimiter;
  readonly clock: Clock;
  readonly onCall: () => void;
  readonly signal: AbortSignal;
}

/**
 * The lists of a group's members within it; undefined where the service does not say who is in the group.
 *
 * @throws AgoraError `group_not_found`; the signal's reason once that is aborted
 */
export async function openGroup(groupId: string, reader: GroupReader): Promise<ThreadSource | undefined> {
  const members = await orRefusal(readMembers(groupId, reader));
  if (!(members instanceof AgoraError)) return createMemberSource(reader.threads, members, groupId, reader.clock);
  if (members.code === 'group_not_found') throw members;
  return undefined;
}

/** All members of a group; the documents name no end but a page without items. */
async function readMembers(groupId: string, { groups, share, onCall, signal }: GroupReader): Promise<string[]> {
  const members = new Set<string>();
  for (let page = 0; members.size < MOST_MEMBERS; page++) {
    const before = members.size;
    const found = await withPermit(share, 'group_members', signal, () => {
      onCall();
      return groups.listMembers(groupId, { page, size: GROUP_PAGE }, signal);
    });
    for (const member of found) members.add(member);
    if (members.size === before) break;
  }
  return [...members];
}
