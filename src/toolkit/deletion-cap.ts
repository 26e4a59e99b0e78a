import { AgoraError } from '../agora/errors.ts';
import { type Clock, timePassed } from '../base/clock.ts';
import { utcTime } from '../present/time.ts';

const WINDOW_MS = 60 * 60_000;

/**
 * A seat belt against a run of deletions, not a security boundary: it counts in this process, and a restart forgets.
 */
export interface DeletionCap {
  /** @throws AgoraError `cap_reached` where fewer than `count` deletions are left in the hour */
  require(count: number): void;
  /** Counts one thread that was deleted, or perhaps deleted. */
  count(): void;
}

/** @param most deletions in any 60 minutes; undefined for no cap */
export function createDeletionCap(most: number | undefined, clock: Clock): DeletionCap {
  if (most === undefined) return { require: () => undefined, count: () => undefined };
  const elapsed = timePassed(clock);
  /** When each deletion of the last hour was counted, oldest first. */
  let counted: number[] = [];
  return {
    require(count) {
      const now = elapsed();
      counted = counted.filter((at) => now - at < WINDOW_MS);
      const left = most - counted.length;
      if (count <= left) return;
      // So many of the oldest have to be an hour old before this call fits.
      const last = counted[count - left - 1];
      const next =
        last === undefined
          ? `One call may delete at most ${most} threads here: delete fewer, or ask the operator to raise AGORA_THREADS_MAX_DELETES.`
          : `There is room for ${count} at ${utcTime(clock.now() + last + WINDOW_MS - now)}. Tell the user; the operator can raise AGORA_THREADS_MAX_DELETES.`;
      throw new AgoraError({
        code: 'cap_reached',
        what: `AGORA_THREADS_MAX_DELETES allows ${most} deletions in 60 minutes, and ${left} ${left === 1 ? 'is' : 'are'} left of ${count} asked for`,
        next,
        retry: last === undefined ? 'never' : 'later',
        landed: 'no',
      });
    },
    count: () => void counted.push(elapsed()),
  };
}
