import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type QuotaAnswer, type QuotaRequest, quotaAnswer } from '../../src/agora/quota-messages.ts';
import { QUOTA_SCRIPT } from '../../src/redis/quota-script.ts';
import { createQuotaModel } from '../support/quota-model.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

const TIME = "redis.call('TIME')";
/** The script with a clock of ours: whole seconds and microseconds, as TIME gives them. */
const TIMED = QUOTA_SCRIPT.replace(TIME, '{ARGV[2], ARGV[3]}');
const START = Date.UTC(2026, 10, 26);
const PARTS = ['places', 'state', 'processes'];

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.kill();
});

async function ask(request: QuotaRequest, now: number): Promise<QuotaAnswer> {
  const time = [String(Math.floor(now / 1_000)), String(Math.round((now % 1_000) * 1_000))];
  const keys = PARTS.map((part) => `{test}:${part}`);
  const answer = await redis.eval(TIMED, keys.length, [...keys, JSON.stringify(request), ...time]);
  return quotaAnswer.parse(JSON.parse(String(answer)));
}

/** What one of three processes does next, and how many milliseconds later. */
const step = fc.record({
  process: fc.constantFrom('a', 'b', 'c'),
  after: fc.oneof(
    { weight: 30, arbitrary: fc.nat({ max: 40 }) },
    { weight: 30, arbitrary: fc.nat({ max: 300 }) },
    { weight: 5, arbitrary: fc.nat({ max: 2_500 }) },
    { weight: 1, arbitrary: fc.constantFrom(60_000, 600_000) },
  ),
  want: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 30 })),
  ended: fc.oneof(fc.nat({ max: 2 }), fc.nat({ max: 24 })),
  unused: fc.nat({ max: 2 }),
  refused: fc.option(fc.record({ before: fc.nat({ max: 2 }), pause: fc.nat({ max: 3_000 }) }), { freq: 20 }),
  leave: fc.nat({ max: 30 }).map((n) => n === 0),
  forgets: fc.nat({ max: 100 }).map((n) => n === 0),
});

describe('the script in Redis', () => {
  it('reads the clock of Redis once', () => {
    expect(QUOTA_SCRIPT.split(TIME)).toHaveLength(2);
  });

  it('answers as the model does, whatever the processes do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 24 }),
        fc.array(step, { minLength: 1, maxLength: 150, size: 'max' }),
        async (limit, steps) => {
          await redis.flushall();
          const model = createQuotaModel();
          const holders = new Map<string, { out: number; returns: readonly number[] }>();
          let now = START;
          for (const { process, after, want, ended, unused, refused, leave, forgets } of steps) {
            now += after;
            if (forgets) {
              model.forget();
              await redis.flushall();
            }
            const before = holders.get(process) ?? { out: 0, returns: [] };
            const left = Math.max(0, before.out - unused);
            const answered = Math.min(left, ended);
            const out = left - answered;
            const returns = [...before.returns, ...Array<number>(answered).fill(now + 1_000)].filter((at) => at > now);
            const request: QuotaRequest = {
              ...{ process, limit, out, lease: 5_000, want, leave },
              returns: returns.map((at) => at - now),
              refusals: refused === null ? [] : [[refused.before, refused.pause]],
            };
            const answer = await ask(request, now);
            expect(answer).toEqual(model.answer('test', request, now));
            holders.set(process, { out: out + answer.granted, returns });
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  /** Of each ask: the process, when, how many calls it has under way, and how many wait there. */
  type Ask = [process: string, ms: number, out: number, want: number];
  const KEPT_FOR_A_AND_B: readonly Ask[] = [
    ['c', 0, 0, 0],
    ['c', 500, 0, 2],
    ['a', 501, 0, 2],
    ['b', 502, 0, 2],
    ['c', 503, 0, 1],
  ];
  it.each<[string, Ask[], granted: number[]]>([
    [
      'a place that is kept for who waits goes to nobody else',
      [...KEPT_FOR_A_AND_B, ['b', 504, 0, 2]],
      [0, 2, 0, 0, 0, 1],
    ],
    [
      'a place that is kept for who is gone goes to others',
      [...KEPT_FOR_A_AND_B, ['c', 2_503, 0, 2]],
      [0, 2, 0, 0, 0, 2],
    ],
    [
      'places that come free are shared out when somebody who wants one asks next',
      [
        ['c', 0, 0, 0],
        ['c', 500, 0, 2],
        ['a', 501, 0, 3],
        ['c', 502, 0, 0],
        ['b', 503, 0, 2],
      ],
      [0, 2, 0, 0, 1],
    ],
    [
      'each holder counts once',
      [
        ['a', 0, 0, 0],
        ['a', 500, 0, 1],
        ['b', 501, 0, 1],
      ],
      [0, 1, 1],
    ],
    [
      'the places of a holder that is gone come free with its lease',
      [
        ['a', 0, 0, 0],
        ['a', 500, 0, 2],
        ['b', 5_499, 0, 1],
        ['b', 5_500, 0, 1],
      ],
      [0, 2, 0, 1],
    ],
    [
      'who waits goes before a holder that asks again',
      [
        ['a', 0, 0, 0],
        ['a', 500, 0, 2],
        ['b', 501, 0, 1],
        ['a', 502, 1, 2],
        ['b', 503, 0, 1],
      ],
      [0, 2, 0, 0, 1],
    ],
  ])('%s', async (_what, asks, granted) => {
    await redis.flushall();
    const answers: number[] = [];
    for (const [process, ms, out, want] of asks) {
      const request = { process, limit: 2, out, lease: 5_000, returns: [], want, refusals: [], leave: false };
      answers.push((await ask(request, START + ms)).granted);
    }
    expect(answers).toEqual(granted);
  });

  it('lets places and those who wait expire after two minutes, and nothing else', async () => {
    await redis.flushall();
    const request = { process: 'a', limit: 1, out: 0, lease: 5_000, returns: [], want: 2, refusals: [], leave: false };
    expect((await ask(request, START)).granted).toBe(0);
    expect((await ask(request, START + 1_000)).granted).toBe(1);
    const left = await Promise.all(PARTS.map(async (part) => [part, await redis.pttl(`{test}:${part}`)]));
    const soon = (ms: unknown) => typeof ms === 'number' && ms > 110_000 && ms <= 120_000;
    expect(left.filter(([, ms]) => soon(ms)).map(([part]) => part)).toEqual(['places']);
    expect(left.filter(([, ms]) => ms === -1).map(([part]) => part)).toEqual(['state', 'processes']);
  });
});
