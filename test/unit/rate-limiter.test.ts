import { setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/agora/endpoints.ts';
import { AgoraError } from '../../src/agora/errors.ts';
import type { Release } from '../../src/agora/permit-queue.ts';
import { createLimiter, type RateLimiter } from '../../src/agora/rate-limiter.ts';
import type { Clock } from '../../src/base/clock.ts';
import { fakeRedis, sharedProcess } from '../support/fake-redis.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';

const never = new AbortController().signal;
setMaxListeners(0, never); // one signal for all calls here; the server has one for each
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Of a budget that was in use before: at a new one everybody would wait half a second first. */
function sharedLimiter(perSecond: number, clock: Clock): RateLimiter {
  const redis = fakeRedis(clock, { knows: ['all', 'list', 'members'] });
  return sharedProcess(redis, clock, perSecond, 'one');
}

const IMPLEMENTATIONS: readonly (readonly [name: string, create: (perSecond: number, clock: Clock) => RateLimiter])[] =
  [
    ['of one process', (perSecond, clock) => createLimiter({ perSecond, clock })],
    ['shared over Redis', sharedLimiter],
  ];

describe.each(IMPLEMENTATIONS)('the limiter %s', (_name, create) => {
  function start(perSecond: number) {
    const clock = manualClock(0);
    const limiter = create(perSecond, clock);
    const served: number[] = [];
    const releases: Release[] = [];
    /** Asks for a permit, and notes which call got one. */
    const ask = (call: number, signal = never, endpoint: Endpoint = 'list') =>
      limiter.acquire(endpoint, signal).then((release) => {
        served.push(call);
        releases.push(release);
      });
    const advance = async (ms: number) => {
      await settle();
      clock.advance(ms);
      await settle();
    };
    return { clock, limiter, served, releases, ask, advance };
  }

  describe('permits', () => {
    it('come back one second after the answer, not after the call', async () => {
      const { served, releases, ask, advance } = start(11);
      for (let call = 0; call < 12; call++) void ask(call);
      await advance(5_000);
      expect(served).toHaveLength(11);
      releases[0]?.();
      await advance(999);
      expect(served).toHaveLength(11);
      await advance(1);
      expect(served).toHaveLength(12);
    });

    it('come back once, however often they are given back', async () => {
      const { served, releases, ask, advance } = start(11);
      for (let call = 0; call < 14; call++) void ask(call);
      await advance(0);
      for (let i = 0; i < 3; i++) releases[0]?.();
      await advance(1_000);
      expect(served).toHaveLength(12);
    });

    it('go to those who wait in the order in which they came', async () => {
      const { served, releases, ask, advance } = start(11);
      for (let call = 0; call < 30; call++) void ask(call);
      await advance(0);
      for (const release of releases.splice(0)) release();
      await advance(1_000);
      for (const release of releases.splice(0)) release();
      await advance(1_000);
      expect(served).toEqual(Array.from({ length: 30 }, (_, call) => call));
    });

    it('are counted for each endpoint, and at 10 or less for all together', async () => {
      const wide = start(11);
      for (let call = 0; call < 11; call++) void wide.ask(call, never, call % 2 ? 'list' : 'members');
      await settle();
      expect(wide.served).toHaveLength(11);
      const narrow = start(10);
      for (let call = 0; call < 11; call++) void narrow.ask(call, never, call % 2 ? 'list' : 'members');
      await settle();
      expect(narrow.served).toHaveLength(10);
    });

    it('leave no timer behind where nobody waits', async () => {
      const { clock, releases, ask } = start(11);
      await ask(0);
      releases[0]?.();
      expect(clock.waiting()).toBe(0);
    });
  });

  describe('a wait', () => {
    it('that is given up leaves its turn to the next', async () => {
      const { served, releases, ask, advance } = start(1);
      const giveUp = new AbortController();
      await ask(0);
      const given = ask(1, giveUp.signal);
      void ask(2);
      giveUp.abort(new Error('given up'));
      await expect(given).rejects.toThrow('given up');
      releases[0]?.();
      await advance(1_000);
      expect(served).toEqual([0, 2]);
    });

    it('does not begin for a call that is given up already', async () => {
      const { ask, served } = start(1);
      await expect(ask(0, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
      expect(served).toEqual([]);
    });

    it('ends after half a minute, with an error that names the time', async () => {
      const { ask, advance } = start(1);
      await ask(0);
      const late = ask(1).catch((error: unknown) => error);
      await advance(30_000);
      const error = await late;
      expect(error).toBeInstanceOf(AgoraError);
      expect(String(error)).toContain('within 30 s');
    });
  });

  describe('a 429', () => {
    it('pauses all callers, and halves the rate for a minute', async () => {
      const { served, releases, ask, advance } = start(12);
      await ask(0);
      releases[0]?.({ limited: true });
      for (let call = 1; call <= 12; call++) void ask(call);
      await advance(999);
      expect(served).toEqual([0]);
      await advance(1);
      expect(served).toHaveLength(1 + 6);
      for (const release of releases.splice(0)) release();
      await advance(1_000);
      expect(served).toHaveLength(1 + 12);
      for (const release of releases.splice(0)) release();
      await advance(58_000);
      for (let call = 13; call <= 24; call++) void ask(call);
      await settle();
      expect(served).toHaveLength(1 + 12 + 12);
    });

    it('pauses for as long as the service asks', async () => {
      const { served, releases, ask, advance } = start(12);
      await ask(0);
      releases[0]?.({ limited: true, retryAfterMs: 7_000 });
      void ask(1);
      await advance(6_999);
      expect(served).toEqual([0]);
      await advance(1);
      expect(served).toEqual([0, 1]);
    });

    it('never takes the last permit away', async () => {
      const { served, releases, ask, advance } = start(11);
      for (let call = 0; call < 9; call++) {
        void ask(call);
        await advance(2_000);
        releases.pop()?.({ limited: true });
      }
      await advance(2_000);
      expect(served).toHaveLength(9);
    });
  });

  /** Runs calls that arrive and answer at given times; gives when each was on the wire. */
  async function simulate(clock: ManualClock, perSecond: number, calls: readonly { at: number; takes: number }[]) {
    const limiter = create(perSecond, clock);
    const onWire: { from: number; to: number }[] = [];
    for (const { at, takes } of calls) {
      clock.after(at, () => {
        void limiter.acquire('list', never).then((release) => {
          const from = clock.now();
          clock.after(takes, () => {
            onWire.push({ from, to: clock.now() });
            release();
          });
        });
      });
    }
    for (let step = 0; onWire.length < calls.length && step < 20_000; step++) {
      clock.advance(20);
      await settle();
    }
    return onWire;
  }

  describe('as the server counts', () => {
    const calls = fc.array(
      fc.record({ at: fc.nat({ max: 400 }).map((n) => n * 20), takes: fc.nat({ max: 150 }).map((n) => n * 20) }),
      {
        minLength: 1,
        maxLength: 60,
      },
    );

    it('no second holds more calls than allowed, wherever between call and answer each one counts', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 15 }),
          calls,
          fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
          async (perSecond, made, where) => {
            const onWire = await simulate(manualClock(0), perSecond, made);
            expect(onWire).toHaveLength(made.length);
            const counted = onWire
              .map(({ from, to }) => from + (to - from) * (where.next().value ?? 0))
              .sort((a, b) => a - b);
            for (const [i, first] of counted.entries()) {
              expect(counted.slice(i).filter((at) => at < first + 1_000).length).toBeLessThanOrEqual(perSecond);
            }
          },
        ),
        { numRuns: 60 },
      );
    });

    it('250 calls at 100 a second take two seconds and no more', async () => {
      const onWire = await simulate(
        manualClock(0),
        100,
        Array.from({ length: 250 }, () => ({ at: 0, takes: 0 })),
      );
      expect(Math.max(...onWire.map(({ to }) => to))).toBeLessThanOrEqual(2_100);
    });
  });

  describe('a permit', () => {
    it('goes to who waits, and not to a newcomer who asks at the moment when it comes free', async () => {
      const { clock, served, releases, ask, advance } = start(1);
      await ask(0);
      void ask(1);
      clock.after(1_000, () => void ask(2)); // set before the timer of the permit, so it runs first
      await settle();
      releases[0]?.();
      await advance(1_000);
      expect(served).toEqual([0, 1]);
      releases[1]?.();
      await advance(1_000);
      expect(served).toEqual([0, 1, 2]);
    });

    it('comes back after thousands of calls as after the first', async () => {
      const { served, releases, ask, advance } = start(1_100);
      for (let round = 1; round <= 4; round++) {
        for (let call = 0; call < 1_100; call++) void ask(call);
        await advance(0);
        expect(served).toHaveLength(1_100 * round);
        for (const release of releases.splice(0)) release();
        await advance(1_000);
      }
    });

    it('that was waited for leaves no timer behind, whether it came or was given up', async () => {
      const { clock, releases, ask, advance } = start(1);
      await ask(0);
      const giveUp = new AbortController();
      void ask(1);
      const given = ask(2, giveUp.signal);
      releases[0]?.();
      await advance(1_000);
      releases[1]?.();
      giveUp.abort(new Error('given up'));
      await expect(given).rejects.toThrow('given up');
      expect(clock.waiting()).toBe(0);
    });
  });

  describe('a second 429', () => {
    it('to a call from before the first one does not halve the rate again', async () => {
      const { served, releases, ask, advance } = start(12);
      for (let call = 0; call < 12; call++) void ask(call);
      await settle();
      for (const release of releases.splice(0)) release({ limited: true });
      for (let call = 12; call < 24; call++) void ask(call);
      await advance(1_000);
      expect(served).toHaveLength(12 + 6);
    });

    it('does not cut short the pause that the first one asked for', async () => {
      const { served, releases, ask, advance } = start(12);
      for (let call = 0; call < 2; call++) void ask(call);
      await settle();
      releases[0]?.({ limited: true, retryAfterMs: 7_000 });
      releases[1]?.({ limited: true });
      void ask(2);
      await advance(6_999);
      expect(served).toHaveLength(2);
      await advance(1);
      expect(served).toHaveLength(3);
    });

    it('begins the slow minute anew', async () => {
      const { served, releases, ask, advance } = start(12);
      const refuse = async () => {
        await ask(0);
        releases.splice(0)[0]?.({ limited: true });
      };
      await refuse();
      await advance(30_000);
      await refuse();
      await advance(59_000); // 89 s after the first one
      for (let call = 0; call < 12; call++) void ask(call);
      await settle();
      expect(served).toHaveLength(2 + 3); // a quarter of 12
      await advance(1_000);
      expect(served).toHaveLength(2 + 12);
    });
  });
});
