import type { Clock } from '../base/clock.ts';
import { either, wait } from '../base/deadline.ts';
import type { ApiCall, Send } from './api-call.ts';
import { AgoraError } from './errors.ts';
import { askOperator } from './next-step.ts';
import { type RateLimiter, usePermit } from './rate-limiter.ts';
import { MOST_ATTEMPTS, retryDelay } from './retry.ts';
import type { SendOnce } from './send-once.ts';
import type { TokenSource } from './tokens.ts';

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
  /**
   * A permit to send, and a fresh look where the call has a guard. A look needs permits of its own, so none is held
   * meanwhile.
   */
  async function permitFor(call: ApiCall<unknown>, again: boolean, mayHaveLanded: boolean, waits: AbortSignal) {
    const { endpoint, turn, guard, onWait = () => () => undefined } = call;
    if (again) await guard?.check(mayHaveLanded);
    for (let looks = 0; ; looks++) {
      const release = await limiter.acquire(endpoint, waits, turn).catch(lostIf(mayHaveLanded)).finally(onWait());
      if (!guard || guard.isFresh()) return release;
      release({ unused: true });
      if (looks === MOST_LOOKS) throw turnCameTooLate(mayHaveLanded);
      await guard.check(mayHaveLanded);
    }
  }

  async function sendWithin<T>(call: ApiCall<T>, signal: AbortSignal, waits: AbortSignal): Promise<T> {
    let token = await tokens.get(waits);
    let renewed = false;
    let mayHaveLanded = false;
    for (let count = 1; ; count++) {
      const permit = await permitFor(call, count > 1, mayHaveLanded, waits);
      try {
        return await usePermit(permit, () => sendOnce(call, token, signal));
      } catch (error) {
        if (!(error instanceof AgoraError)) throw error;
        mayHaveLanded ||= error.facts.landed === 'maybe';
        const failure = mayHaveLanded ? error.with({ landed: 'maybe' }) : error;
        if (error.facts.status === 401) {
          // Nothing has landed on a 401, so a fresh token is worth one more attempt for every kind of call.
          if (renewed) throw refusedAfresh(failure);
          if (count >= MOST_ATTEMPTS) throw failure;
          const fresh = await tokens.renew(token, signal).catch(lostIf(mayHaveLanded));
          if (fresh === undefined) throw tokens.renewable ? refusedAfresh(failure) : failure;
          token = fresh;
          renewed = true;
          continue;
        }
        const delay = retryDelay(call, error.facts, count, random());
        if (delay === undefined) throw failure;
        await wait(delay, clock, waits).catch(lostIf(mayHaveLanded));
        if (mayHaveLanded) call.onResend?.();
      }
    }
  }

  return async (call, signal) => {
    signal.throwIfAborted();
    if (call.waits === undefined) return sendWithin(call, signal, signal);
    const waits = either(signal, call.waits);
    try {
      return await sendWithin(call, signal, waits.signal);
    } finally {
      waits.end();
    }
  };
}

/** A further attempt that was not sent, for whatever reason, says nothing of the one before it. */
const lostIf =
  (mayHaveLanded: boolean) =>
  (error: unknown): never => {
    throw mayHaveLanded && error instanceof AgoraError ? error.with({ landed: 'maybe' }) : error;
  };

/** Looks that grew too old in the queue are made again this often. */
const MOST_LOOKS = 3;

const turnCameTooLate = (mayHaveLanded: boolean): AgoraError =>
  new AgoraError({
    code: 'out_of_time',
    what: 'its turn under the rate limit came too late after each look at the thread',
    next: 'Call again in a moment, with fewer calls at once.',
    retry: 'later',
    landed: mayHaveLanded ? 'maybe' : 'no',
  });

/** The vendor answers the same 401 to an unknown token and to one without the rights [easemob-im-server-sdk #35]. */
function refusedAfresh(failure: AgoraError): AgoraError {
  return failure.with({
    code: 'unauthorized',
    what: 'the service refuses even a fresh token: the credentials are wrong, or they lack the rights for this call',
    ...askOperator('check that credentials, app and AGORA_CHAT_HOST belong together, and the clock of this machine.'),
  });
}
