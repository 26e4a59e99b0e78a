import type { ApiCall } from './api-call.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { AgoraErrorFacts } from './errors.ts';

/** A call is sent at most this many times. */
export const MOST_ATTEMPTS = 3;
/** A longer `Retry-After` is reported to the caller instead of waited for, in milliseconds. */
export const LONGEST_WAIT_MS = 20_000;
const FIRST_WAIT_MS = 300;

/**
 * How long to wait before a failed request is sent again, in milliseconds; undefined for not again. It depends on what
 * failed and whether the request could have landed, never on the method only.
 *
 * @param attempt which attempt failed, from 1
 * @param random a number from 0 up to 1, for the jitter
 */
export function retryDelay(
  { endpoint }: Pick<ApiCall<unknown>, 'endpoint'>,
  facts: AgoraErrorFacts,
  attempt: number,
  random: number,
): number | undefined {
  if (!facts.passing || attempt >= MOST_ATTEMPTS) return undefined;
  // Reading, renaming, deleting and removing have the same result when done twice. Creating and adding do not.
  if (facts.landed === 'maybe' && ENDPOINTS[endpoint].method === 'POST') return undefined;
  const { retryAfterMs = 0 } = facts;
  if (retryAfterMs > LONGEST_WAIT_MS) return undefined;
  const wait = FIRST_WAIT_MS * 2 ** (attempt - 1);
  return Math.max(retryAfterMs, wait / 2 + (wait / 2) * random);
}
