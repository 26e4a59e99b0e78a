import type { Thread } from '../agora/thread.ts';

/** Counts by group and by owner, and the span of creation times. */
export interface ThreadTotals {
  readonly groups: Counts;
  readonly owners: Counts;
  /** Milliseconds since 1970. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  count(thread: Thread): void;
}

/** Up to this many groups and owners are counted apart; beyond, those with the fewest threads are put together. */
const MOST_KEYS = 10_000;

/** How many threads each key has. */
export interface Counts {
  readonly known: ReadonlyMap<string, number>;
  /** Threads of the keys that were put together; each count in `known` may then be too low. */
  readonly beyond: number;
}

interface Counter extends Counts {
  add(key: string | undefined): void;
}

function createCounter(): Counter {
  const known = new Map<string, number>();
  let beyond = 0;
  /** Removes at least half of the keys, so that it is rarely needed. Those with the most threads stay. */
  const makeRoom = () => {
    const median = [...known.values()].sort((a, b) => a - b)[known.size >> 1] ?? 0;
    for (const [key, count] of known) {
      if (count > median) continue;
      known.delete(key);
      beyond += count;
    }
  };
  return {
    known,
    get beyond() {
      return beyond;
    },
    add(key) {
      if (key === undefined) return;
      const count = known.get(key);
      if (count === undefined && known.size >= MOST_KEYS) makeRoom();
      known.set(key, (count ?? 0) + 1);
    },
  };
}

/** Its size is bounded, however many threads are counted. */
export function createTotals(): ThreadTotals {
  const groups = createCounter();
  const owners = createCounter();
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
      groups.add(groupId);
      owners.add(owner);
      if (created === undefined) return;
      if (oldest === undefined || created < oldest) oldest = created;
      if (newest === undefined || created > newest) newest = created;
    },
  };
}
