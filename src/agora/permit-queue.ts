import type { Clock } from '../base/clock.ts';
import { deadline } from '../base/deadline.ts';
import { AgoraError } from './errors.ts';
import type { CallEnd } from './permit-ledger.ts';

/** Gives a permit back, once however often that is asked for. */
export type Release = (end?: CallEnd) => void;

/** The longest wait for a permit, in milliseconds. */
const LONGEST_QUEUE_MS = 30_000;

interface Waiter {
  readonly turn: number;
  readonly resolve: (release: Release) => void;
  readonly endDeadline: () => void;
}

/**
 * Those who wait for a permit, by turn, then by arrival.
 *
 * @param onLeave called when the last one has left without a permit
 */
export function createPermitQueue(clock: Clock, onLeave: () => void) {
  const waiters: Waiter[] = [];
  return {
    size: (): number => waiters.length,
    /** Waits for a permit; rejects when the signal is aborted, or after 30 s. */
    join(signal: AbortSignal, turn = Number.POSITIVE_INFINITY): Promise<Release> {
      return new Promise((resolve, reject) => {
        const leave = (reason: unknown) => {
          waiters.splice(waiters.indexOf(waiter), 1);
          reject(reason);
          if (waiters.length === 0) onLeave();
        };
        const timeUp = () => leave(waitedTooLong(waiters.length - 1));
        const endDeadline = deadline(LONGEST_QUEUE_MS, clock, signal, { timeUp, aborted: leave });
        const waiter = { turn, resolve, endDeadline };
        const behind = waiters.findIndex((other) => other.turn > turn);
        waiters.splice(behind === -1 ? waiters.length : behind, 0, waiter);
      });
    },
    /** Gives a permit to the first. */
    serve(release: Release): void {
      const waiter = waiters.shift();
      waiter?.endDeadline();
      waiter?.resolve(release);
    },
  };
}

function waitedTooLong(others: number): AgoraError {
  return new AgoraError({
    code: 'local_rate_limit',
    what: `no call slot under the rate limit of this server became free within ${LONGEST_QUEUE_MS / 1_000} s (others still waiting: ${others})`,
    next: 'Make fewer calls at once; the operator can raise AGORA_THREADS_RATE_LIMIT where the plan allows it.',
    operator: 'Make fewer calls at once, or raise AGORA_THREADS_RATE_LIMIT where the plan allows it.',
    retry: 'later',
  });
}
