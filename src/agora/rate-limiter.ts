import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';
import { AgoraError } from './errors.ts';
import { createPermitLedger } from './permit-ledger.ts';
import { createPermitQueue } from './permit-queue.ts';

/** Did the service's own limit end the call, or was nothing sent? */
export interface CallEnd {
  readonly limited?: boolean;
  readonly retryAfterMs?: number;
  readonly unused?: boolean;
}

/** Gives a permit back. */
export type Release = (end?: CallEnd) => void;

export interface RateLimiter {
  /**
   * Waits for a permit to call an endpoint.
   *
   * @param turn those who have one are served before all others, the lowest first
   */
  acquire(endpoint: Endpoint, signal: AbortSignal, turn?: number): Promise<Release>;
}

export interface LimiterOptions {
  /** Calls a second for each endpoint, a whole number from 1; 10 or less are shared by all endpoints. */
  readonly perSecond: number;
  readonly clock: Clock;
}

/** The Free plan allows 10 calls a second in total, whatever the endpoint [Agora pricing plan details]. */
const ONE_BUDGET_UP_TO = 10;

export interface Budget {
  acquire(signal: AbortSignal, turn: number | undefined): Promise<Release>;
}

/**
 * A limiter with a budget for each endpoint, or with one for all.
 *
 * @param create makes the budget of this many calls a second; its name is the same in every process
 */
export function byEndpoint(perSecond: number, create: (full: number, name: string) => Budget): RateLimiter {
  const budgets = new Map<string, Budget>();
  return {
    acquire(endpoint, signal, turn) {
      const name = perSecond <= ONE_BUDGET_UP_TO ? 'all' : endpoint;
      const budget = budgets.get(name) ?? create(Math.min(perSecond, ENDPOINTS[endpoint].perSecond ?? perSecond), name);
      budgets.set(name, budget);
      return budget.acquire(signal, turn);
    },
  };
}

/**
 * Keeps the calls of this process under the service's limit however the *service* counts them. It may count a request
 * at any moment from sending to answer, so a permit taken at the start of a call comes back one second after the
 * answer: no window of a second then holds more than `perSecond` calls.
 */
export const createLimiter = ({ perSecond, clock }: LimiterOptions): RateLimiter =>
  byEndpoint(perSecond, (full) => createBudget(full, clock));

function createBudget(full: number, clock: Clock): Budget {
  const ledger = createPermitLedger(clock);
  const queue = createPermitQueue(clock, serve);
  let cancelTimer: (() => void) | undefined;

  /** Hands free permits to those who wait, and sets the one timer for the next change. */
  function serve(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    while (queue.size() > 0 && ledger.isFree(full)) queue.serve(take());
    // No timer where nobody waits: an idle limiter must not keep the process alive.
    const next = queue.size() > 0 ? ledger.nextChange(full) : undefined;
    if (next !== undefined) cancelTimer = clock.after(next, serve);
  }

  function take(): Release {
    const permit = ledger.take(ledger.newIds(1));
    return once((end) => {
      ledger.end(permit, end);
      if (queue.size() > 0) serve();
    });
  }

  return {
    async acquire(signal, turn) {
      signal.throwIfAborted();
      if (queue.size() === 0 && ledger.isFree(full)) return take();
      const permit = queue.join(signal, turn);
      serve();
      return permit;
    },
  };
}

/** A permit is given back once, however often that is asked for. */
export function once(giveBack: (end: CallEnd) => void): Release {
  let released = false;
  return (end = {}) => {
    if (released) return;
    released = true;
    giveBack(end);
  };
}

/** Waits for a permit of the limiter, runs a call with it, and gives it back. */
export const withPermit = async <T>(
  limiter: RateLimiter,
  endpoint: Endpoint,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> => usePermit(await limiter.acquire(endpoint, signal), action);

/** Runs a call with a permit of the limiter, and gives the permit back. */
export async function usePermit<T>(release: Release, action: () => Promise<T>): Promise<T> {
  let end: CallEnd | undefined;
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
