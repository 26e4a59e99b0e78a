import type { Clock } from '../base/clock.ts';
import { type Budget, createBudget } from './budget.ts';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';
import { AgoraError } from './errors.ts';
import type { CallEnd } from './permit-ledger.ts';
import type { Release } from './permit-queue.ts';
import type { QuotaLink } from './quota-link.ts';

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
  /** Where all processes on the app share the limit. */
  readonly quota?: QuotaLink | undefined;
}

/** The Free plan allows 10 calls a second in total, whatever the endpoint [Agora pricing plan details]. */
const ONE_BUDGET_UP_TO = 10;

/** Keeps the calls of this process under the service's limit, with a budget for each endpoint or with one for all. */
export function createLimiter({ perSecond, clock, quota }: LimiterOptions): RateLimiter {
  const budgets = new Map<string, Budget>();
  return {
    acquire(endpoint, signal, turn) {
      const name = perSecond <= ONE_BUDGET_UP_TO ? 'all' : endpoint;
      const full = Math.min(perSecond, ENDPOINTS[endpoint].perSecond ?? perSecond);
      const budget = budgets.get(name) ?? createBudget(name, full, clock, quota);
      budgets.set(name, budget);
      return budget.acquire(signal, turn);
    },
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
      end = { limited: true, retryAfterMs: error.facts.retryAfterMs };
    }
    throw error;
  } finally {
    release(end);
  }
}
