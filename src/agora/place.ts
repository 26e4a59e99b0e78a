import type { Endpoint } from './call.ts';
import { AgoraError } from './errors.ts';

/** Tells the limiter how the call ended: with the service's rate limit, and its `Retry-After` in milliseconds. */
export type Release = (end?: { readonly limited: boolean; readonly retryAfterMs?: number }) => void;

export interface Places {
  /** Waits for a place under the rate limit of an endpoint. */
  acquire(endpoint: string, signal: AbortSignal): Promise<Release>;
}

/** Does something in a place of the limiter, gives the place back, and says whether the service's limit ended it. */
export async function inPlace<T>(
  limiter: Places,
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
