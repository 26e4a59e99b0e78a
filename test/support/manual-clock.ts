import type { Clock } from '../../src/base/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time forward and runs what becomes due, in order. */
  advance(ms: number): void;
  /** The number of open waits. */
  readonly waiting: () => number;
  /** Milliseconds until the next wait ends; undefined where nothing waits. */
  readonly untilNext: () => number | undefined;
}

/** A clock that only moves with `advance()`. */
export function manualClock(start = Date.UTC(2026, 10, 23)): ManualClock {
  let time = start;
  const due = new Set<{ at: number; action: () => void }>();
  return {
    now: () => time,
    after(ms, action) {
      const entry = { at: time + ms, action };
      due.add(entry);
      return () => void due.delete(entry);
    },
    advance(ms) {
      const end = time + ms;
      for (;;) {
        const next = [...due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        due.delete(next);
        time = next.at;
        next.action();
      }
      time = end;
    },
    waiting: () => due.size,
    untilNext: () => (due.size === 0 ? undefined : Math.min(...[...due].map(({ at }) => at)) - time),
  };
}

/** The longest wait between two attempts or for the rate limiter, in milliseconds. */
const SHORT_WAIT_MS = 5_000;

/**
 * A clock on which short waits end at once and move time forward, while longer ones (time limits, deadlines) need
 * `advance()`: for calls that wait between attempts against a real server.
 */
export function skippingClock(start?: number): ManualClock {
  const manual = manualClock(start);
  let skipped = 0;
  return {
    ...manual,
    now: () => manual.now() + skipped,
    after(ms, action) {
      if (ms > SHORT_WAIT_MS) return manual.after(ms, action);
      const due = manual.now() + skipped + ms;
      const timer = setImmediate(() => {
        skipped = Math.max(skipped, due - manual.now());
        action();
      });
      return () => clearImmediate(timer);
    },
  };
}
