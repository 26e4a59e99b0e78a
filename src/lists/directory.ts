import type { AgoraError } from '../agora/errors.ts';
import type { Groups } from '../agora/groups.ts';
import type { RateLimiter } from '../agora/rate-limiter.ts';
import type { Threads } from '../agora/threads.ts';
import { type Clock, timePassed } from '../base/clock.ts';
import { createAppSource } from './app-source.ts';
import { type Rows, rowsOf } from './directory-answer.ts';
import { createInquiry, type Inquiry } from './inquiry.ts';
import type { KnownThread } from './known-threads.ts';
import { openGroup } from './member-source.ts';
import { isSearch, MOST_AHEAD, type Question } from './question.ts';
import { createSharedWalk, type SharedWalk } from './shared-walk.ts';
import type { ThreadSource } from './thread-source.ts';
import { tooLate } from './walk.ts';

export interface Answer extends Rows {
  /** `group`: only the lists of the group's members were read; a thread that nobody is in is in none of them. */
  readonly scope: 'app' | 'group';
  /** The same answer with fewer threads shown. */
  readonly upTo: (limit: number) => Rows;
  /** All threads known to match that no earlier answer has shown, these among them. */
  readonly matches: readonly KnownThread[];
  /** Threads of which it is not known whether they match: the service did not give what the question asks for. */
  readonly unjudged: number;
  readonly stopped: 'end' | 'limit' | 'deadline' | 'failed';
  /** How many threads there are, as far as ids are read, and of how many the record is known. */
  readonly listed: number;
  readonly known: number;
  readonly isWhole: boolean;
  /** Threads whose record could not be read; `notRead` are worth asking again, or were when they were passed. */
  readonly unresolved: number;
  readonly notRead: number;
  /** Requests that were sent while this question waited. */
  readonly calls: number;
  /** Records that became known while it waited. */
  readonly learnt: number;
  /** What kept the walk from going on. */
  readonly failure: AgoraError | undefined;
}

export interface DirectoryApi {
  readonly threads: Pick<Threads, 'list' | 'listOfUser' | 'listOfUserInGroup' | 'listMembers'>;
  readonly groups: Pick<Groups, 'listMembers'>;
}

export interface Directory {
  /**
   * @param onCall told after each request how many were sent for this question, and how many threads are known
   * @throws AgoraError where nothing at all could be read, or there is no such group; the signal's reason once that is
   * aborted
   */
  ask(
    question: Question,
    deadlineMs: number,
    onCall: (calls: number, known: number) => void,
    signal: AbortSignal,
  ): Promise<Answer>;
  /** Takes note of what this server itself has changed: a thread's new name, or undefined for a deleted one. */
  note(threadId: string, name: string | undefined): void;
}

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
export function createDirectory({ threads, groups }: DirectoryApi, share: RateLimiter, clock: Clock): Directory {
  const elapsed = timePassed(clock);
  const keep = (source: ThreadSource): Kept => ({
    source,
    walk: createSharedWalk(source, share, clock),
    hasEnded: false,
    expires: Number.POSITIVE_INFINITY,
  });
  let app = keep(createAppSource(threads, clock));
  const inGroups = new Map<string, Kept>();

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
    for (const id of inGroups.keys()) if (inGroups.size > MOST_GROUPS) inGroups.delete(id);
    return opened;
  }

  return {
    async ask(question, deadlineMs, onCall, signal) {
      let calls = 0;
      let kept = app;
      const count = () => {
        calls += 1;
        onCall(calls, kept.source.known.records.size);
      };
      kept = await choose(question, count, signal);
      const { walk } = kept;
      const { list, known } = kept.source;
      const inquiry = createInquiry(question, list, known);
      const knownBefore = known.records.size;
      const isDone = () => inquiry.isComplete() || (!inquiry.isStale() && hasEnough(inquiry));
      try {
        const end = await walk.wait({ inquiry, isDone, onCall: count }, deadlineMs, signal);
        const failure = walk.failure();
        if (end !== 'done' && list.size() === 0) throw failure ?? tooLate(deadlineMs);
        const complete = inquiry.isComplete();
        const fates = [...known.fates.values()];
        const notRead = Math.max(fates.filter((fate) => fate === 'not_read').length, question.from.skipped);
        return {
          scope: kept === app ? 'app' : 'group',
          ...rowsOf(inquiry, known),
          upTo: (limit) => rowsOf(inquiry, known, limit),
          matches: [...inquiry.matches].flatMap((id) => known.records.get(id) ?? []),
          unjudged: inquiry.unjudged.size,
          stopped: complete ? 'end' : end === 'done' ? 'limit' : end,
          listed: list.size(),
          known: known.records.size,
          isWhole: list.isWhole(),
          unresolved: Math.max(fates.filter((fate) => fate !== 'gone').length, notRead),
          notRead,
          calls,
          learnt: known.records.size - knownBefore,
          failure: complete ? undefined : failure,
        };
      } finally {
        if (!kept.hasEnded) {
          kept.hasEnded = inquiry.isComplete() && list.isWhole();
          kept.expires = elapsed() + KEPT_MS;
        }
      }
    },
    note(threadId, name) {
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
