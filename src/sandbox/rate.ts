import type { Endpoint } from './find-call.ts';

/** Calls a second where the documents give an endpoint a limit of its own [EM]. */
const OWN_LIMITS: Partial<Record<Endpoint, number>> = { list_user_groups: 50, list_joined_groups: 50 };
const TOKEN_CALLS_PER_SECOND = 300;

/**
 * Limits the calls per second to each endpoint [EN][EM]. A sliding window is the strictest way to count, so a client that
 * passes here passes anywhere. Refused calls do not count.
 *
 * @param most for every endpoint but the token exchange
 * @returns says whether one more call to an endpoint is within the limit
 */
export function createRateLimit(now: () => number, most: number): (endpoint: Endpoint) => boolean {
  const recent = new Map<Endpoint, number[]>();
  return (endpoint) => {
    const limit = endpoint === 'token' ? TOKEN_CALLS_PER_SECOND : Math.min(most, OWN_LIMITS[endpoint] ?? most);
    const at = now();
    const calls = (recent.get(endpoint) ?? []).filter((earlier) => earlier > at - 1000);
    const isWithin = calls.length < limit;
    recent.set(endpoint, isWithin ? [...calls, at] : calls);
    return isWithin;
  };
}
