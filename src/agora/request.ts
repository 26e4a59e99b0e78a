import type { Clock } from '../base/clock.ts';
import type { Call, Request } from './api-call.ts';
import type { Attempt } from './attempt.ts';
import { wait } from './delay.ts';
import { AgoraError } from './errors.ts';
import { askOperator } from './next-step.ts';
import { type RateLimiter, withPermit } from './rate-limiter.ts';
import { MOST_ATTEMPTS, retryDelay } from './retry.ts';

/** Where tokens come from, as far as a request needs to know. */
export interface TokenSource {
  get(signal: AbortSignal): Promise<string>;
  /** Another token than the one that was refused; undefined where that one is fresh. Throws where none can be had. */
  renew(refused: string, signal: AbortSignal): Promise<string | undefined>;
  /** Are its tokens made or fetched by this server? Then one that is refused does not need the operator to renew it. */
  readonly renewable: boolean;
}

export interface RequestOptions {
  readonly attempt: Attempt;
  readonly tokens: TokenSource;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter of waits. */
  readonly random: () => number;
}

/**
 * The one path of every call: a place of the limiter, a token, an attempt, and another one where that is safe and may
 * help. What may have landed stays "may have landed", whatever a later attempt says.
 */
export function createRequest({ attempt, tokens, limiter, clock, random }: RequestOptions): Request {
  /** A failure to renew must not make an earlier attempt look as if it had surely not landed. */
  async function renew(token: string, mayHaveLanded: boolean, signal: AbortSignal): Promise<string | undefined> {
    return tokens.renew(token, signal).catch((error: unknown) => {
      throw mayHaveLanded && error instanceof AgoraError ? error.with({ landed: 'maybe' }) : error;
    });
  }

  return async function send<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    let token = await tokens.get(signal);
    let renewed = false;
    let mayHaveLanded = false;
    for (let count = 1; ; count++) {
      try {
        return await withPermit(limiter, call.endpoint, signal, () => attempt(call, token, signal));
      } catch (error) {
        if (!(error instanceof AgoraError)) throw error;
        mayHaveLanded ||= error.facts.landed === 'maybe';
        const failure = mayHaveLanded ? error.with({ landed: 'maybe' }) : error;
        if (error.facts.status === 401) {
          // Nothing has landed on a 401, so a fresh token is worth one more try for every kind of call.
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
