import * as z from 'zod';
import { defined } from '../base/defined.ts';
import { type RateLimiter, withPermit } from './rate-limiter.ts';
import type { SendOnce } from './send-once.ts';

/** One exchange at `POST P/token`; `expires_in` in seconds. Throws an `AgoraError`. */
export type TokenExchange = (
  body: { grant_type: 'client_credentials'; client_id: string; client_secret: string },
  signal: AbortSignal,
) => Promise<{ access_token: string; expires_in?: number }>;

/** `expires_in` in seconds, 0 for never [EM]; seen as a number and as text. */
const answer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().optional().catch(undefined),
});

/**
 * Exchanges client credentials for an app token [EM]. Sent once and not again: callers that come too often may be
 * banned, so the next try is a minute away.
 */
export const createTokenExchange =
  (sendOnce: SendOnce, limiter: RateLimiter): TokenExchange =>
  async (body, signal) =>
    defined(
      await withPermit(limiter, 'token', signal, () =>
        sendOnce({ endpoint: 'token', body, answer: answer.parse }, undefined, signal),
      ),
    );
