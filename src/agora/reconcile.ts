import type { Clock } from '../base/clock.ts';
import { wait, within } from '../base/deadline.ts';
import { defined } from '../base/defined.ts';
import { AgoraError, orRefusal } from './errors.ts';
import type { Thread } from './thread.ts';
import type { NewThread, Threads } from './threads.ts';

/*
 * Looking at the state after an answer was lost, or a refusal said too little. Only a call that was given up throws: the
 * result of the call is known without the look, and a look that fails or has no time must not turn it into an error.
 */

const PAGE = 50;
/** All looks of a call together, in milliseconds: clients give up a call after a minute. */
export const LOOK_MS = 15_000;
/** A lost request may still take effect, so a second look comes this much later, in milliseconds. */
const SECOND_LOOK_MS = 1_000;
/** A thread has at most as many members as its group, 5,000 in the largest plan; at most 1,000 of them are read. */
const MOST_MEMBER_PAGES = 20;

/**
 * Looks for the thread of a message in its owner's list of the group, newest and oldest first: the service names no id
 * when it refuses a second thread, or when an answer is lost.
 *
 * @param looks a second look comes a second after the first
 */
export async function findThread(
  threads: Pick<Threads, 'listOfUserInGroup'>,
  { groupId, owner, msgId }: Omit<NewThread, 'name'>,
  clock: Clock,
  signal: AbortSignal,
  looks: 1 | 2,
): Promise<Thread | undefined> {
  return look(clock, signal, async (bounded) => {
    for (let count = 1; count <= looks; count++) {
      if (count > 1) await wait(SECOND_LOOK_MS, clock, bounded);
      for (const sort of ['desc', 'asc'] as const) {
        const page = await quietly(threads.listOfUserInGroup(groupId, owner, { limit: PAGE, sort }, bounded));
        const found = page?.items.find((thread) => thread.msgId === msgId);
        if (found) return found;
        if (page === undefined || page.items.length < PAGE) break;
      }
    }
    return undefined;
  });
}

export interface Members {
  readonly members: ReadonlySet<string>;
  /** The whole list was read, so a user not in `members` is not a member. */
  readonly complete: boolean;
}

export async function readMembers(
  threads: Pick<Threads, 'listMembers'>,
  threadId: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Members> {
  const members = new Set<string>();
  const complete = await look(clock, signal, async (bounded) => {
    let cursor: string | undefined;
    for (let count = 0; count < MOST_MEMBER_PAGES; count++) {
      const page = await threads.listMembers(threadId, { limit: PAGE, ...defined({ cursor }) }, bounded);
      for (const member of page.items) members.add(member);
      if (page.items.length === 0 || page.cursor === undefined) return true;
      if (page.cursor === cursor) return false;
      cursor = page.cursor;
    }
    return false;
  });
  return { members, complete: complete ?? false };
}

/** What a look gives in its time; undefined where that is up, the call's own is, or the service refused. */
const look = <T>(clock: Clock, signal: AbortSignal, action: (bounded: AbortSignal) => Promise<T>) =>
  quietly(within(LOOK_MS, clock, signal, action));

/** The value, or undefined where the service refused; a call that was given up still throws. */
async function quietly<T>(promise: Promise<T>): Promise<T | undefined> {
  const answer = await orRefusal(promise);
  return answer instanceof AgoraError ? undefined : answer;
}

/** Is the thread still there? `unsure` where the service does not say. */
export async function isThere(
  threads: Pick<Threads, 'listMembers'>,
  threadId: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<'there' | 'gone' | 'unsure'> {
  const asked = within(LOOK_MS, clock, signal, (bounded) => threads.listMembers(threadId, { limit: 1 }, bounded));
  const page = await orRefusal(asked);
  if (!(page instanceof AgoraError)) return page === undefined ? 'unsure' : 'there';
  return page.code === 'thread_not_found' ? 'gone' : 'unsure';
}
