import { type Clock, timePassed } from './clock.ts';

/** Measures the time during which at least one of several things goes on. */
export function createStopwatch(clock: Clock) {
  const elapsed = timePassed(clock);
  let running = 0;
  let since = 0;
  let sum = 0;
  return {
    /** Something begins; what it returns is called once, at its end. */
    start(): () => void {
      if (running === 0) since = elapsed();
      running += 1;
      return () => {
        running -= 1;
        if (running === 0) sum += elapsed() - since;
      };
    },
    /** Milliseconds so far. */
    ms: () => sum + (running > 0 ? elapsed() - since : 0),
  };
}
