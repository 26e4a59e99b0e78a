import { type ManualClock, manualClock } from './manual-clock.ts';
import { type ServiceOptions, type ServiceRequest, type ServiceThread, threadService } from './thread-service.ts';
import { quietness } from './turns.ts';
import { until } from './until.ts';

/** A permit of the rate limiter is back within this time; what waits longer is a deadline. */
const LONGEST_PERMIT_MS = 1_000;

/**
 * A stand-in for Agora Chat whose answers take time on a manual clock, and a way to wait for calls on it: time moves on
 * to the next thing that is due whenever nothing else happens.
 *
 * @param latency how long an answer to a request takes, in milliseconds
 */
export async function slowService(
  threads: readonly ServiceThread[],
  latency: (request: ServiceRequest) => number,
  { before, ...options }: ServiceOptions = {},
) {
  const clock: ManualClock = manualClock();
  const quiet = await quietness();
  let open = 0;
  const service = await threadService(threads, {
    ...options,
    async before(request, index) {
      const instead = await before?.(request, index);
      open += 1;
      await new Promise<void>((resolve) => clock.after(latency(request), resolve));
      // A request that hangs stays open.
      if (instead !== 'hang') open -= 1;
      return instead;
    },
  });

  /** Waits until nothing happens that needs no time. */
  async function rest(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      const seen = service.requests.length;
      await quiet();
      if (service.requests.length !== seen) round = -1;
    }
  }

  return {
    service,
    clock,
    /** What a call comes to, and how long it took by the clock of the test. */
    async timed<T>(call: () => Promise<T>): Promise<{ readonly outcome: T; readonly ms: number }> {
      const start = clock.now();
      let ended: number | undefined;
      const done = call().finally(() => {
        ended = clock.now();
      });
      done.catch(() => undefined);
      // The first call loads modules and connects, which takes no time of the clock.
      await until(() => service.requests.length > 0 || ended !== undefined, 'a first request');
      while (ended === undefined) {
        await rest(1);
        // A request may still be on its way to the service, which must not meet a deadline.
        if (open === 0 && (clock.untilNext() ?? 0) > LONGEST_PERMIT_MS) await rest(10);
        if (ended === undefined) clock.advance(clock.untilNext() ?? 0);
      }
      return { outcome: await done, ms: ended - start };
    },
  };
}
