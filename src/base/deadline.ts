import type { Clock } from './clock.ts';

export interface DeadlineEnds {
  readonly timeUp: () => void;
  readonly aborted: (reason: unknown) => void;
}

/**
 * Runs one of two functions once: `timeUp` after `ms` milliseconds, or `aborted` as soon as the signal is. Not
 * `AbortSignal.any`, which leaks on Node 20 to 22 (nodejs/node#54614).
 *
 * @returns takes timer and listener away; to be called in every case
 * @throws the signal's reason where it is aborted already
 */
export function deadline(ms: number, clock: Clock, signal: AbortSignal, { timeUp, aborted }: DeadlineEnds): () => void {
  signal.throwIfAborted();
  const end = () => {
    cancelTimer();
    signal.removeEventListener('abort', onAbort);
  };
  const onAbort = () => {
    end();
    aborted(signal.reason);
  };
  const cancelTimer = clock.after(ms, () => {
    end();
    timeUp();
  });
  signal.addEventListener('abort', onAbort);
  return end;
}

/** Waits `ms` milliseconds, or rejects with the signal's reason as soon as that is aborted. */
export const wait = (ms: number, clock: Clock, signal: AbortSignal): Promise<void> =>
  new Promise((timeUp, aborted) => deadline(ms, clock, signal, { timeUp, aborted }));

/** Runs an action with a time limit of its own; undefined where that is up, while an aborted call still throws. */
export async function within<T>(
  ms: number,
  clock: Clock,
  signal: AbortSignal,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const bounded = new AbortController();
  const end = deadline(ms, clock, signal, {
    timeUp: () => bounded.abort(),
    aborted: (reason) => bounded.abort(reason),
  });
  try {
    return await action(bounded.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (bounded.signal.aborted) return undefined;
    throw error;
  } finally {
    end();
  }
}

/** A signal that is aborted with the first of two, and a function that stops listening to them. */
export function either(first: AbortSignal, second: AbortSignal): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const ends = [first, second].map((signal) => {
    const onAbort = () => controller.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    return () => signal.removeEventListener('abort', onAbort);
  });
  return {
    signal: controller.signal,
    end() {
      for (const end of ends) end();
    },
  };
}
