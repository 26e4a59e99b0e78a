import { AgoraError } from '../agora/errors.ts';
import type { Groups } from '../agora/groups.ts';
import { type RateLimiter, withPermit } from '../agora/rate-limiter.ts';
import type { Thread } from '../agora/thread.ts';
import type { Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { createAppWalk } from './app-walk.ts';
import { type Filter, matcher } from './filter.ts';
import { createGroupWalk, readGroupMembers } from './group-walk.ts';
import { createInquiry, type Inquiry, type Question } from './question.ts';
import { createSharedWalk } from './shared-walk.ts';
import type { ThreadSource } from './thread-source.ts';

/** Whose threads: all that a user has joined, all of a group, or all of the app. */
export type FeedScope =
  | { readonly kind: 'app' }
  | { readonly kind: 'group'; readonly id: string }
  | { readonly kind: 'user'; readonly id: string };

export interface FeedApi {
  readonly threads: Pick<Threads, 'list' | 'listOfUser' | 'listOfUserInGroup' | 'listMembers'>;
  readonly groups: Pick<Groups, 'listMembers' | 'getUser'>;
}

export interface Feed {
  readonly scope: FeedScope;
  readonly filter: Pick<Filter, 'createdFrom' | 'createdBefore'>;
  readonly api: FeedApi;
  /** The part of the rate limit that the feed may use. */
  readonly share: RateLimiter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once for each thread that fits, in the order in which they become known. */
  readonly onThread: (thread: Thread) => void;
  /** Told after each page how many threads the app's list has, as far as it is read; of other scopes nobody knows. */
  readonly onListed: (threads: number) => void;
}

/**
 * A thread that the app's list names and nothing more is known of: no user's list can tell of a thread without members,
 * and another may have failed to be read; or one of which it is not known when it was created, which a date asks for.
 */
export interface Unresolved {
  readonly id: string;
  readonly reason: 'no_members' | 'not_read' | 'undated';
}

export interface FeedEnd {
  /** Was every thread of the scope told? Those that nobody is in may be `unresolved` all the same. */
  readonly complete: boolean;
  readonly unresolved: readonly Unresolved[];
  /** The last refusal, where it is not complete. */
  readonly failure: AgoraError | undefined;
}

const PAGE = 50;
const GROUP_PAGE = 1_000;
/** The largest group that a plan allows [Agora pricing plan details], with room. */
const MOST_MEMBERS = 20_000;
/** The longest that a timer can be; no feed takes as long. */
const NO_DEADLINE_MS = 2 ** 31 - 1;

/**
 * Tells of every thread of a user, a group or the app, by documented calls.
 *
 * @throws AgoraError where nothing at all could be read; the signal's reason once that is aborted
 */
export async function feedThreads(feed: Feed): Promise<FeedEnd> {
  switch (feed.scope.kind) {
    case 'user':
      return feedUser(feed.scope.id, feed);
    case 'group':
      return follow(await groupSource(feed.scope.id, feed), feed.scope.id, feed);
    case 'app':
      return follow(createAppWalk(feed.api.threads, feed.clock), undefined, feed);
  }
}

async function feedUser(username: string, { filter, api, signal, onThread }: Feed): Promise<FeedEnd> {
  const fits = matcher(filter);
  const told = new Set<string>();
  const unresolved: Unresolved[] = [];
  const end = (failure?: AgoraError): FeedEnd => ({
    complete: failure === undefined && unresolved.length === 0,
    unresolved,
    failure,
  });
  let cursor: string | undefined;
  for (;;) {
    let page: Awaited<ReturnType<typeof api.threads.listOfUser>>;
    try {
      page = await api.threads.listOfUser(username, { limit: PAGE, sort: 'desc', ...defined({ cursor }) }, signal);
    } catch (error) {
      if (!(error instanceof AgoraError) || told.size === 0) throw error;
      return end(error);
    }
    const before = told.size;
    for (const thread of page.items) {
      if (told.has(thread.id)) continue;
      told.add(thread.id);
      const isFitting = fits(thread);
      if (isFitting) onThread(thread);
      if (isFitting === undefined) unresolved.push({ id: thread.id, reason: 'undated' });
    }
    if (page.cursor === undefined || page.items.length === 0) {
      // The service may answer an unknown user with an empty list.
      if (told.size === 0) await api.groups.getUser(username, signal);
      return end();
    }
    if (told.size === before) return { ...end(), complete: false };
    cursor = page.cursor;
  }
}

/** The lists of the group's members; where the service does not tell who they are, those of the whole app. */
async function groupSource(groupId: string, { api, share, clock, signal }: Feed): Promise<ThreadSource> {
  const readPage = (page: number) =>
    withPermit(share, 'group_members', signal, () =>
      api.groups.listMembers(groupId, { page, size: GROUP_PAGE }, signal),
    );
  try {
    return createGroupWalk(api.threads, groupId, await readGroupMembers(readPage, MOST_MEMBERS), clock);
  } catch (error) {
    if (!(error instanceof AgoraError) || error.code === 'group_not_found') throw error;
    return createAppWalk(api.threads, clock);
  }
}

async function follow(source: ThreadSource, groupId: string | undefined, feed: Feed): Promise<FeedEnd> {
  const { filter, share, clock, signal, onThread, onListed } = feed;
  const { list, known } = source;
  // With one date alone the app's list is read from that end, and not beyond the date.
  const side = filter.createdBefore !== undefined && filter.createdFrom === undefined ? 'oldest' : 'newest';
  const question: Question = {
    filter,
    ...defined({ groupId }),
    sort: side === 'newest' ? 'desc' : 'asc',
    side,
    limit: 0,
    from: { place: undefined, shown: [], skipped: 0 },
  };
  const plain = createInquiry(question, list, known);
  const told = new Set<string>();
  const inquiry: Inquiry = {
    ...plain,
    onRecord(thread) {
      plain.onRecord(thread);
      if (told.has(thread.id) || !plain.matches.has(thread.id)) return;
      told.add(thread.id);
      onThread(thread);
    },
  };
  const participant = source.join(inquiry);
  const isDone = (): boolean => {
    if (groupId === undefined) onListed(list.size());
    inquiry.advance();
    return !participant.isStale() && inquiry.isSettled();
  };
  const { next } = participant;
  const how = await createSharedWalk(share, clock).wait(
    { next, isDone, onCall: () => undefined },
    NO_DEADLINE_MS,
    signal,
  );
  const failure = source.failure();
  if (how !== 'done' && failure && list.size() === 0) throw failure;

  const ids = list.idsFrom(side).slice(0, inquiry.bounded ? inquiry.frontier() : undefined);
  const unresolved = ids.flatMap((id): Unresolved[] => {
    const fate = known.fates.get(id);
    if (known.records.has(id) || fate === 'gone') return [];
    return [{ id, reason: fate ?? 'not_read' }];
  });
  unresolved.push(...[...inquiry.unjudged].map((id) => ({ id, reason: 'undated' as const })));
  const complete = how === 'done' && unresolved.every(({ reason }) => reason === 'no_members');
  return { complete, unresolved, failure: complete ? undefined : failure };
}
