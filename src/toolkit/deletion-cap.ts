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
  /**
   * Counts one deletion that is about to be sent, so that two at once cannot both take the last one.
   *
   * @returns takes it back, for a thread that was not deleted after all
   * @throws AgoraError `cap_reached` where none is left
   */
  take(): () => void;
}

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

/** @param most deletions in any 60 minutes; undefined for no cap */
export function createDeletionCap(most: number | undefined, clock: Clock): DeletionCap {
  if (most === undefined) return { require: () => undefined, take: () => () => undefined };
  const elapsed = timePassed(clock);
  /** Each deletion of the last hour, oldest first. */
  let counted: { readonly at: number }[] = [];

  function require(count: number): void {
    const now = elapsed();
    counted = counted.filter(({ at }) => now - at < WINDOW_MS);
    const left = Math.max(0, (most ?? 0) - counted.length);
    if (count <= left) return;
    // The call fits once this many of the oldest are an hour old.
    const last = counted[count - left - 1];
    const about = {
      code: 'cap_reached',
      what: `at most ${most} threads may be deleted in 60 minutes here (AGORA_THREADS_MAX_DELETES); ${left} left, ${count} asked for`,
    } as const;
    if (last === undefined) {
      const next = 'Delete fewer in one call. The operator can raise AGORA_THREADS_MAX_DELETES.';
      throw new AgoraError({ ...about, next, retry: 'never' });
    }
    const retryAfterMs = last.at + WINDOW_MS - now;
    const next = `Tell the user that there is room for ${count} at ${utcTime(clock.now() + retryAfterMs)}. The operator can raise AGORA_THREADS_MAX_DELETES.`;
    throw new AgoraError({ ...about, next, retry: 'later', retryAfterMs });
  }

  return {
    require,
    take() {
      require(1);
      const deletion = { at: elapsed() };
      counted.push(deletion);
      return () => {
        counted = counted.filter((other) => other !== deletion);
      };
    },
  };
}
