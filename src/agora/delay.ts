import type { Clock } from '../base/clock.ts';

/** Waits `ms` milliseconds, or rejects with the signal's reason as soon as that is aborted. */
export function wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Runs an action with a time limit of its own; undefined where that is up, while an aborted call still throws. */
export async function within<T>(
  ms: number,
  clock: Clock,
  signal: AbortSignal,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  signal.throwIfAborted();
  const bounded = new AbortController();
  const cancel = clock.after(ms, () => bounded.abort());
  const onAbort = () => bounded.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await action(bounded.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (bounded.signal.aborted) return undefined;
    throw error;
  } finally {
    cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
