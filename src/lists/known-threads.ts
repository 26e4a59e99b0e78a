import type { Page, Thread } from '../agora/thread.ts';
import { MOST_IDS, type Side } from './app-list.ts';

/** A thread as a list gave it, and when. */
export interface KnownThread {
  readonly thread: Thread;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Why a thread of the app's list has no record. `gone`: it was deleted since. `no_members`: nobody's list can tell it.
 * `not_read`: a request failed, or its members' lists do not have it; worth asking again.
 */
export type Fate = 'gone' | 'no_members' | 'not_read';

/** How far a user's list of threads is read. */
export interface UserList {
  readonly username: string;
  /** `short`: it probably ended with its last page, which had fewer threads than other pages have. */
  state: 'unread' | 'open' | 'short' | 'end' | 'failed';
  cursor: string | undefined;
  sort: 'asc' | 'desc' | undefined;
  reading: boolean;
  /** May it have gained threads at its top since it was read? */
  grown: boolean;
  /** Did the last page bring anything that was of use? */
  useful: boolean;
}

/** More records than this are not kept, the last page of ids included; they take about 30 MB. */
const MOST_RECORDS = MOST_IDS + 100;

export type KnownThreads = ReturnType<typeof createKnownThreads>;

/** What a walk knows of threads and of the users whose lists tell of them. */
export function createKnownThreads() {
  const records = new Map<string, KnownThread>();
  const fates = new Map<string, Fate>();
  const users = new Map<string, UserList>();
  /** Members of threads without a record, in the order in which they joined. */
  const members = new Map<string, readonly string[]>();
  /** Ids without a record or a fate, by the side on which the app's list told of them. */
  const pending: Record<Side, Set<string>> = { newest: new Set(), oldest: new Set() };
  /** Users whose lists nobody has asked for yet. */
  const owners: string[] = [];
  const others: string[] = [];
  /** Lists that are read in part. */
  const open = new Set<UserList>();
  /** The largest page of any user's list: a smaller one is probably the last. */
  let largestPage = 0;

  const isSettled = (id: string): boolean => records.has(id) || fates.has(id);

  function settled(id: string): void {
    pending.newest.delete(id);
    pending.oldest.delete(id);
    members.delete(id);
  }

  function listOf(username: string): UserList {
    const known = users.get(username);
    if (known) return known;
    const list: UserList = {
      username,
      state: 'unread',
      cursor: undefined,
      sort: undefined,
      reading: false,
      grown: false,
      useful: false,
    };
    users.set(username, list);
    return list;
  }

  function setState(list: UserList, state: UserList['state']): void {
    list.state = state;
    if (state === 'open') open.add(list);
    else open.delete(list);
  }

  return {
    records,
    fates,
    members,
    pending,
    owners,
    others,
    open,
    isSettled,
    listOf,
    setState,

    /** @param first do these stand before those that are known on that side? */
    addIds(side: Side, ids: readonly string[], first = false): void {
      const before = first ? [...pending[side]] : [];
      if (first) pending[side].clear();
      for (const id of ids) if (!isSettled(id)) pending[side].add(id);
      for (const id of before) pending[side].add(id);
    },

    /** @returns the threads whose record is new or has changed */
    learn(threads: readonly Thread[], at: number): readonly Thread[] {
      const news: Thread[] = [];
      for (const thread of threads) {
        const before = records.get(thread.id);
        if (before === undefined && records.size >= MOST_RECORDS) continue;
        records.set(thread.id, { thread, at });
        if (before?.thread.name === thread.name && before !== undefined) continue;
        news.push(thread);
        if (before !== undefined) continue;
        fates.delete(thread.id);
        settled(thread.id);
        if (thread.owner !== undefined && listOf(thread.owner).state === 'unread') owners.push(thread.owner);
      }
      return news;
    },

    /** Takes note of how a page of a user's list ended. */
    turnPage(list: UserList, { items, cursor }: Page<Thread>): void {
      const isRepeat = cursor !== undefined && cursor === list.cursor;
      list.cursor = cursor;
      if (cursor === undefined || items.length === 0 || isRepeat) {
        setState(list, 'end');
        return;
      }
      const isShort = items.length < largestPage;
      largestPage = Math.max(largestPage, items.length);
      setState(list, isShort ? 'short' : 'open');
    },

    /** Takes note of what is newest in a list that was read before; where nothing of it was known, it is read anew. */
    turnTop(list: UserList, page: Page<Thread>): void {
      list.grown = false;
      if (page.items.some(({ id }) => records.has(id))) return;
      list.sort = 'desc';
      this.turnPage(list, page);
    },

    /** Threads were created: each list may have grown. */
    outgrow(): void {
      for (const list of users.values()) list.grown = list.sort !== undefined;
    },

    addMembers(id: string, usernames: readonly string[]): void {
      if (isSettled(id)) return;
      members.set(id, usernames);
      for (const username of usernames) if (listOf(username).state === 'unread') others.push(username);
    },

    settle(id: string, fate: Fate): void {
      if (fate === 'gone') records.delete(id);
      if (records.has(id)) return;
      fates.set(id, fate);
      settled(id);
    },

    /** What failed may be asked again. */
    retryFailed(side: Side): void {
      for (const [id, fate] of fates) {
        if (fate !== 'not_read') continue;
        fates.delete(id);
        pending[side].add(id);
      }
      for (const list of users.values()) if (list.state === 'failed') list.state = list.sort ? 'open' : 'unread';
    },
  };
}
