import type { Groups } from '../agora/groups.ts';
import type { RateLimiter } from '../agora/rate-limiter.ts';
import type { Threads } from '../agora/threads.ts';
import { type Clock, timePassed } from '../base/clock.ts';
import { NewestMap } from '../base/newest-map.ts';
import { createAppSource } from './app-source.ts';
import { answerOf } from './directory-answer.ts';
import { createInquiry, type Inquiry } from './inquiry.ts';
import { openGroup } from './member-source.ts';
import { isSearch, MOST_AHEAD, type Question } from './question.ts';
import { createSharedWalk, type SharedWalk } from './shared-walk.ts';
import type { ThreadSource } from './thread-source.ts';
import { tooLate } from './walk.ts';

export interface DirectoryApi {
  readonly threads: Pick<Threads, 'list' | 'listOfUser' | 'listOfUserInGroup' | 'listMembers'>;
  readonly groups: Pick<Groups, 'listMembers'>;
}

export type Directory = ReturnType<typeof createDirectory>;
export type Answer = Awaited<ReturnType<Directory['ask']>>;

/** Records are kept for this long after the last question while the walk is not at its end, and after that end. */
const KEPT_MS = 10 * 60_000;
/** This many groups are kept. */
const MOST_GROUPS = 8;

interface Kept {
  readonly source: ThreadSource;
  readonly walk: SharedWalk;
  hasEnded: boolean;
  /** On the clock of `elapsed`. */
  expires: number;
}

/**
 * Finds threads anywhere in the app, by documented calls. What it learns serves all calls of this process.
 *
 * @param share the part of the rate limit that it may use: the quota is shared with the app's live users
 */
export function createDirectory({ threads, groups }: DirectoryApi, share: RateLimiter, clock: Clock) {
  const elapsed = timePassed(clock);
  const keep = (source: ThreadSource): Kept => ({
    source,
    walk: createSharedWalk(source, share, clock),
    hasEnded: false,
    expires: Number.POSITIVE_INFINITY,
  });
  let app = keep(createAppSource(threads, clock));
  const inGroups = new NewestMap<Kept>(MOST_GROUPS);

  const isOver = ({ walk, expires }: Kept): boolean => !walk.isWaitedFor() && elapsed() >= expires;

  async function choose({ groupId, from }: Question, onCall: () => void, signal: AbortSignal): Promise<Kept> {
    if (isOver(app)) app = keep(createAppSource(threads, clock));
    for (const [id, kept] of inGroups) if (isOver(kept)) inGroups.delete(id);
    if (groupId === undefined || app.hasEnded) return app;
    const kept = inGroups.get(groupId);
    // What is new in a group is found by reading its lists again: only an answer that goes on uses what is read.
    if (kept && (!kept.hasEnded || from.place || from.shown.length > 0)) return kept;
    const source = await openGroup(groupId, { threads, groups, share, clock, onCall, signal });
    if (!source) return app;
    const opened = keep(source);
    inGroups.set(groupId, opened);
    return opened;
  }

  return {
    /**
     * @param onCall called for each request, with how many were sent for this question and how many threads are known
     * @throws AgoraError where nothing at all could be read, or there is no such group; the signal's reason once that is
     * aborted
     */
    async ask(
      question: Question,
      deadlineMs: number,
      onCall: (calls: number, known: number) => void,
      signal: AbortSignal,
    ) {
      let calls = 0;
      let kept = app;
      const count = () => {
        calls += 1;
        onCall(calls, kept.source.known.records.size);
      };
      kept = await choose(question, count, signal);
      const { walk, source } = kept;
      const { list, known } = source;
      const inquiry = createInquiry(question, list, known);
      const knownBefore = known.records.size;
      const isDone = () => inquiry.isComplete() || (!inquiry.isStale() && hasEnough(inquiry));
      try {
        const end = await walk.wait({ inquiry, isDone, onCall: count }, deadlineMs, signal);
        const failure = walk.failure();
        if (end !== 'done' && list.size() === 0) throw failure ?? tooLate(deadlineMs);
        return {
          /** `group`: only the lists of the group's members were read; a thread that nobody is in is in none of them. */
          scope: kept === app ? ('app' as const) : ('group' as const),
          ...answerOf(inquiry, source, end, failure),
          /** Requests that were sent, and records that became known, while this question waited. */
          calls,
          learnt: known.records.size - knownBefore,
        };
      } finally {
        if (!kept.hasEnded) {
          kept.hasEnded = inquiry.isComplete() && list.isWhole();
          kept.expires = elapsed() + KEPT_MS;
        }
      }
    },

    /** Takes note of what this server itself has changed: a thread's new name, or undefined for a deleted one. */
    note(threadId: string, name: string | undefined): void {
      for (const { source } of [app, ...inGroups.values()]) {
        const record = source.known.records.get(threadId);
        if (name === undefined) source.known.settle(threadId, 'gone');
        else if (record) source.known.learn([{ ...record.thread, name }], clock.now());
      }
    },
  };
}

/** Are there enough threads to show, though not all is known yet? */
function hasEnough({ question, matches, matchesInOrder }: Inquiry): boolean {
  const { limit, filter, from } = question;
  if (filter.msgId !== undefined && matches.size > 0) return true;
  if (limit === 0) return false;
  if (matchesInOrder() >= limit) return true;
  const room = Math.max(0, MOST_AHEAD - from.shown.length);
  const ahead = Math.min(matches.size - matchesInOrder(), room);
  return isSearch(question) && matchesInOrder() + ahead >= limit;
}
