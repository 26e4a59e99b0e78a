import type { Page, Thread } from '../agora/thread.ts';

/** How far a user's list of threads is read. */
export interface UserList {
  readonly username: string;
  /** `short`: it probably ended with its last page, which had fewer threads than other pages have. */
  state: 'unread' | 'open' | 'short' | 'end';
  cursor: string | undefined;
  /** Undefined as long as it is unread. */
  sort: 'asc' | 'desc' | undefined;
  /** May it have gained threads at its top since it was read? */
  grown: boolean;
}

export function createUserLists() {
  const lists = new Map<string, UserList>();
  /** The largest page of any list: a smaller one is probably the last. */
  let largestPage = 0;

  return {
    of(username: string): UserList {
      const known = lists.get(username);
      if (known) return known;
      const list: UserList = { username, state: 'unread', cursor: undefined, sort: undefined, grown: false };
      lists.set(username, list);
      return list;
    },

    /** Takes note of how a page ended. */
    turnPage(list: UserList, { items, cursor }: Page<Thread>, sort: UserList['sort']): void {
      const isRepeat = cursor !== undefined && cursor === list.cursor;
      list.cursor = cursor;
      list.sort = sort;
      if (cursor === undefined || items.length === 0 || isRepeat) {
        list.state = 'end';
        return;
      }
      list.state = items.length < largestPage ? 'short' : 'open';
      largestPage = Math.max(largestPage, items.length);
    },

    /** Threads were created: each list may have grown. */
    outgrow(): void {
      for (const list of lists.values()) list.grown = list.sort !== undefined;
    },
  };
}
