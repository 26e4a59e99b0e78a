import type { Thread } from '../agora/thread.ts';

/** Counts by group and by owner of all threads that fit, and the span of their times. */
export interface ThreadTally {
  readonly groups: ReadonlyMap<string, number>;
  readonly owners: ReadonlyMap<string, number>;
  /** Milliseconds since 1970. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  count(thread: Thread): void;
}

/** An app has at most so many groups and users that a summary has to tell apart; those beyond count as one. */
const MOST_KEYS = 10_000;
/** Stands for all keys beyond: no id is empty. */
export const BEYOND = '';

/** Starts a tally. Its size is bounded, however many threads are counted. */
export function createTally(): ThreadTally {
  const groups = new Map<string, number>();
  const owners = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string | undefined) => {
    if (key === undefined) return;
    const count = counts.get(key);
    if (count !== undefined) counts.set(key, count + 1);
    else if (counts.size < MOST_KEYS) counts.set(key, 1);
    else counts.set(BEYOND, (counts.get(BEYOND) ?? 0) + 1);
  };
  let oldest: number | undefined;
  let newest: number | undefined;
  return {
    groups,
    owners,
    get oldest() {
      return oldest;
    },
    get newest() {
      return newest;
    },
    count({ groupId, owner, created }) {
      add(groups, groupId);
      add(owners, owner);
      if (created === undefined) return;
      if (oldest === undefined || created < oldest) oldest = created;
      if (newest === undefined || created > newest) newest = created;
    },
  };
}
