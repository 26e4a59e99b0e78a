import { type Clock, timePassed } from '../base/clock.ts';
import type { CallEnd } from './rate-limiter.ts';
import { LONGEST_WAIT_MS } from './retry.ts';

/** A permit comes back this long after its answer, in milliseconds. */
const PERMIT_RETURNS_MS = 1_000;
/** After a 429 without `Retry-After` nobody calls for this long, and for a minute only half as often. */
const PAUSE_MS = 1_000;
export const SLOW_FOR_MS = 60_000;

export interface Permit {
  readonly id: number;
  /** How often the rate had been halved when it was taken: a 429 to it says nothing new once that has changed. */
  readonly halvings: number;
}

/** What 429s have led to. */
export interface Throttle {
  /** How often the rate was ever halved. */
  readonly halvings: number;
  /** How many of those count now. */
  readonly level: number;
  /** For how long nobody calls, and for how long the rate stays halved, in milliseconds. */
  readonly pausedMs: number;
  readonly slowMs: number;
}

/** The permits of one process, and what 429s to it have led to. */
export interface PermitLedger {
  /** Milliseconds by a clock that is never set back. */
  now(): number;
  /** The first of as many new ids in a row. */
  newIds(count: number): number;
  take(id: number, halvings?: number): Permit;
  /** Ends the call. Returns the pause that a 429 asks for, in milliseconds. */
  end(permit: Permit, end: CallEnd): number | undefined;
  isFree(full: number): boolean;
  /** In how many milliseconds a permit comes free by itself; undefined where that takes the end of a call under way. */
  nextChange(full: number): number | undefined;
  /** Is its call under way? */
  isOut(id: number): boolean;
  /** The permits that are out, and those that have not come back. */
  held(): readonly number[];
  /** For how long a permit still counts, in milliseconds; of a call under way that is the rest of its lease. */
  remaining(id: number, leaseMs: number): number;
  /** Takes over what 429s to all processes have led to. */
  follow(throttle: Throttle): void;
}

export function createPermitLedger(clock: Clock): PermitLedger {
  /** All times here are read from it, since the machine's clock may be set back. */
  const now = timePassed(clock);
  /** When each permit of a call under way was taken. */
  const out = new Map<number, number>();
  /** Permits of answered calls, in order; those before `firstHeld` have come back. */
  let answered: { readonly id: number; readonly returns: number }[] = [];
  let firstHeld = 0;
  let nextId = 1;
  let pausedUntil = 0;
  let slowUntil = 0;
  let level = 0;
  let halvings = 0;

  /** Takes back the permits that are due. */
  function collect(): void {
    const time = now();
    while ((answered[firstHeld]?.returns ?? Number.POSITIVE_INFINITY) <= time) firstHeld += 1;
    if (firstHeld > 1_000) {
      answered = answered.slice(firstHeld);
      firstHeld = 0;
    }
    if (time >= slowUntil) level = 0;
  }

  const spare = (full: number): number => {
    collect();
    return Math.max(1, Math.floor(full / 2 ** level)) - out.size - (answered.length - firstHeld);
  };

  return {
    now,
    newIds(count) {
      nextId += count;
      return nextId - count;
    },
    take(id, before = halvings) {
      out.set(id, now());
      return { id, halvings: before };
    },
    end(permit, { limited, retryAfterMs = 0, unused }) {
      out.delete(permit.id);
      const time = now();
      if (!unused) answered.push({ id: permit.id, returns: time + PERMIT_RETURNS_MS });
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
    isFree: (full) => spare(full) > 0 && now() >= pausedUntil,
    nextChange(full) {
      if (spare(full) > 0) return Math.max(0, pausedUntil - now());
      const returns = answered[firstHeld]?.returns ?? Number.POSITIVE_INFINITY;
      const soonest = level > 0 ? Math.min(returns, slowUntil) : returns;
      return soonest === Number.POSITIVE_INFINITY ? undefined : Math.max(0, Math.max(pausedUntil, soonest) - now());
    },
    isOut: (id) => out.has(id),
    held() {
      collect();
      return [...out.keys(), ...answered.slice(firstHeld).map(({ id }) => id)];
    },
    remaining(id, leaseMs) {
      const takenAt = out.get(id);
      const ends = takenAt === undefined ? answered.findLast((one) => one.id === id)?.returns : takenAt + leaseMs;
      return Math.max(0, (ends ?? 0) - now());
    },
    follow(throttle) {
      const time = now();
      halvings = throttle.halvings;
      level = throttle.level;
      pausedUntil = time + throttle.pausedMs;
      slowUntil = time + throttle.slowMs;
    },
  };
}
