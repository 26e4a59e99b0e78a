import { type Clock, timePassed } from './clock.ts';

/** Measures the time during which at least one of several things goes on. */
export interface Stopwatch {
  /** Something begins; what it returns is called once, at its end. */
  readonly start: () => () => void;
  /** Milliseconds so far. */
  readonly ms: () => number;
}

export function createStopwatch(clock: Clock): Stopwatch {
  const elapsed = timePassed(clock);
  let running = 0;
  let since = 0;
  let sum = 0;
  return {
    start() {
      if (running === 0) since = elapsed();
      running += 1;
      return () => {
        running -= 1;
        if (running === 0) sum += elapsed() - since;
      };
    },
    ms: () => sum + (running > 0 ? elapsed() - since : 0),
  };
}
