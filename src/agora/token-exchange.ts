import * as z from 'zod';
import type { Attempt } from './attempt.ts';
import { type RateLimiter, withPermit } from './rate-limiter.ts';

/** What `POST P/token` gives: `expires_in` in seconds, 0 for never [EM]; both forms of numbers are seen. */
const answer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().optional().catch(undefined),
});

/**
 * Exchanges client credentials for an app token [EM]. Sent once and not again: callers that come too often may be
 * banned, so the next try is a minute away.
 */
export const exchangeBy =
  (attempt: Attempt, limiter: RateLimiter) =>
  async (body: { grant_type: 'client_credentials'; client_id: string; client_secret: string }, signal: AbortSignal) => {
    const { access_token, expires_in } = await withPermit(limiter, 'token', signal, () =>
      attempt({ endpoint: 'token', method: 'POST', path: ['token'], body, answer }, undefined, signal),
    );
    return { access_token, ...(expires_in === undefined ? {} : { expires_in }) };
  };
