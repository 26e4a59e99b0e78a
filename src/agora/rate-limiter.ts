import { type Clock, timePassed } from '../base/clock.ts';
import type { Endpoint } from './api-call.ts';
import { AgoraError } from './errors.ts';
import { LONGEST_WAIT_MS } from './retry.ts';

/** Tells the limiter how the call ended: with the service's rate limit, and its `Retry-After` in milliseconds. */
export type Release = (end?: { readonly limited: boolean; readonly retryAfterMs?: number }) => void;

export interface RateLimiter {
  /** Waits for a place under the rate limit of an endpoint. */
  acquire(endpoint: string, signal: AbortSignal): Promise<Release>;
}

export interface LimiterOptions {
  /** Calls a second for each endpoint, a whole number from 1; at 10 or less one budget for all endpoints. */
  readonly perSecond: number;
  readonly clock: Clock;
}

/** The Free plan allows 10 calls a second in all, whatever the endpoint [Agora pricing plan details]. */
const ONE_BUDGET_UP_TO = 10;
/** Where the service allows less than the usual 100 calls a second to an endpoint [EM rate table]. */
const ALLOWED: Readonly<Record<string, number>> = { list_user_groups: 50, list_joined_groups: 50 };
/** A place is free again so long after its answer, in milliseconds. */
const PLACE_RETURNS_MS = 1_000;
/** Nobody waits longer for a place, in milliseconds. */
const LONGEST_QUEUE_MS = 60_000;
/** After a 429 without `Retry-After` nobody calls for so long, and for a minute only half as often. */
const PAUSE_MS = 1_000;
const SLOW_FOR_MS = 60_000;

interface Waiter {
  readonly resolve: (release: Release) => void;
  /** Takes away what the wait has set up. */
  readonly done: () => void;
}

/**
 * Keeps calls under the service's limit as the *server* may count them. A request counts somewhere between being sent
 * and being answered, so a place taken when a call starts is free again one second after its answer: whatever window
 * the server counts in, no second then holds more than `perSecond` calls.
 */
export function createLimiter({ perSecond, clock }: LimiterOptions): RateLimiter {
  const budgets = new Map<string, Budget>();
  return {
    acquire(endpoint, signal) {
      const key = perSecond <= ONE_BUDGET_UP_TO ? 'all' : endpoint;
      const budget = budgets.get(key) ?? createBudget(Math.min(perSecond, ALLOWED[endpoint] ?? perSecond), clock);
      budgets.set(key, budget);
      return budget.acquire(signal);
    },
  };
}

interface Budget {
  acquire(signal: AbortSignal): Promise<Release>;
}

function createBudget(full: number, clock: Clock): Budget {
  /** In the order of arrival. A set, since a wait that is given up leaves from the middle. */
  const waiters = new Set<Waiter>();
  /** In milliseconds; all times here are moments on it, since the clock of the machine may be set back. */
  const passed = timePassed(clock);
  /** When places come back; in the order of time, read from `nextReturn` on. */
  let returns: number[] = [];
  let nextReturn = 0;
  let taken = 0;
  let limit = full;
  let pausedUntil = 0;
  let slowUntil = 0;
  /** How often the rate was halved: what was sent before the last time tells nothing new. */
  let halvings = 0;
  let cancelTimer: (() => void) | undefined;

  /** Takes back the places whose second is over. */
  function settle(): void {
    const now = passed();
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

  const isFree = (): boolean => taken < limit && passed() >= pausedUntil;

  /** Hands free places to those who wait, and sets the one timer for the next place to come. */
  function serve(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    settle();
    for (const waiter of waiters) {
      if (!isFree()) break;
      waiters.delete(waiter);
      waiter.done();
      waiter.resolve(take());
    }
    // Without anybody waiting there is no timer: an idle limiter must not keep the process alive.
    if (waiters.size === 0) return;
    const next = nextChange();
    if (next !== undefined) cancelTimer = clock.after(Math.max(0, next - passed()), serve);
  }

  /** When something changes by itself; undefined where only the end of a call under way can change anything. */
  function nextChange(): number | undefined {
    if (taken < limit) return pausedUntil;
    const place = returns[nextReturn];
    const times = [...(place === undefined ? [] : [place]), ...(limit < full ? [slowUntil] : [])];
    return times.length === 0 ? undefined : Math.max(pausedUntil, Math.min(...times));
  }

  function take(): Release {
    taken += 1;
    let released = false;
    const halvingsBefore = halvings;
    return (end) => {
      if (released) return;
      released = true;
      const now = passed();
      returns.push(now + PLACE_RETURNS_MS);
      if (end?.limited) {
        // One burst earns many refusals, and is one event.
        if (halvingsBefore === halvings) {
          halvings += 1;
          limit = Math.max(1, Math.floor(limit / 2));
        }
        slowUntil = now + SLOW_FOR_MS;
        // Bounded: the call that was refused says how long the service asked for, and the next one may ask again.
        const pause = Math.min(Math.max(end.retryAfterMs ?? 0, PAUSE_MS), LONGEST_WAIT_MS);
        pausedUntil = Math.max(pausedUntil, now + pause);
      }
      if (waiters.size > 0) serve();
    };
  }

  return {
    async acquire(signal) {
      signal.throwIfAborted();
      settle();
      if (waiters.size === 0 && isFree()) return take();
      return new Promise<Release>((resolve, reject) => {
        const started = passed();
        const leave = (reason: unknown) => {
          waiters.delete(waiter);
          waiter.done();
          reject(reason);
          if (waiters.size === 0) serve(); // takes away the timer for the next place
        };
        const onAbort = () => leave(signal.reason);
        const cancelWait = clock.after(LONGEST_QUEUE_MS, () =>
          leave(waitedTooLong(passed() - started, waiters.size - 1)),
        );
        signal.addEventListener('abort', onAbort, { once: true });
        const waiter: Waiter = {
          resolve,
          done() {
            cancelWait();
            signal.removeEventListener('abort', onAbort);
          },
        };
        waiters.add(waiter);
        serve();
      });
    },
  };
}

function waitedTooLong(ms: number, others: number): AgoraError {
  return new AgoraError({
    code: 'local_rate_limit',
    what: `no place under the rate limit of this server came free within ${Math.round(ms / 1_000)} s (others still waiting: ${others})`,
    next: 'Make fewer calls at once; the operator can raise AGORA_THREADS_RATE_LIMIT where the plan allows it.',
    operator: 'Make fewer calls at once, or raise AGORA_THREADS_RATE_LIMIT where the plan allows it.',
    retry: 'later',
    landed: 'no',
  });
}

/** Does something in a place of the limiter, gives the place back, and says whether the service's limit ended it. */
export async function withPermit<T>(
  limiter: RateLimiter,
  endpoint: Endpoint,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const release = await limiter.acquire(endpoint, signal);
  let end: Parameters<Release>[0];
  try {
    return await action();
  } catch (error) {
    if (error instanceof AgoraError && error.code === 'rate_limited') {
      const { retryAfterMs } = error.facts;
      end = { limited: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    throw error;
  } finally {
    release(end);
  }
}
