import type { Call } from './api-call.ts';
import type { AgoraErrorFacts } from './errors.ts';

/** A call is sent at most so many times. */
export const MOST_ATTEMPTS = 3;
/** A longer `Retry-After` is told to the caller instead of waited for, in milliseconds. */
export const LONGEST_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 300;

/**
 * May this request be sent again after it may have landed? Reading, renaming, deleting and removing come to the same
 * when done twice. Creating and adding do not.
 */
export const repeatable = ({ method }: Pick<Call<unknown>, 'method'>): boolean => method !== 'POST';

/**
 * How long to wait before a failed request is sent again, in milliseconds; undefined for not again. It goes by what
 * failed and whether the request could have landed, never by the method alone.
 *
 * @param attempt which attempt failed, from 1
 * @param random a number from 0 up to 1, for the jitter
 */
export function retryDelay(
  call: Pick<Call<unknown>, 'method'>,
  facts: AgoraErrorFacts,
  attempt: number,
  random: number,
): number | undefined {
  if (!facts.passing || attempt >= MOST_ATTEMPTS) return undefined;
  if (facts.landed === 'maybe' && !repeatable(call)) return undefined;
  const { retryAfterMs = 0 } = facts;
  if (retryAfterMs > LONGEST_WAIT_MS) return undefined;
  const wait = FIRST_WAIT_MS * 2 ** (attempt - 1);
  return Math.max(retryAfterMs, wait / 2 + (wait / 2) * random);
}
