import { setMaxListeners } from 'node:events';
import type { Endpoint } from '../agora/endpoints.ts';
import { type RateLimiter, withPermit } from '../agora/rate-limiter.ts';
import type { Clock } from '../base/clock.ts';
import { deadline } from '../base/deadline.ts';

/** One request of a walk. It keeps what it learns, refusals included; anything else it throws ends the walk. */
export interface Step {
  readonly endpoint: Endpoint;
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Called in the end, also where the request was never sent. */
  readonly done: () => void;
}

/** A call that waits for a walk to learn enough. */
export interface WaitingCall {
  /** What to ask next; undefined while there is nothing to ask before another answer has come. */
  readonly next: () => Step | undefined;
  readonly isDone: () => boolean;
  /** Told of each request that was sent while this call waited. */
  readonly onCall: () => void;
}

/** `exhausted`: there is nothing left to ask, though the call is not done. */
export type WalkEnd = 'done' | 'exhausted' | 'deadline';

export interface SharedWalk {
  /** Rejects with the signal's reason once that is aborted, or with what a step has thrown. */
  wait(call: WaitingCall, deadlineMs: number, signal: AbortSignal): Promise<WalkEnd>;
}

/** Requests of a walk that are under way at once, those that wait for the limiter included. */
const WIDTH = 16;

/** Each request under way listens in several places; Node takes more than ten listeners for a leak. */
function newStop(): AbortController {
  const stop = new AbortController();
  setMaxListeners(4 * WIDTH, stop.signal);
  return stop;
}

/**
 * A walk that several calls wait for together: each request serves all of them. It goes on only while a call waits, and
 * a call that leaves ends what is under way only if it was the last one.
 *
 * @param share the part of the rate limit that the walk may use
 */
export function createSharedWalk(share: RateLimiter, clock: Clock): SharedWalk {
  interface Waiter {
    readonly call: WaitingCall;
    readonly end: (how: WalkEnd) => void;
    readonly fail: (reason: unknown) => void;
  }
  const waiters = new Set<Waiter>();
  let running = 0;
  let stop = newStop();

  function leave(waiter: Waiter): void {
    waiters.delete(waiter);
    if (waiters.size > 0) return;
    stop.abort(new Error('No call waits for this walk any more.'));
    stop = newStop();
  }

  function pump(): void {
    for (const waiter of [...waiters]) if (waiter.call.isDone()) waiter.end('done');
    while (running < WIDTH) {
      const step = nextStep();
      if (step === undefined) break;
      start(step);
    }
    if (running === 0) for (const waiter of [...waiters]) waiter.end('exhausted');
  }

  function nextStep(): Step | undefined {
    for (const { call } of waiters) {
      const step = call.next();
      if (step) return step;
    }
    return undefined;
  }

  function start({ endpoint, run, done }: Step): void {
    running += 1;
    const { signal } = stop;
    withPermit(share, endpoint, signal, async () => {
      for (const { call } of waiters) call.onCall();
      await run(signal);
    })
      .catch((error: unknown) => {
        if (!signal.aborted) for (const waiter of [...waiters]) waiter.fail(error);
      })
      .finally(() => {
        running -= 1;
        done();
        pump();
      });
  }

  return {
    wait: (call, deadlineMs, signal) =>
      new Promise((resolve, reject) => {
        const leaving =
          <T>(settle: (value: T) => void) =>
          (value: T): void => {
            clear();
            leave(waiter);
            settle(value);
          };
        const waiter: Waiter = { call, end: leaving(resolve), fail: leaving(reject) };
        const clear = deadline(deadlineMs, clock, signal, {
          timeUp: () => waiter.end('deadline'),
          aborted: waiter.fail,
        });
        waiters.add(waiter);
        pump();
      }),
  };
}
