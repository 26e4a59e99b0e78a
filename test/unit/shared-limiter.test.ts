import { setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEnd } from '../../src/agora/permit-ledger.ts';
import type { Release } from '../../src/agora/permit-queue.ts';
import { fakeRedis, LEASE_MS, sharedProcess } from '../support/fake-redis.ts';
import { manualClock } from '../support/manual-clock.ts';

const never = new AbortController().signal;
setMaxListeners(0, never); // one signal for all calls here; the server has one for each
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Processes that share a budget of a Redis that has known it before, and what each has got. */
function share(names: readonly string[], perSecond: number, options: { away?: boolean } = {}) {
  const clock = manualClock();
  const redis = fakeRedis(clock, { knows: ['list', 'all'], ...options });
  const advance = async (ms: number) => {
    await settle();
    clock.advance(ms);
    await settle();
  };
  const processes = names.map((name) => {
    const limiter = sharedProcess(redis, clock, perSecond, name);
    const permits: Release[] = [];
    let got = 0;
    return {
      ...limiter,
      got: () => got,
      /** Makes as many calls. */
      ask(count: number): void {
        for (let call = 0; call < count; call++) {
          void limiter.acquire('list', never).then((permit) => {
            got += 1;
            permits.push(permit);
          });
        }
      },
      /** Ends so many of the calls under way, the oldest first. */
      end(count: number, end?: CallEnd): void {
        for (const permit of permits.splice(0, count)) permit(end);
      },
    };
  });
  const [a, b = a] = processes;
  if (!a || !b) throw new Error('no process');
  return { clock, redis, advance, processes, a, b, total: () => processes.reduce((sum, { got }) => sum + got(), 0) };
}

describe('processes that share a budget', () => {
  it('have no more places together than one would have', async () => {
    const { a, b, advance, total } = share(['a', 'b'], 50);
    a.ask(40);
    await settle();
    b.ask(40);
    await advance(5_000);
    expect(total()).toBe(50);
    a.end(1);
    await advance(999);
    expect(total()).toBe(50);
    await advance(1);
    expect(total()).toBe(51);
  });

  it('ask for all who wait at once, and not again before a place can come free', async () => {
    const { a, redis, advance } = share(['a'], 50);
    await advance(0);
    a.ask(1);
    await advance(0);
    const before = redis.requests.length;
    a.ask(60);
    await advance(0);
    expect(redis.requests.slice(before).map(({ want }) => want)).toEqual([60]);
    await advance(10_000);
    expect(redis.requests.length - before).toBeLessThanOrEqual(12);
    expect(a.got()).toBe(50);
  });

  it('ask nothing while nobody waits', async () => {
    const { a, redis, clock, advance } = share(['a'], 50);
    a.ask(3);
    await advance(0);
    a.end(3);
    await advance(0);
    const before = redis.requests.length;
    await advance(60_000);
    expect(redis.requests.length).toBe(before);
    expect(clock.waiting()).toBe(0);
  });

  it('take turns, however many calls wait in each', async () => {
    const { a, b, processes, advance } = share(['a', 'b', 'c', 'd'], 12);
    a.ask(1_000);
    await advance(0);
    for (const one of processes.slice(1)) one.ask(one === b ? 2 : 100);
    for (let second = 0; second < 4; second++) {
      for (const one of processes) one.end(12);
      await advance(1_000);
    }
    const [, gotB = 0, gotC = 0, gotD = 0] = processes.map(({ got }) => got());
    expect(gotB).toBe(2);
    expect(Math.abs(gotC - gotD)).toBeLessThanOrEqual(1);
    expect(Math.abs(a.got() - 12 - gotC)).toBeLessThanOrEqual(1);
  });

  it('keep no place for a process that is gone while it waited', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(12);
    await advance(0);
    b.ask(12);
    await advance(0);
    redis.cutOff('b');
    a.ask(24);
    a.end(12);
    await advance(2_500);
    expect(a.got()).toBe(24);
  });

  it('have the places of a crashed one back after its lease, and not before', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(12);
    await advance(0);
    redis.cutOff('a');
    await advance(LEASE_MS - 1_000);
    b.ask(1);
    await advance(999);
    expect(b.got()).toBe(0);
    await advance(1);
    expect(b.got()).toBe(1);
  });

  it('pause together after a 429 to one of them, and have half the rate for a minute', async () => {
    const { a, b, advance } = share(['a', 'b'], 24);
    a.ask(1);
    await advance(0);
    a.end(1, { limited: true, retryAfterMs: 3_000 });
    await advance(0);
    b.ask(24);
    await advance(2_999);
    expect(b.got()).toBe(0);
    await advance(1);
    expect(b.got()).toBe(12);
    b.end(12);
    await advance(1_000);
    expect(b.got()).toBe(24);
    b.end(12);
    await advance(56_000);
    b.ask(24);
    await advance(0);
    expect(b.got()).toBe(48);
  });

  it('halve the rate once for a burst of 429s that meets all of them', async () => {
    const { a, b, advance, total } = share(['a', 'b'], 24);
    a.ask(12);
    b.ask(12);
    await advance(0);
    a.end(12, { limited: true });
    b.end(12, { limited: true });
    await advance(0);
    a.ask(24);
    b.ask(24);
    await advance(1_000);
    expect(total()).toBe(24 + 12);
  });

  it('give a place that was not used to the next', async () => {
    const { a, b, advance } = share(['a', 'b'], 12);
    a.ask(12);
    await advance(0);
    a.end(1, { unused: true });
    await advance(0);
    b.ask(1);
    await advance(0);
    expect(b.got()).toBe(1);
  });
});

describe('without Redis', () => {
  it('a process goes on alone after a second, with a quarter, and says so once', async () => {
    const { a, advance } = share(['a'], 50, { away: true });
    a.ask(13);
    await advance(999);
    expect(a.got()).toBe(0);
    await advance(1);
    expect(a.got()).toBe(12);
    a.end(12);
    await advance(20_000);
    expect(a.got()).toBe(13);
    expect(a.lines).toEqual([expect.stringMatching(/^agora-threads-mcp warn: Redis does not answer .* 12 calls/)]);
  });

  it('the share is that of the processes last seen, where they are more', async () => {
    const { processes, redis, advance } = share(['a', 'b', 'c', 'd', 'e'], 50);
    for (const one of processes) {
      one.ask(1);
      await advance(0);
      one.end(1);
    }
    await advance(2_000);
    redis.goAway();
    const last = processes[4];
    last?.ask(50);
    await advance(1_000);
    expect(last?.got()).toBe(1 + 10);
  });

  it('the places that are out count for a process alone', async () => {
    const { a, redis, advance } = share(['a'], 50);
    a.ask(15);
    await advance(0);
    redis.goAway();
    a.ask(1);
    await advance(1_000);
    expect(a.got()).toBe(15);
    a.end(4);
    await advance(1_000);
    expect(a.got()).toBe(16);
  });

  it('a pause and a halved rate go on that another process has met', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 50);
    a.ask(1);
    await advance(0);
    a.end(1, { limited: true, retryAfterMs: 5_000 });
    b.ask(50);
    await advance(0);
    redis.goAway();
    await advance(4_999);
    expect(b.got()).toBe(0);
    await advance(1);
    expect(b.got()).toBe(6);
  });

  it('a 429 to a call of before halves the rate, though another 429 did long ago', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 50);
    a.ask(1);
    await advance(0);
    a.end(1, { limited: true });
    await advance(61_000);
    b.ask(1);
    await advance(0);
    redis.goAway();
    b.end(1, { limited: true });
    b.ask(20);
    await advance(1_000);
    expect(b.got()).toBe(1 + 6);
  });

  it('a pause and a halved rate go on', async () => {
    const { a, redis, advance } = share(['a'], 50);
    a.ask(1);
    await advance(0);
    a.end(1, { limited: true, retryAfterMs: 5_000 });
    await advance(0);
    redis.goAway();
    a.ask(50);
    await advance(4_999);
    expect(a.got()).toBe(1);
    await advance(1);
    expect(a.got()).toBe(1 + 6);
  });
});

describe('when Redis is back', () => {
  it('the places that are out count again, those of calls that were answered meanwhile do not', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(8);
    await advance(0);
    redis.goAway();
    a.end(5);
    await advance(2_000);
    redis.comeBack();
    await advance(0);
    b.ask(20);
    await advance(0);
    expect(b.got()).toBe(12 - 3);
    expect(a.lines.at(-1)).toContain('Redis answers again');
  });

  it('the places that were taken alone count too', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(1);
    await advance(0);
    redis.goAway();
    a.ask(3);
    await advance(1_000);
    expect(a.got()).toBe(3);
    redis.comeBack();
    await advance(0);
    b.ask(20);
    await advance(0);
    expect(b.got()).toBe(12 - 3);
  });

  it('the places that were taken alone come free a second after their answers', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(1);
    await advance(0);
    redis.goAway();
    a.ask(2);
    await advance(1_000);
    redis.comeBack();
    await advance(0);
    a.end(3);
    await advance(1_000);
    b.ask(12);
    await advance(0);
    expect(b.got()).toBe(12);
  });

  it('a process that went on alone gets no place for a second, so that all can tell theirs', async () => {
    const { a, b, redis, advance, total } = share(['a', 'b'], 12);
    a.ask(1);
    b.ask(1);
    await advance(0);
    redis.goAway();
    await advance(1_000);
    b.ask(2);
    await advance(0);
    expect(b.got()).toBe(3);
    redis.comeBack(1);
    await advance(0);
    a.ask(20);
    await advance(999);
    expect(a.got()).toBe(1);
    redis.comeBack();
    await advance(1);
    expect(total()).toBe(12);
  });

  it('a 429 of meanwhile pauses all', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 24);
    a.ask(1);
    await advance(0);
    redis.goAway();
    await advance(1_000);
    a.end(1, { limited: true, retryAfterMs: 8_000 });
    await advance(3_000);
    redis.comeBack();
    await advance(0);
    b.ask(24);
    await advance(4_999);
    expect(b.got()).toBe(0);
    await advance(1);
    expect(b.got()).toBe(12);
  });

  it('the places whose answer was lost come free', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(1);
    await advance(0);
    a.end(1);
    await advance(2_000);
    redis.holdAnswers();
    a.ask(12);
    await advance(0);
    redis.goAway();
    await advance(500);
    redis.comeBack();
    await advance(0);
    expect(a.got()).toBe(13);
    a.end(12);
    b.ask(12);
    await advance(1_000);
    expect(b.got()).toBe(12);
  });

  it('it is told of no places that it has long dropped', async () => {
    const { a, redis, advance } = share(['a'], 50);
    for (let round = 0; round < 5; round++) {
      a.ask(40);
      await advance(0);
      a.end(40);
      await advance(2_000);
    }
    a.ask(2);
    await advance(0);
    redis.goAway();
    redis.comeBack();
    await advance(0);
    expect(redis.requests.at(-1)).toMatchObject({ out: 2, returns: [] });
  });

  it('one that has forgotten all behind an open connection hears of all places at the next request', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(7);
    await advance(0);
    redis.forget();
    a.ask(1);
    b.ask(20);
    await advance(500);
    expect(a.got() + b.got()).toBe(12);
  });

  it('one that has forgotten all makes everybody wait for half a second, and hears of all places', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(7);
    b.ask(3);
    await advance(0);
    redis.goAway();
    await advance(500);
    redis.forget();
    redis.comeBack();
    a.ask(20);
    b.ask(20);
    await advance(499);
    expect([a.got(), b.got()]).toEqual([7, 3]);
    await advance(1);
    expect([a.got(), b.got()]).toEqual([8, 4]);
  });
});

describe('what changes while Redis is asked', () => {
  it('a call that is given up: its place goes to the next', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(11);
    await advance(0);
    redis.holdAnswers();
    const giveUp = new AbortController();
    const given = a.acquire('list', giveUp.signal);
    await advance(0);
    giveUp.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    redis.sendAnswers();
    await advance(0);
    b.ask(2);
    await advance(0);
    expect(b.got()).toBe(1);
  });

  it('a 429: the longer pause counts for all', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(2);
    await advance(0);
    redis.holdAnswers();
    a.end(1, { limited: true });
    await advance(0);
    a.end(1, { limited: true, retryAfterMs: 9_000 });
    redis.sendAnswers();
    await advance(0);
    b.ask(1);
    await advance(8_999);
    expect(b.got()).toBe(0);
    await advance(1);
    expect(b.got()).toBe(1);
  });

  it('a place that is taken alone counts when Redis is back', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 12);
    a.ask(1);
    await advance(0);
    redis.goAway();
    await advance(1_000);
    redis.holdAnswers();
    redis.comeBack();
    await advance(0);
    a.ask(2);
    await advance(0);
    expect(a.got()).toBe(3);
    redis.sendAnswers();
    await advance(0);
    b.ask(12);
    await advance(0);
    expect(b.got()).toBe(12 - 3);
  });
});

describe('a process that ends', () => {
  it('while calls wait asks no more', async () => {
    const { a, redis, advance } = share(['a'], 12);
    a.ask(13);
    await advance(0);
    await a.close();
    const before = redis.requests.length;
    await advance(20_000);
    expect(redis.requests.length).toBe(before);
    expect(a.got()).toBe(12);
  });

  it('is not counted any more', async () => {
    const { a, b, redis, advance } = share(['a', 'b'], 50);
    a.ask(1);
    b.ask(1);
    await advance(0);
    await a.close();
    await b.close();
    expect(redis.processes()).toEqual([]);
  });

  it('leaves no timer behind', async () => {
    const { a, clock, advance } = share(['a'], 50);
    a.ask(1);
    await advance(0);
    await a.close();
    expect(clock.waiting()).toBe(0);
    const { a: alone, clock: later, advance: pass } = share(['a'], 50, { away: true });
    alone.ask(1);
    await pass(0);
    await alone.close();
    expect(later.waiting()).toBe(1); // the call that waits
  });
});

describe('as the service counts', () => {
  const call = fc.record({
    process: fc.nat({ max: 3 }),
    at: fc.nat({ max: 150 }).map((n) => n * 20),
    takes: fc.nat({ max: 50 }).map((n) => n * 20),
    counts: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('no second holds more calls of all processes than one may make, wherever in its time each one counts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 15 }),
        fc.array(call, { minLength: 1, maxLength: 60 }),
        async (perSecond, calls) => {
          const clock = manualClock();
          const redis = fakeRedis(clock);
          const limiters = ['a', 'b', 'c', 'd'].map((name) => sharedProcess(redis, clock, perSecond, name));
          const counted: number[] = [];
          for (const { process, at, takes, counts } of calls) {
            clock.after(at, () => {
              void limiters[process]?.acquire('list', never).then((release) => {
                clock.after(takes * counts, () => counted.push(clock.now()));
                clock.after(takes, release);
              });
            });
          }
          for (let step = 0; counted.length < calls.length && step < 5_000; step++) {
            clock.advance(20);
            await settle();
          }
          expect(counted).toHaveLength(calls.length);
          for (const [n, first] of counted.entries()) {
            expect(counted.slice(n).filter((at) => at < first + 1_000).length).toBeLessThanOrEqual(perSecond);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
