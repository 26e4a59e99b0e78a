import { type Clock, timePassed } from '../base/clock.ts';
import { deadline } from '../base/deadline.ts';
import { defined } from '../base/defined.ts';
import { AgoraError } from './errors.ts';
import { LONGEST_WAIT_MS } from './retry.ts';

/** Gives a permit back, and says whether the service's own limit ended the call, or whether nothing was sent. */
export type Release = (end?: {
  readonly limited?: boolean;
  readonly retryAfterMs?: number;
  readonly unused?: boolean;
}) => void;

export interface RateLimiter {
  /**
   * Waits for a permit to call an endpoint.
   *
   * @param turn those who have one are served before all others, the lowest first
   */
  acquire(endpoint: string, signal: AbortSignal, turn?: number): Promise<Release>;
}

export interface LimiterOptions {
  /** Calls a second for each endpoint, a whole number from 1; 10 or less are shared by all endpoints. */
  readonly perSecond: number;
  readonly clock: Clock;
}

/** The Free plan allows 10 calls a second in total, whatever the endpoint [Agora pricing plan details]. */
const ONE_BUDGET_UP_TO = 10;
/** Where the service allows less than the usual 100 calls a second to an endpoint [EM rate table]. */
const ALLOWED: Readonly<Record<string, number>> = { list_user_groups: 50, list_joined_groups: 50 };
/** A permit comes back this long after its answer, in milliseconds. */
const PERMIT_RETURNS_MS = 1_000;
/** The longest wait for a permit, in milliseconds. */
const LONGEST_QUEUE_MS = 30_000;
/** After a 429 without `Retry-After` nobody calls for this long, and for a minute only half as often. */
const PAUSE_MS = 1_000;
const SLOW_FOR_MS = 60_000;

interface Waiter {
  readonly turn: number;
  readonly resolve: (release: Release) => void;
  readonly endDeadline: () => void;
}

/**
 * Keeps calls under the service's limit however the *service* counts them. It may count a request at any moment from
 * sending to answer, so a permit taken at the start of a call comes back one second after the answer: no window of a
 * second then holds more than `perSecond` calls.
 */
export function createLimiter({ perSecond, clock }: LimiterOptions): RateLimiter {
  const budgets = new Map<string, Budget>();
  return {
    acquire(endpoint, signal, turn) {
      const key = perSecond <= ONE_BUDGET_UP_TO ? 'all' : endpoint;
      const budget = budgets.get(key) ?? createBudget(Math.min(perSecond, ALLOWED[endpoint] ?? perSecond), clock);
      budgets.set(key, budget);
      return budget.acquire(signal, turn);
    },
  };
}

interface Budget {
  acquire(signal: AbortSignal, turn: number | undefined): Promise<Release>;
}

function createBudget(full: number, clock: Clock): Budget {
  /** By turn, then by arrival. */
  const waiters: Waiter[] = [];
  /** All times here are read from it, since the machine's clock may be set back. */
  const elapsedMs = timePassed(clock);
  /** When permits come back, in order; those before `nextReturn` have. */
  let returns: number[] = [];
  let nextReturn = 0;
  let taken = 0;
  let limit = full;
  let pausedUntil = 0;
  let slowUntil = 0;
  /** How often the rate was halved: a 429 to a call from before the last halving says nothing new. */
  let halvings = 0;
  let cancelTimer: (() => void) | undefined;

  /** Takes back the permits that are due. */
  function collect(): void {
    const now = elapsedMs();
    while (nextReturn < returns.length && (returns[nextReturn] ?? now) <= now) {
      nextReturn += 1;
      taken -= 1;
    }
    if (nextReturn > 1_000) {
      returns = returns.slice(nextReturn);
      nextReturn = 0;
    }
    if (limit < full && now >= slowUntil) limit = full;
  }

  const isFree = (): boolean => taken < limit && elapsedMs() >= pausedUntil;

  /** Hands free permits to waiters, and sets the one timer for the next change. */
  function serve(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    collect();
    for (let waiter = waiters[0]; waiter && isFree(); waiter = waiters[0]) {
      waiters.shift();
      waiter.endDeadline();
      waiter.resolve(take());
    }
    // No timer without a waiter: an idle limiter must not keep the process alive.
    if (waiters.length === 0) return;
    const next = nextChange();
    if (next !== undefined) cancelTimer = clock.after(Math.max(0, next - elapsedMs()), serve);
  }

  /** When the next permit comes free by itself; undefined where that takes the end of a call under way. */
  function nextChange(): number | undefined {
    if (taken < limit) return pausedUntil;
    const soonest = Math.min(
      returns[nextReturn] ?? Number.POSITIVE_INFINITY,
      limit < full ? slowUntil : Number.POSITIVE_INFINITY,
    );
    return soonest === Number.POSITIVE_INFINITY ? undefined : Math.max(pausedUntil, soonest);
  }

  function take(): Release {
    taken += 1;
    let released = false;
    const halvingsBefore = halvings;
    return (end) => {
      if (released) return;
      released = true;
      const now = elapsedMs();
      if (end?.unused) taken -= 1;
      else returns.push(now + PERMIT_RETURNS_MS);
      if (end?.limited) {
        // A burst of refusals counts as one.
        if (halvingsBefore === halvings) {
          halvings += 1;
          limit = Math.max(1, Math.floor(limit / 2));
        }
        slowUntil = now + SLOW_FOR_MS;
        // Bounded: the refused call reports how long the service asked for, and the next one may ask again.
        const pause = Math.min(Math.max(end.retryAfterMs ?? 0, PAUSE_MS), LONGEST_WAIT_MS);
        pausedUntil = Math.max(pausedUntil, now + pause);
      }
      if (waiters.length > 0) serve();
    };
  }

  return {
    async acquire(signal, turn = Number.POSITIVE_INFINITY) {
      signal.throwIfAborted();
      collect();
      if (waiters.length === 0 && isFree()) return take();
      return new Promise<Release>((resolve, reject) => {
        const leave = (reason: unknown) => {
          waiters.splice(waiters.indexOf(waiter), 1);
          reject(reason);
          if (waiters.length === 0) serve(); // clears the timer
        };
        const timeUp = () => leave(waitedTooLong(waiters.length - 1));
        const endDeadline = deadline(LONGEST_QUEUE_MS, clock, signal, { timeUp, aborted: leave });
        const waiter = { turn, resolve, endDeadline };
        const behind = waiters.findIndex((other) => other.turn > turn);
        waiters.splice(behind === -1 ? waiters.length : behind, 0, waiter);
        serve();
      });
    },
  };
}

function waitedTooLong(others: number): AgoraError {
  return new AgoraError({
    code: 'local_rate_limit',
    what: `no place under the rate limit of this server came free within ${LONGEST_QUEUE_MS / 1_000} s (others still waiting: ${others})`,
    next: 'Make fewer calls at once; the operator can raise AGORA_THREADS_RATE_LIMIT where the plan allows it.',
    operator: 'Make fewer calls at once, or raise AGORA_THREADS_RATE_LIMIT where the plan allows it.',
    retry: 'later',
    landed: 'no',
  });
}

/** Waits for a permit of the limiter, runs a call with it, and gives it back. */
export const withPermit = async <T>(
  limiter: RateLimiter,
  endpoint: string,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> => usePermit(await limiter.acquire(endpoint, signal), action);

/** Runs a call with a permit of the limiter, and gives the permit back. */
export async function usePermit<T>(release: Release, action: () => Promise<T>): Promise<T> {
  let end: Parameters<Release>[0];
  try {
    return await action();
  } catch (error) {
    if (error instanceof AgoraError && error.code === 'rate_limited') {
      end = { limited: true, ...defined({ retryAfterMs: error.facts.retryAfterMs }) };
    }
    throw error;
  } finally {
    release(end);
  }
}
