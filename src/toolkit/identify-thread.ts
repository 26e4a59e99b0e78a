import { AgoraError } from '../agora/errors.ts';
import { LOOK_MS } from '../agora/reconcile.ts';
import type { Page, Thread } from '../agora/thread.ts';
import type { Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import { within } from '../base/deadline.ts';
import { factsOf, shownId, type ThreadFacts } from '../present/thread-facts.ts';
import { utcTime } from '../present/time.ts';
import type { Seen } from './seen-threads.ts';

export interface Identified {
  /** Does the service still know the thread? `unsure` where it could not be asked. */
  readonly state: 'there' | 'gone' | 'unsure';
  readonly facts: ThreadFacts;
}

interface Sources {
  readonly threads: Pick<Threads, 'listMembers' | 'listOfUser'>;
  readonly seen: Seen;
  readonly clock: Clock;
}

/** The largest page the service gives, of members and of threads. */
const PAGE = 50;
/** What a list has shown within this time counts as looked up, in milliseconds. */
const FRESH_MS = 60_000;
/** At most this many pages of members' own lists are searched: with the page of members, four calls in all. */
const MOST_PAGES = 3;

/**
 * Collects what can be known of a thread. No documented call gives a thread by its id, so its members are read, and then
 * both ends of a few members' own lists are searched for it.
 *
 * @param trustMemory take name, owner and group from what a list has shown within the last minute; else look first
 * @throws AgoraError where the service refuses in a way that a deletion would meet too (credentials, feature, host)
 */
export async function identify(
  threadId: string,
  { threads, seen, clock }: Sources,
  signal: AbortSignal,
  trustMemory: boolean,
): Promise<Identified> {
  let members: Page<string> | undefined;
  try {
    members = await within(LOOK_MS, clock, signal, (bounded) =>
      threads.listMembers(threadId, { limit: PAGE }, bounded),
    );
  } catch (error) {
    if (!(error instanceof AgoraError)) throw error;
    if (error.code === 'thread_not_found') return { state: 'gone', facts: fromMemory(threadId, seen) };
    // A late or broken answer or a 5xx says nothing about the deletion to come.
    if (error.facts.landed === 'maybe') return { state: 'unsure', facts: fromMemory(threadId, seen) };
    throw error;
  }
  if (members === undefined) return { state: 'unsure', facts: fromMemory(threadId, seen) };

  const known = {
    member_count: members.items.length >= PAGE ? `${PAGE} or more` : String(members.items.length),
    members: members.items.slice(0, PAGE).map(shownId),
  };
  // Recalled only now: meanwhile a search for another thread of the same call may have found this one.
  const remembered = fromMemory(threadId, seen);
  const fresh = clock.now() - (seen.recall(threadId)?.at ?? Number.NEGATIVE_INFINITY) <= FRESH_MS;
  if (remembered.name !== undefined && trustMemory && fresh)
    return { state: 'there', facts: { ...remembered, ...known } };

  const owner = seen.recall(threadId)?.thread.owner;
  const candidates = [...new Set([...(owner === undefined ? [] : [owner]), ...members.items])];
  const found = await within(LOOK_MS, clock, signal, (bounded) =>
    search(threadId, candidates, { threads, seen, clock }, bounded),
  );
  return { state: 'there', facts: { ...(found ? factsOf(found) : remembered), ...known } };
}

/** What lists have shown of a thread, dated. */
function fromMemory(threadId: string, seen: Seen): ThreadFacts {
  const remembered = seen.recall(threadId);
  return remembered ? { ...factsOf(remembered.thread), as_of: utcTime(remembered.at) } : { id: shownId(threadId) };
}

/** Looks for the thread among the newest of each user's list, and then among the oldest. */
async function search(
  threadId: string,
  users: readonly string[],
  { threads, seen, clock }: Sources,
  signal: AbortSignal,
): Promise<Thread | undefined> {
  const pages = users.flatMap((user) => [
    { user, sort: 'desc' as const },
    { user, sort: 'asc' as const },
  ]);
  const complete = new Set<string>();
  let calls = 0;
  for (const { user, sort } of pages) {
    if (complete.has(user)) continue;
    if (calls++ === MOST_PAGES) break;
    try {
      const page = await threads.listOfUser(user, { limit: PAGE, sort }, signal);
      if (page.items.length < PAGE) complete.add(user);
      seen.remember(page.items, clock.now());
      const thread = page.items.find(({ id, name }) => id === threadId && name !== undefined);
      if (thread) return thread;
    } catch (error) {
      // The search helps the person who is asked; a failure is no reason not to ask.
      if (!(error instanceof AgoraError)) throw error;
    }
  }
  return undefined;
}
