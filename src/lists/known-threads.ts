import type { Thread } from '../agora/thread.ts';
import { MOST_IDS } from './app-list.ts';

/** A thread as a list gave it, and when. */
export interface KnownThread {
  readonly thread: Thread;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Why a thread of the app's list has no record. `gone`: it was deleted since. `no_members`: it is in nobody's list.
 * `not_read`: a request failed, or its members' lists do not have it; worth asking again.
 */
export type Fate = 'gone' | 'no_members' | 'not_read';

/** More records than this are not kept, the last page of ids included; they take about 30 MB. */
const MOST_RECORDS = MOST_IDS + 100;

export type KnownThreads = ReturnType<typeof createKnownThreads>;

/** What a walk knows of threads. */
export function createKnownThreads() {
  const records = new Map<string, KnownThread>();
  const fates = new Map<string, Fate>();
  /** Ids whose record was new or had another name, in the order in which that was learnt. */
  const news: string[] = [];

  return {
    records,
    fates,
    news,
    isSettled: (id: string): boolean => records.has(id) || fates.has(id),

    /** @returns the threads that had no record */
    learn(threads: readonly Thread[], at: number): readonly Thread[] {
      return threads.filter((thread) => {
        const before = records.get(thread.id);
        if (before === undefined && records.size >= MOST_RECORDS) return false;
        records.set(thread.id, { thread, at });
        fates.delete(thread.id);
        if (before === undefined || before.thread.name !== thread.name) news.push(thread.id);
        return before === undefined;
      });
    },

    settle(id: string, fate: Fate): void {
      if (fate === 'gone') records.delete(id);
      if (!records.has(id)) fates.set(id, fate);
    },

    /** What could not be read may be asked again. */
    forgetFailures(): void {
      for (const [id, fate] of fates) if (fate === 'not_read') fates.delete(id);
    },
  };
}
