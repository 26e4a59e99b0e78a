import type { Thread } from '../agora/thread.ts';
import { NewestMap } from '../base/newest-map.ts';

/** Where a user's list held a thread: the page that this cursor leads to. */
export interface ThreadPlace {
  readonly username: string;
  /** The list of one group; undefined for all of the user's threads. */
  readonly groupId: string | undefined;
  readonly sort: 'asc' | 'desc';
  /** Undefined for the first page. */
  readonly cursor?: string | undefined;
}

/** A thread as a list showed it, and when. */
export interface SeenThread {
  readonly thread: Thread;
  /** Milliseconds since 1970: what comes from memory is shown with its age. */
  readonly at: number;
  readonly place: ThreadPlace | undefined;
}

/**
 * Threads that lists have shown, in memory only. No documented call gives one thread by its id, so this is where names
 * for previews and for the ids-only app list come from.
 */
export type Seen = ReturnType<typeof createSeen>;

/** @param capacity how many threads are kept; the one not seen for the longest time goes first */
export function createSeen(capacity = 5_000) {
  const seen = new NewestMap<SeenThread>(capacity);
  return {
    /** @param at milliseconds since 1970 */
    remember(threads: readonly Thread[], at: number, place?: ThreadPlace): void {
      for (const thread of threads) {
        // The app's list gives only ids, which would overwrite what is known.
        if (thread.name === undefined) continue;
        seen.set(thread.id, { thread, at, place: place ?? seen.get(thread.id)?.place });
      }
    },
    recall: (threadId: string) => seen.get(threadId),
    forget: (threadId: string) => void seen.delete(threadId),
  };
}
