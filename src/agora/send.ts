import type { Clock } from '../base/clock.ts';
import { wait } from '../base/deadline.ts';
import type { ApiCall, Send } from './api-call.ts';
import { AgoraError } from './errors.ts';
import { askOperator } from './next-step.ts';
import { type RateLimiter, withPermit } from './rate-limiter.ts';
import { MOST_ATTEMPTS, retryDelay } from './retry.ts';
import type { SendOnce } from './send-once.ts';

/** Where tokens come from, as far as sending needs to know. */
export interface TokenSource {
  get(signal: AbortSignal): Promise<string>;
  /** A token other than the refused one; undefined where the refused one is fresh. Throws where none can be had. */
  renew(refused: string, signal: AbortSignal): Promise<string | undefined>;
  /** Does this server build or fetch its tokens? Then the operator need not renew one that is refused. */
  readonly renewable: boolean;
}

export interface SendOptions {
  readonly sendOnce: SendOnce;
  readonly tokens: TokenSource;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter of waits. */
  readonly random: () => number;
}

/**
 * The path of every call: a token, a permit of the rate limiter, an attempt, and further ones where that is safe and
 * may help. Once an attempt may have landed, the call may have landed, whatever a later attempt says.
 */
export function createSend({ sendOnce, tokens, limiter, clock, random }: SendOptions): Send {
  /** A failure to renew must not make an earlier attempt look as if it had certainly not landed. */
  async function renew(token: string, mayHaveLanded: boolean, signal: AbortSignal): Promise<string | undefined> {
    return tokens.renew(token, signal).catch((error: unknown) => {
      throw mayHaveLanded && error instanceof AgoraError ? error.with({ landed: 'maybe' }) : error;
    });
  }

  return async function send<T>(call: ApiCall<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    let token = await tokens.get(signal);
    let renewed = false;
    let mayHaveLanded = false;
    for (let count = 1; ; count++) {
      try {
        return await withPermit(limiter, call.endpoint, signal, () => sendOnce(call, token, signal));
      } catch (error) {
        if (!(error instanceof AgoraError)) throw error;
        mayHaveLanded ||= error.facts.landed === 'maybe';
        const failure = mayHaveLanded ? error.with({ landed: 'maybe' }) : error;
        if (error.facts.status === 401) {
          // Nothing has landed on a 401, so a fresh token is worth one more attempt for every kind of call.
          if (renewed) throw refusedAfresh(failure);
          if (count >= MOST_ATTEMPTS) throw failure;
          const fresh = await renew(token, mayHaveLanded, signal);
          if (fresh === undefined) throw tokens.renewable ? refusedAfresh(failure) : failure;
          token = fresh;
          renewed = true;
          continue;
        }
        const delay = retryDelay(call, error.facts, count, random());
        if (delay === undefined) throw failure;
        await wait(delay, clock, signal);
        if (mayHaveLanded) call.onResend?.();
      }
    }
  };
}

/** The vendor answers the same 401 to an unknown token and to one without the rights [easemob-im-server-sdk #35]. */
function refusedAfresh(failure: AgoraError): AgoraError {
  return failure.with({
    code: 'unauthorized',
    what: 'the service refuses even a fresh token: the credentials are wrong, or they lack the rights for this call',
    ...askOperator('check that credentials, app and AGORA_CHAT_HOST belong together, and the clock of this machine.'),
  });
}
