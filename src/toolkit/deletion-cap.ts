import { AgoraError } from '../agora/errors.ts';
import { type Clock, timePassed } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { utcTime } from '../present/time.ts';

const WINDOW_MS = 60 * 60_000;

/**
 * A cap for each subject, kept as long as the process: a new session of the same subject gets the same one.
 *
 * @param most deletions in any 60 minutes; undefined for no cap
 */
export function createDeletionCaps(
  most: number | undefined,
  clock: Clock,
): (subject: string | undefined) => DeletionCap {
  const caps = new Map<string | undefined, DeletionCap>();
  return (subject) => {
    const cap = caps.get(subject) ?? createDeletionCap(most, clock);
    caps.set(subject, cap);
    return cap;
  };
}

/**
 * A seat belt against a run of deletions, not a security boundary: it counts in this process, and a restart forgets.
 */
export type DeletionCap = ReturnType<typeof createDeletionCap>;

/** @param limit deletions in any 60 minutes; undefined for no cap */
export function createDeletionCap(limit: number | undefined, clock: Clock) {
  const most = limit ?? Number.POSITIVE_INFINITY;
  const elapsed = timePassed(clock);
  /** Each deletion of the last hour, oldest first. */
  let counted: { readonly at: number }[] = [];

  /** @throws AgoraError `cap_reached` where fewer than `count` deletions are left in the hour */
  function require(count: number): void {
    const now = elapsed();
    counted = counted.filter(({ at }) => now - at < WINDOW_MS);
    const left = Math.max(0, most - counted.length);
    if (count <= left) return;
    // The call fits once this many of the oldest are an hour old.
    const last = counted[count - left - 1];
    const retryAfterMs = last && last.at + WINDOW_MS - now;
    const next =
      retryAfterMs === undefined
        ? 'Delete fewer in one call.'
        : `Tell the user that there is room for ${count} at ${utcTime(clock.now() + retryAfterMs)}.`;
    throw new AgoraError({
      code: 'cap_reached',
      what: `at most ${most} threads may be deleted in 60 minutes here (AGORA_THREADS_MAX_DELETES); ${left} left, ${count} asked for`,
      next: `${next} The operator can raise AGORA_THREADS_MAX_DELETES.`,
      ...defined({ retry: last && ('later' as const), retryAfterMs }),
    });
  }

  /**
   * Counts one deletion that is about to be sent, so that two at once cannot both take the last one.
   *
   * @returns takes it back, for a thread that was not deleted after all
   * @throws AgoraError `cap_reached` where none is left
   */
  function take(): () => void {
    require(1);
    const deletion = { at: elapsed() };
    counted.push(deletion);
    return () => {
      counted = counted.filter((other) => other !== deletion);
    };
  }

  return { require, take };
}
