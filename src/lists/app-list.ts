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
}

/**
 * The ids of the app's threads, read from both ends. The list is whole once the ends have met, or one has run through to
 * a page without items or without a cursor; a short page proves nothing.
 */
export interface AppList extends ReadList {
  /** Where to read on; undefined where there is nothing more to be had from this side. */
  readonly placeToRead: (side: Side) => { readonly cursor?: string } | undefined;
  /** Takes a page in. @returns the ids that are new */
  readonly take: (side: Side, page: Page<Thread>) => readonly string[];
  /**
   * Gathers what was created since the newest end was read: pages from the very top.
   *
   * @returns where to read on, until a known id was met
   */
  readonly takeNewer: (page: Page<Thread>, isFirst: boolean) => { readonly cursor: string } | 'met';
  /** Puts what `takeNewer` has gathered at the top. @returns the ids that are new */
  readonly addNewer: () => readonly string[];
  readonly hasBegun: (side: Side) => boolean;
}

interface End {
  ids: string[];
  cursor: string | undefined;
  begun: boolean;
  /** It cannot be read on: it has come to its end, or the service leads in a circle. */
  over: boolean;
  /** Pages in a row without a new id. */
  idle: number;
}

const newEnd = (): End => ({ ids: [], cursor: undefined, begun: false, over: false, idle: 0 });

export function createAppList(): AppList {
  const ends = { newest: newEnd(), oldest: newEnd() };
  const sides = new Map<string, Side>();
  let whole = false;
  let newer: string[] = [];

  function complete(): void {
    if (whole) return;
    whole = true;
    const all = [...ends.newest.ids, ...ends.oldest.ids.toReversed()];
    ends.newest.ids = all;
    ends.oldest.ids = all.toReversed();
  }

  return {
    size: () => sides.size,
    isWhole: () => whole,
    idsFrom: (side) => ends[side].ids,
    hasBegun: (side) => ends[side].begun,
    placeToRead(side) {
      const { over, cursor } = ends[side];
      if (whole || over || sides.size > MOST_IDS) return undefined;
      return cursor === undefined ? {} : { cursor };
    },
    take(side, { items, cursor }) {
      const end = ends[side];
      const isRepeat = cursor !== undefined && cursor === end.cursor;
      end.begun = true;
      end.cursor = cursor;
      const added: string[] = [];
      let met = false;
      for (const { id } of items) {
        const known = sides.get(id);
        // Behind the meeting point everything is known, or newer than the question.
        met ||= known !== undefined && known !== side;
        if (met) break;
        if (known !== undefined) continue;
        sides.set(id, side);
        end.ids.push(id);
        added.push(id);
      }
      end.idle = added.length > 0 ? 0 : end.idle + 1;
      if (met || items.length === 0 || cursor === undefined) complete();
      else if (isRepeat || end.idle > 1) end.over = true;
      return added;
    },
    takeNewer({ items, cursor }, isFirst) {
      if (isFirst) newer = [];
      for (const { id } of items) {
        if (sides.has(id)) return 'met';
        newer.push(id);
      }
      return cursor === undefined || items.length === 0 ? 'met' : { cursor };
    },
    addNewer() {
      const added = [...new Set(newer)].filter((id) => !sides.has(id));
      newer = [];
      for (const id of added) sides.set(id, 'newest');
      ends.newest.ids = [...added, ...ends.newest.ids];
      if (whole) ends.oldest.ids = [...ends.oldest.ids, ...added.toReversed()];
      return added;
    },
  };
}
