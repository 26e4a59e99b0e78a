import { AgoraError } from '../agora/errors.ts';
import type { Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { createKnownThreads, type UserList } from './known-threads.ts';
import type { Inquiry } from './question.ts';
import type { Participant, ThreadSource } from './thread-source.ts';

const PAGE = 50;
/** This many requests that fail in a row end the walk until the next question. */
const MOST_FAILURES = 5;

/**
 * The threads of one group: the lists of its members within it. A thread that nobody is in is in none of them.
 *
 * @param members user ids of the group's members
 */
export function createGroupWalk(
  threads: Pick<Threads, 'listOfUserInGroup'>,
  groupId: string,
  members: readonly string[],
  clock: Clock,
): ThreadSource {
  const known = createKnownThreads();
  const lists = members.map(known.listOf);
  const participants = new Set<Participant>();
  let failuresInRow = 0;
  let failure: AgoraError | undefined;
  let oldestFirst: readonly string[] | undefined;

  const isRead = ({ state }: UserList): boolean => state === 'end' || state === 'short';

  /** By creation, as in the app's list; before all is read there is no telling what is missing in between. */
  function idsOldestFirst(): readonly string[] {
    if (!lists.every(isRead)) return [];
    oldestFirst ??= [...known.records.values()]
      .sort(({ thread: a }, { thread: b }) => (a.created ?? 0) - (b.created ?? 0))
      .map(({ thread }) => thread.id);
    return oldestFirst;
  }

  async function read(of: UserList, signal: AbortSignal): Promise<void> {
    try {
      const query = { limit: PAGE, ...defined({ cursor: of.cursor }) };
      const page = await threads.listOfUserInGroup(groupId, of.username, query, signal);
      failuresInRow = 0;
      const isCircle = page.cursor !== undefined && page.cursor === of.cursor;
      known.turnPage(of, page);
      // Documented for this list alone: a page with fewer items than were asked for is the last.
      if (page.items.length < PAGE) known.setState(of, 'end');
      else if (isCircle) known.setState(of, 'failed');
      const news = known.learn(page.items, clock.now());
      for (const { inquiry } of participants) for (const thread of news) inquiry.onRecord(thread);
    } catch (error) {
      if (!(error instanceof AgoraError)) throw error;
      if (error.code === 'user_or_group_not_found') {
        known.setState(of, 'end');
        return;
      }
      failuresInRow += 1;
      failure = error;
      known.setState(of, 'failed');
    }
  }

  function nextList(inquiry: Inquiry): UserList | undefined {
    const { owner } = inquiry.question.filter;
    const isNext = ({ state, reading }: UserList): boolean => !reading && (state === 'unread' || state === 'open');
    return lists.find((of) => of.username === owner && isNext(of)) ?? lists.find(isNext);
  }

  return {
    known,
    failure: () => failure,
    list: {
      size: () => known.records.size,
      isWhole: () => lists.every(isRead),
      idsFrom: (side) => (side === 'oldest' ? idsOldestFirst() : idsOldestFirst().toReversed()),
    },
    join(inquiry) {
      if (participants.size === 0) {
        failure = undefined;
        failuresInRow = 0;
        known.retryFailed(inquiry.question.side);
      }
      const participant: Participant = {
        inquiry,
        isStale: () => false,
        needsNewest: () => false,
        next() {
          const of = failuresInRow < MOST_FAILURES ? nextList(inquiry) : undefined;
          if (of === undefined) return undefined;
          of.reading = true;
          of.sort ??= 'desc';
          return {
            endpoint: 'list_user_group',
            run: (signal) => read(of, signal),
            done() {
              of.reading = false;
            },
          };
        },
      };
      participants.add(participant);
      return participant;
    },
    leave: (participant) => void participants.delete(participant),
  };
}

/** The members of a group, all pages of them; the documents name no end but a page without items. */
export async function readGroupMembers(
  read: (page: number) => Promise<readonly string[]>,
  most: number,
): Promise<readonly string[]> {
  const members = new Set<string>();
  for (let page = 0; members.size < most; page++) {
    const before = members.size;
    for (const member of await read(page)) members.add(member);
    if (members.size === before) break;
  }
  return [...members];
}
