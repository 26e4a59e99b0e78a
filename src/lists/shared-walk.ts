import { setMaxListeners } from 'node:events';
import type { Endpoint } from '../agora/endpoints.ts';
import { AgoraError, orRefusal } from '../agora/errors.ts';
import { type RateLimiter, withPermit } from '../agora/rate-limiter.ts';
import type { Clock } from '../base/clock.ts';
import { deadline } from '../base/deadline.ts';
import type { Inquiry } from './inquiry.ts';
import type { Ask, ThreadSource } from './thread-source.ts';

/** A question that waits for a walk to learn enough. */
export interface WaitingCall {
  readonly inquiry: Inquiry;
  readonly isDone: () => boolean;
  /** Told of each request that is answered while it waits. One that is given up was perhaps never sent. */
  readonly onCall: () => void;
}

/** `failed`: there is nothing left to ask, though the call is not done. */
export type WalkEnd = 'done' | 'failed' | 'deadline';

export type SharedWalk = ReturnType<typeof createSharedWalk>;

/** Requests of a walk that are under way at once, those that wait for the limiter included. */
const WIDTH = 16;
/** This many requests of one kind that fail in a row end the walk until nobody waits. */
const MOST_FAILURES = 5;

/** Each request under way listens in several places; Node takes more than ten listeners for a leak. */
function newStop(): AbortController {
  const stop = new AbortController();
  setMaxListeners(4 * WIDTH, stop.signal);
  return stop;
}

/**
 * A walk that several questions wait for together: each request serves all of them. It goes on only while one waits, and
 * one that leaves ends what is under way only if it was the last.
 *
 * @param share the part of the rate limit that the walk may use
 */
export function createSharedWalk(source: ThreadSource, share: RateLimiter, clock: Clock) {
  interface Waiter extends WaitingCall {
    readonly end: (how: WalkEnd) => void;
    readonly fail: (reason: unknown) => void;
  }
  const waiters = new Set<Waiter>();
  const failuresInRow = new Map<Endpoint, number>();
  let failure: AgoraError | undefined;
  let running = 0;
  let stop = newStop();

  const askUntil =
    (signal: AbortSignal): Ask =>
    async (endpoint, request, isAnswer = () => false) => {
      const answer = await orRefusal(withPermit(share, endpoint, signal, () => request(signal)));
      for (const { onCall } of waiters) onCall();
      if (!(answer instanceof AgoraError)) failuresInRow.delete(endpoint);
      else if (!isAnswer(answer)) {
        failure = answer;
        failuresInRow.set(endpoint, (failuresInRow.get(endpoint) ?? 0) + 1);
      }
      return answer;
    };

  function pump(): void {
    for (const waiter of [...waiters]) {
      waiter.inquiry.advance();
      if (waiter.isDone()) waiter.end('done');
    }
    while (running < WIDTH && start());
    if (running === 0) for (const waiter of [...waiters]) waiter.end('failed');
  }

  /** @returns was there anything to ask? */
  function start(): boolean {
    if ([...failuresInRow.values()].some((count) => count >= MOST_FAILURES)) return false;
    const { signal } = stop;
    for (const { inquiry } of waiters) {
      const read = source.readNext(inquiry, askUntil(signal));
      if (!read) continue;
      running += 1;
      read
        .catch((error: unknown) => {
          if (!signal.aborted) for (const waiter of [...waiters]) waiter.fail(error);
        })
        .finally(() => {
          running -= 1;
          pump();
        });
      return true;
    }
    return false;
  }

  function join(waiter: Waiter): void {
    if (waiters.size === 0) {
      failure = undefined;
      failuresInRow.clear();
      source.forgetFailures();
    }
    waiters.add(waiter);
    source.inquiries.add(waiter.inquiry);
    pump();
  }

  function leave(waiter: Waiter): void {
    waiters.delete(waiter);
    source.inquiries.delete(waiter.inquiry);
    if (waiters.size > 0) return;
    stop.abort(new Error('No call waits for this walk any more.'));
    stop = newStop();
  }

  return {
    /** The last refusal since the first of the questions that wait now. */
    failure: () => failure,
    isWaitedFor: () => waiters.size > 0,
    /** Rejects with the signal's reason once that is aborted, or with what a request has thrown. */
    wait: (call: WaitingCall, deadlineMs: number, signal: AbortSignal): Promise<WalkEnd> =>
      new Promise((resolve, reject) => {
        const leaving =
          <T>(settle: (value: T) => void) =>
          (value: T): void => {
            clear();
            leave(waiter);
            settle(value);
          };
        const waiter: Waiter = { ...call, end: leaving(resolve), fail: leaving(reject) };
        const clear = deadline(deadlineMs, clock, signal, {
          timeUp: () => waiter.end('deadline'),
          aborted: waiter.fail,
        });
        join(waiter);
      }),
  };
}
