import type { Page, Thread } from '../agora/thread.ts';

/** The two ends of the app's list, which is in the order of creation. */
export type Side = 'newest' | 'oldest';

export const otherSide = (side: Side): Side => (side === 'newest' ? 'oldest' : 'newest');
export const sortFrom = (side: Side): 'asc' | 'desc' => (side === 'newest' ? 'desc' : 'asc');

/** With more ids than this the list is not read on: as many threads an app may have by default [all sources]. */
export const MOST_IDS = 100_000;

/** A list of threads by creation, as far as it is read. */
export interface ReadList {
  readonly size: () => number;
  readonly isWhole: () => boolean;
  /** The ids as far as they are read from a side, the nearest first; of a whole list all of them. */
  readonly idsFrom: (side: Side) => readonly string[];
  /** Was its newest end read before, so that threads may have been created since? */
  readonly mayHaveGrown: () => boolean;
}

interface End {
  ids: string[];
  cursor: string | undefined;
  /** Pages in a row without a new id. */
  idle: number;
}

/** One such page may overlap the page before; with two, the service leads in a circle. */
const MOST_IDLE = 1;

/**
 * The ids of the app's threads, read from both ends. The list is whole once the ends have met, or one has run through to
 * a page without items or without a cursor; a short page proves nothing.
 */
export function createAppList() {
  const newEnd = (): End => ({ ids: [], cursor: undefined, idle: 0 });
  const ends = { newest: newEnd(), oldest: newEnd() };
  const sides = new Map<string, Side>();
  let isWhole = false;

  function complete(): void {
    if (isWhole) return;
    isWhole = true;
    const all = [...ends.newest.ids, ...ends.oldest.ids.toReversed()];
    ends.newest.ids = all;
    ends.oldest.ids = all.toReversed();
  }

  return {
    size: () => sides.size,
    isWhole: () => isWhole,
    idsFrom: (side: Side): readonly string[] => ends[side].ids,
    mayHaveGrown: () => isWhole || ends.newest.cursor !== undefined,
    has: (id: string) => sides.has(id),

    /** Where to read on; undefined where there is nothing more to be had from this side. */
    placeToRead(side: Side): { readonly cursor?: string } | undefined {
      const { cursor, idle } = ends[side];
      if (isWhole || idle > MOST_IDLE || sides.size > MOST_IDS) return undefined;
      return cursor === undefined ? {} : { cursor };
    },

    take(side: Side, { items, cursor }: Page<Thread>): void {
      // A page that was under way when the ends met; what is new in it, the next question reads from the top.
      if (isWhole) return;
      const end = ends[side];
      const before = end.ids.length;
      end.cursor = cursor;
      const firstOfOther = items.find(({ id }) => sides.get(id) === otherSide(side));
      // Ends meet at the id that each has read last. At another one, the service gives both in the same order, or the
      // last was deleted since; then the other end soon meets this one.
      const met = firstOfOther !== undefined && firstOfOther.id === ends[otherSide(side)].ids.at(-1);
      for (const { id } of items) {
        // Behind the meeting point everything is known, or newer than the question.
        if (met && id === firstOfOther.id) break;
        if (sides.has(id)) continue;
        sides.set(id, side);
        end.ids.push(id);
      }
      end.idle = end.ids.length > before ? 0 : end.idle + 1;
      if (met || items.length === 0 || cursor === undefined) complete();
    },

    /** Takes in what was created since the newest end was read. @returns the ids that are new */
    addNewer(ids: readonly string[]): readonly string[] {
      const added = ids.filter((id) => !sides.has(id));
      for (const id of added) sides.set(id, 'newest');
      ends.newest.ids = [...added, ...ends.newest.ids];
      if (isWhole) ends.oldest.ids = [...ends.oldest.ids, ...added.toReversed()];
      return added;
    },
  } satisfies ReadList & Record<string, unknown>;
}
