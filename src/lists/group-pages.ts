import { AgoraError } from '../agora/errors.ts';
import type { Group } from '../agora/group-responses.ts';
import type { Groups } from '../agora/groups.ts';
import type { Clock } from '../base/clock.ts';
import { within } from '../base/deadline.ts';
import { defined } from '../base/defined.ts';
import { hashOf, type Position } from './cursor.ts';
import { tooLate } from './walk.ts';

/** In milliseconds: clients give up a call after a minute. */
const DEADLINE_MS = 40_000;
const APP_PAGE = 1_000;
const USER_PAGE = 20;

export interface GroupSearch {
  readonly start: Position;
  readonly limit: number;
  readonly fits: (group: Group) => boolean;
  /** Told after each page how many groups were read. */
  readonly onPage: (read: number) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export type FoundGroups = Awaited<ReturnType<typeof readGroups>>;

/**
 * Reads groups until enough fit, the list ends or the time is up. The documents name no end: it is a page without items
 * or without a way on, while one that brings nothing new leads in a circle.
 *
 * @param username whose groups; undefined for all groups of the app
 */
export async function readGroups(
  groups: Groups,
  username: string | undefined,
  { start, limit, fits, onPage, clock, signal }: GroupSearch,
) {
  const found: { group: Group; after: Position }[] = [];
  const known = new Set<string>();
  let at = start.cursor;
  let passed = start.shown?.[0];
  let failure: AgoraError | undefined;
  let isWhole = false;

  const readPage = (bounded: AbortSignal) => {
    const cursor = defined({ cursor: at });
    return username === undefined
      ? groups.list({ limit: APP_PAGE, ...cursor }, bounded)
      : groups.listOfUser(username, { limit: USER_PAGE, ...cursor }, bounded);
  };
  const readOn = async (bounded: AbortSignal): Promise<void> => {
    for (;;) {
      const { items, cursor } = await readPage(bounded);
      const before = known.size;
      const from = items.findIndex(({ id }) => hashOf(id) === passed) + 1;
      for (const group of items.slice(from)) {
        if (known.has(group.id)) continue;
        known.add(group.id);
        if (!fits(group)) continue;
        // One too many shows that there are more.
        if (found.length > limit) return;
        found.push({ group, after: { ...defined({ cursor: at }), shown: [hashOf(group.id)] } });
      }
      onPage(known.size);
      passed = undefined;
      isWhole = items.length === 0 || cursor === undefined;
      if (isWhole || found.length > limit || (known.size === before && from === 0)) return;
      at = cursor;
    }
  };

  // Where the time is up, what was found by then is the answer.
  await within(DEADLINE_MS, clock, signal, readOn).catch((error: unknown) => {
    if (!(error instanceof AgoraError) || known.size === 0) throw error;
    failure = error;
  });
  if (known.size === 0 && !isWhole) throw tooLate(DEADLINE_MS);
  const end: Position = defined({ cursor: at, shown: passed === undefined ? undefined : [passed] });
  return {
    groups: found.slice(0, limit).map(({ group }) => group),
    /** Is there a group behind the first `kept`? Without one that is known, only a whole list proves that there is none. */
    hasMore: (kept: number): boolean => kept < found.length,
    read: known.size,
    /** Was the list read to its end? */
    isWhole,
    /** Why the next page is missing. */
    failure,
    /** Where the list goes on behind the first `kept` groups; undefined at the end. */
    after: (kept: number): Position | undefined =>
      kept < found.length ? (found[kept - 1]?.after ?? start) : isWhole ? undefined : end,
  };
}
