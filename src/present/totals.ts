import type { Thread } from '../agora/thread.ts';

/** Counts by group and by owner, and the span of creation times. */
export interface ThreadTotals {
  readonly groups: Counts;
  readonly owners: Counts;
  /** Milliseconds since 1970. */
  oldest: number | undefined;
  newest: number | undefined;
}

/** How many threads each key has. */
export interface Counts {
  readonly known: Map<string, number>;
  /** Threads of the keys that were put together; each count in `known` may then be too low. */
  beyond: number;
}

/** Up to this many groups and owners are counted apart; beyond, those with the fewest threads are put together. */
const MOST_KEYS = 10_000;

export const noTotals = (): ThreadTotals => ({
  groups: { known: new Map(), beyond: 0 },
  owners: { known: new Map(), beyond: 0 },
  oldest: undefined,
  newest: undefined,
});

/** Adds a thread. The size of the totals is bounded, however many threads are counted. */
export function countThread(totals: ThreadTotals, { groupId, owner, created }: Thread): void {
  add(totals.groups, groupId);
  add(totals.owners, owner);
  if (created === undefined) return;
  totals.oldest = Math.min(created, totals.oldest ?? created);
  totals.newest = Math.max(created, totals.newest ?? created);
}

function add(counts: Counts, key: string | undefined): void {
  if (key === undefined) return;
  const { known } = counts;
  const count = known.get(key);
  if (count === undefined && known.size >= MOST_KEYS) makeRoom(counts);
  known.set(key, (count ?? 0) + 1);
}

/** Removes at least half of the keys, so that it is rarely needed. Those with the most threads stay. */
function makeRoom(counts: Counts): void {
  const { known } = counts;
  const median = [...known.values()].sort((a, b) => a - b)[known.size >> 1] ?? 0;
  for (const [key, count] of known) {
    if (count > median) continue;
    known.delete(key);
    counts.beyond += count;
  }
}
