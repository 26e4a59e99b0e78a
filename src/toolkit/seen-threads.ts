import type { Thread } from '../agora/thread.ts';

/** A thread as a list showed it, and when. */
export interface SeenThread {
  readonly thread: Thread;
  /** Milliseconds since 1970: what comes from memory is shown with its age. */
  readonly at: number;
}

/**
 * Threads that lists have shown, kept in memory. No documented call gives a thread by its id, so this is where names
 * for questions and for the app's list, which gives only ids, come from.
 */
export interface Seen {
  remember(threads: readonly Thread[], at: number): void;
  recall(threadId: string): SeenThread | undefined;
  forget(threadId: string): void;
}

/** @param capacity the most threads that are kept; the one seen longest ago goes first */
export function createSeen(capacity = 5_000): Seen {
  const threads = new Map<string, SeenThread>();
  return {
    remember(shown, at) {
      for (const thread of shown) {
        // A bare id from the app's list must not overwrite what is known.
        if (thread.name === undefined) continue;
        threads.delete(thread.id);
        threads.set(thread.id, { thread, at });
      }
      for (const id of threads.keys()) {
        if (threads.size <= capacity) break;
        threads.delete(id);
      }
    },
    recall: (threadId) => threads.get(threadId),
    forget: (threadId) => void threads.delete(threadId),
  };
}
