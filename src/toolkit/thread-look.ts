import { AgoraError, orRefusal } from '../agora/errors.ts';
import type { Page, Thread } from '../agora/thread.ts';
import type { Threads } from '../agora/threads.ts';
import { type Clock, timePassed } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import type { Seen, ThreadPlace } from './seen-threads.ts';

/** What the service says of a thread right now. No documented call gives one thread by its id. */
export interface Look {
  /** `gone`: the service does not know the thread. `unread`: it could not be asked. */
  readonly state: 'there' | 'gone' | 'unread';
  /** As a list of the service gave it in this look; undefined where no list that was read holds it. */
  readonly thread: Thread | undefined;
  readonly members: MemberList | undefined;
}

/** Where a look had no time, or was refused. */
export const UNREAD: Look = { state: 'unread', thread: undefined, members: undefined };

export interface MemberList {
  /** User ids by join time, oldest first. */
  readonly ids: readonly string[];
  /** Was the list read to its end? */
  readonly complete: boolean;
}

export type LookCalls = Pick<Threads, 'listMembers' | 'listOfUser' | 'listOfUserInGroup'>;

/** The most that the service gives in a page, of members as of threads [all sources]. */
const PAGE = 50;
/** For one thread, all lists together; a list of 400 threads has eight pages. */
const MOST_CALLS = 20;
/** For this long one reading of a list page serves every thread that is looked for, in milliseconds. */
export const PAGE_LIFE_MS = 5_000;

/** What one look works with. */
interface Reading {
  readonly calls: LookCalls;
  readonly signal: AbortSignal;
  /** Pages that another look has read do not count. */
  callsLeft: number;
  /** The number of the last page that does not count: it was read for an earlier look at the same thread. */
  readonly old: number;
}

/** A page of a list that was asked for, with its number in the order of asking and the time of that. */
interface PageRead {
  readonly number: number;
  readonly at: number;
  readonly page: Promise<Page<Thread> | undefined>;
}

/** One list by user: all of theirs, or theirs in one group. */
type UserList = Pick<ThreadPlace, 'username' | 'groupId'>;

export interface LookOptions {
  /** Pages of 50 members that are read at most. */
  readonly memberPages: number;
  /** A name that a list gave this recently needs no search, in milliseconds; 0 where the name must be read now. */
  readonly trustMs: number;
}

/** @param calls in the turn of the look */
export type Looks = (calls: LookCalls, threadId: string, options: LookOptions, signal: AbortSignal) => Promise<Look>;

/**
 * Makes looks at threads that share what they read: each page of a list is asked for once in five seconds. A further look
 * at a thread reads anew, since something was sent to it in between.
 */
export function createLooks(seen: Seen, clock: Clock): Looks {
  const elapsedMs = timePassed(clock);
  const pages = new Map<string, PageRead>();
  let pagesAsked = 0;
  /** By thread, how many pages had been asked for when a look at it ended. */
  const lookedAt = new Map<string, number>();

  function readPage(place: ThreadPlace, reading: Reading): Promise<Page<Thread> | undefined> {
    const { username, groupId, sort, cursor } = place;
    const key = JSON.stringify([username, groupId, sort, cursor]);
    const known = pages.get(key);
    if (known && known.number > reading.old && elapsedMs() - known.at < PAGE_LIFE_MS) {
      // Another look asked for it, and may be ended before the answer.
      return known.page.catch(() => readPage(place, reading));
    }
    if (reading.callsLeft === 0) return Promise.resolve(undefined);
    reading.callsLeft -= 1;
    const { calls, signal } = reading;
    const query = { limit: PAGE, sort, ...defined({ cursor }) };
    const answer =
      groupId === undefined
        ? calls.listOfUser(username, query, signal)
        : calls.listOfUserInGroup(groupId, username, query, signal);
    const page = answer.then(
      (read) => {
        seen.remember(read.items, clock.now(), place);
        return read;
      },
      // A list that cannot be read is one place less to look, and no reason not to ask the person.
      (error: unknown) => {
        if (error instanceof AgoraError) return undefined;
        pages.delete(key);
        throw error;
      },
    );
    pagesAsked += 1;
    pages.set(key, { number: pagesAsked, at: elapsedMs(), page });
    return page;
  }

  /** Reads a list from both ends, newest first, until the thread is met or the two ends meet. */
  async function searchList(
    list: UserList,
    wanted: (thread: Thread) => boolean,
    reading: Reading,
  ): Promise<Thread | undefined> {
    const met = { desc: new Set<string>(), asc: new Set<string>() };
    let open: ThreadPlace[] = [{ ...list, sort: 'desc' }];
    for (let round = 0; open.length > 0; round++) {
      const read = await Promise.all(open.map(async (place) => ({ place, page: await readPage(place, reading) })));
      open = [];
      for (const { place, page } of read) {
        if (page === undefined) continue;
        const found = page.items.find(wanted);
        if (found) return found;
        const { desc, asc } = met;
        const [own, other] = place.sort === 'desc' ? [desc, asc] : [asc, desc];
        const wholeListRead = page.cursor === undefined || page.items.some(({ id }) => other.has(id));
        // An empty page is the end, and one that brings nothing new goes round in circles.
        if (wholeListRead || page.items.every(({ id }) => own.has(id))) return undefined;
        for (const { id } of page.items) own.add(id);
        open.push({ ...place, cursor: page.cursor });
      }
      if (round === 0 && open.length > 0) open.push({ ...list, sort: 'asc' });
    }
    return undefined;
  }

  async function search(
    threadId: string,
    members: MemberList | undefined,
    trustMs: number,
    reading: Reading,
  ): Promise<Thread | undefined> {
    const wanted = ({ id, name }: Thread): boolean => id === threadId && name !== undefined;
    // Read after the members, not before: a search for another thread of the call may have found this one.
    const remembered = seen.recall(threadId);
    // Negative where the clock was set back: then nobody knows how old the name is.
    const age = remembered ? clock.now() - remembered.at : -1;
    if (remembered && age >= 0 && age < trustMs) return remembered.thread;
    if (remembered?.place?.cursor !== undefined) {
      const found = (await readPage(remembered.place, reading))?.items.find(wanted);
      if (found) return found;
    }
    for (const list of listsThatMayHoldIt(remembered?.thread, members)) {
      const found = await searchList(list, wanted, reading);
      if (found || reading.callsLeft === 0) return found;
    }
    return undefined;
  }

  return async (calls, threadId, { memberPages, trustMs }, signal) => {
    const reading: Reading = { calls, signal, callsLeft: MOST_CALLS, old: lookedAt.get(threadId) ?? 0 };
    const members = await readMembers(threadId, memberPages, reading);
    if (members === 'gone') return { state: 'gone', thread: undefined, members: undefined };
    // After the members: what is sent next goes by the name, so the name is read last.
    const found = await search(threadId, members, trustMs, reading);
    lookedAt.set(threadId, pagesAsked);
    // Lists overlap: another page that was read since may hold it under a newer name.
    const thread = found && (seen.recall(threadId)?.thread ?? found);
    return { state: thread || members ? 'there' : 'unread', thread, members };
  };
}

/** The shortest lists first: the owner's in the group, then all of the owner's, then those of other members. */
function listsThatMayHoldIt(thread: Thread | undefined, members: MemberList | undefined): readonly UserList[] {
  const { owner, groupId } = thread ?? {};
  const ownerLeft = members?.complete && owner !== undefined && !members.ids.includes(owner);
  const users = new Set([...(owner === undefined || ownerLeft ? [] : [owner]), ...(members?.ids ?? [])]);
  return [...users].flatMap((username) => [
    ...(groupId === undefined ? [] : [{ username, groupId }]),
    { username, groupId: undefined },
  ]);
}

async function readMembers(threadId: string, most: number, reading: Reading): Promise<MemberList | 'gone' | undefined> {
  const { calls, signal } = reading;
  const ids = new Set<string>();
  let cursor: string | undefined;
  for (let count = 0; count < most; count++) {
    reading.callsLeft -= 1;
    const page = await orRefusal(calls.listMembers(threadId, { limit: PAGE, ...defined({ cursor }) }, signal));
    if (page instanceof AgoraError) {
      if (page.code === 'thread_not_found') return 'gone';
      // Late, broken or limited, it says nothing of the deletion to come; the rest a deletion would meet too.
      if (page.facts.retry !== 'later') throw page;
      return count === 0 ? undefined : { ids: [...ids], complete: false };
    }
    for (const id of page.items) ids.add(id);
    // A last page may still carry a cursor; one that is short ends the list all the same.
    if (page.cursor === undefined || page.items.length < PAGE) return { ids: [...ids], complete: true };
    if (page.cursor === cursor) break;
    cursor = page.cursor;
  }
  return { ids: [...ids], complete: false };
}
