/** Time as the server sees it. Injected everywhere, so that no test waits for real time to pass. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Runs `action` once after `ms` milliseconds, unless the returned function is called first. */
  after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Measures the milliseconds since the call by a clock that may be set back. A step back counts as no time, so no token
 * lives for ever and no pause grows. Time between the last reading and the step is lost.
 */
export function timePassed(clock: Clock): () => number {
  let last = clock.now();
  let sum = 0;
  return () => {
    const now = clock.now();
    sum += Math.max(0, now - last);
    last = now;
    return sum;
  };
}
