import type { AgoraError } from '../agora/errors.ts';
import type { Groups } from '../agora/groups.ts';
import { type RateLimiter, withPermit } from '../agora/rate-limiter.ts';
import type { Thread } from '../agora/thread.ts';
import type { Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { createAppSource } from './app-source.ts';
import type { Filter } from './filter.ts';
import { createInquiry } from './inquiry.ts';
import { createMemberSource, openGroup } from './member-source.ts';
import { orderOf, type Question, readPosition } from './question.ts';
import { createSharedWalk } from './shared-walk.ts';
import type { ThreadSource } from './thread-source.ts';

/** Whose threads: all that a user has joined, or all of a group; without either, all of the app. */
export interface FeedScope {
  readonly user?: string;
  readonly group?: string;
}

export interface Feed {
  readonly scope: FeedScope;
  readonly filter: Pick<Filter, 'createdFrom' | 'createdBefore'>;
  readonly threads: Pick<Threads, 'list' | 'listOfUser' | 'listOfUserInGroup' | 'listMembers'>;
  readonly groups: Pick<Groups, 'listMembers' | 'getUser'>;
  /** The part of the rate limit that the feed may use. */
  readonly share: RateLimiter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of each request that is answered. */
  readonly onCall: () => void;
  /** Called once for each thread that fits, in the order in which they become known. */
  readonly onThread: (thread: Thread) => void;
  /** Told after each page how many threads the app's list has, as far as it is read; of other scopes nobody knows. */
  readonly onListed: (threads: number) => void;
}

/**
 * A thread of which only the id is known, since nobody is in it or it could not be read; or one without a creation time,
 * where the filter has a date.
 */
export interface Unresolved {
  readonly id: string;
  readonly reason: 'no_members' | 'not_read' | 'undated';
}

export interface FeedEnd {
  /** Was every thread of the scope reported? Those that nobody is in may be `unresolved` all the same. */
  readonly complete: boolean;
  readonly unresolved: readonly Unresolved[];
  /** The last refusal, where it is not complete. */
  readonly failure: AgoraError | undefined;
}

/** The longest that a timer can be; no feed takes as long. */
const NO_DEADLINE_MS = 2 ** 31 - 1;

/**
 * Tells of every thread of a user, a group or the app, by documented calls.
 *
 * @throws AgoraError where nothing at all could be read; the signal's reason once that is aborted
 */
export async function feedThreads(feed: Feed): Promise<FeedEnd> {
  const { scope, groups, share, clock, signal, onCall, onThread, onListed } = feed;
  const source = await sourceOf(feed);
  const { list, known } = source;
  const inquiry = createInquiry(questionOf(feed), list, known, onThread);
  const walk = createSharedWalk(source, share, clock);
  const isOfApp = scope.user === undefined && scope.group === undefined;
  const isDone = (): boolean => {
    if (isOfApp) onListed(list.size());
    return inquiry.isComplete();
  };
  const end = await walk.wait({ inquiry, isDone, onCall }, NO_DEADLINE_MS, signal);
  const failure = walk.failure();
  if (end !== 'done' && failure && list.size() === 0) throw failure;
  const { user } = scope;
  if (end === 'done' && user !== undefined && list.size() === 0) {
    // The service may answer an unknown user with an empty list.
    await withPermit(share, 'get_user', signal, () => {
      onCall();
      return groups.getUser(user, signal);
    });
  }

  const { side } = inquiry.question;
  const ids = list.idsFrom(side).slice(0, inquiry.bounded ? inquiry.frontier() : undefined);
  const unresolved = ids.flatMap((id): Unresolved[] => {
    const fate = known.fates.get(id);
    if (known.records.has(id) || fate === 'gone') return [];
    return [{ id, reason: fate ?? 'not_read' }];
  });
  unresolved.push(...[...inquiry.unjudged].map((id) => ({ id, reason: 'undated' as const })));
  const complete = end === 'done' && unresolved.every(({ reason }) => reason === 'no_members');
  return { complete, unresolved, failure: complete ? undefined : failure };
}

/** Where the service does not say who is in a group, its threads are found among those of the whole app. */
async function sourceOf(feed: Feed): Promise<ThreadSource> {
  const { threads, clock, scope } = feed;
  if (scope.user !== undefined) return createMemberSource(threads, [scope.user], undefined, clock);
  const ofGroup = scope.group === undefined ? undefined : await openGroup(scope.group, feed);
  return ofGroup ?? createAppSource(threads, clock);
}

const questionOf = ({ scope, filter }: Feed): Question => ({
  filter,
  ...defined({ groupId: scope.group }),
  ...orderOf(filter),
  limit: 0,
  from: readPosition({}),
});
