import { type Clock, timePassed } from '../base/clock.ts';
import type { QuotaAnswer, QuotaRequest } from './quota-messages.ts';
import { LONGEST_WAIT_MS } from './retry.ts';

/** A permit comes back this long after its answer, in milliseconds. */
const PERMIT_RETURNS_MS = 1_000;
/** After a 429 without `Retry-After` nobody calls for this long, and for a minute only half as often. */
const PAUSE_MS = 1_000;
export const SLOW_FOR_MS = 60_000;

/** Did the service's own limit end the call, or was nothing sent? */
export interface CallEnd {
  readonly limited?: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly unused?: boolean;
}

export interface Permit {
  /** How often the rate had been halved when it was taken: a 429 to it says nothing new once that has changed. */
  readonly halvings: number;
}

/** The permits of one process, and what 429s to it have led to. */
export function createPermitLedger(clock: Clock) {
  /** All times here are read from it, since the machine's clock may be set back. */
  const now = timePassed(clock);
  /** Calls under way. */
  let out = 0;
  /** When the permits of answered calls come back, in order. */
  const returns: number[] = [];
  let pausedUntil = 0;
  let slowUntil = 0;
  let level = 0;
  let halvings = 0;

  /** Takes back the permits that are due. */
  function collect(): void {
    const time = now();
    while ((returns[0] ?? Number.POSITIVE_INFINITY) <= time) returns.shift();
    if (time >= slowUntil) level = 0;
  }

  function spare(full: number): number {
    collect();
    return Math.max(1, Math.floor(full / 2 ** level)) - out - returns.length;
  }

  return {
    now,
    take(before = halvings): Permit {
      out += 1;
      return { halvings: before };
    },
    /** Ends the call. Returns the pause that a 429 asks for, in milliseconds. */
    end(permit: Permit, { limited, retryAfterMs = 0, unused }: CallEnd): number | undefined {
      out -= 1;
      const time = now();
      if (!unused) returns.push(time + PERMIT_RETURNS_MS);
      if (!limited) return undefined;
      collect();
      // A burst of refusals counts as one.
      if (permit.halvings === halvings) {
        halvings += 1;
        level += 1;
      }
      slowUntil = time + SLOW_FOR_MS;
      // Bounded: the refused call reports how long the service asked for, and the next one may ask again.
      const pause = Math.min(Math.max(retryAfterMs, PAUSE_MS), LONGEST_WAIT_MS);
      pausedUntil = Math.max(pausedUntil, time + pause);
      return pause;
    },
    isFree: (full: number): boolean => spare(full) > 0 && now() >= pausedUntil,
    /** In how many milliseconds a permit comes free by itself; undefined where that takes the end of a call under way. */
    nextChange(full: number): number | undefined {
      if (spare(full) > 0) return Math.max(0, pausedUntil - now());
      const next = Math.min(returns[0] ?? Number.POSITIVE_INFINITY, level > 0 ? slowUntil : Number.POSITIVE_INFINITY);
      return next === Number.POSITIVE_INFINITY ? undefined : Math.max(0, Math.max(pausedUntil, next) - now());
    },
    /** The permits that are out, and those that have not come back. */
    held(): Pick<QuotaRequest, 'out' | 'returns'> {
      collect();
      return { out, returns: returns.map((at) => at - now()) };
    },
    /** Takes over what 429s to all processes have led to. */
    follow(all: Pick<QuotaAnswer, 'halvings' | 'level' | 'paused' | 'slow'>): void {
      const time = now();
      halvings = all.halvings;
      level = all.level;
      pausedUntil = time + all.paused;
      slowUntil = time + all.slow;
    },
  };
}
