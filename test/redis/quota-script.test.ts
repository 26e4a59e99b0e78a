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
const PARTS = ['places', 'queue', 'waiting', 'state', 'processes'];

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
          const held = new Map<string, number[]>();
          const epochs = new Map<string, number>();
          let [now, next] = [START, 1];
          for (const { process, after, want, ended, unused, refused, leave, forgets } of steps) {
            now += after;
            if (forgets) {
              model.forget();
              await redis.flushall();
            }
            const mine = held.get(process) ?? [];
            const places = [
              ...mine.splice(0, unused).map((id): [number, number] => [id, 0]),
              ...mine.splice(0, ended).map((id): [number, number] => [id, 1_000]),
            ];
            const request: QuotaRequest = {
              ...{ process, limit, lease: 5_000, want, first: next, places, leave },
              epoch: epochs.get(process) ?? 0,
              refusals: refused === null ? [] : [[refused.before, refused.pause]],
            };
            const answer = await ask(request, now);
            expect(answer).toEqual(model.answer('test', request, now));
            held.set(process, [...mine, ...Array.from({ length: answer.granted }, (_, n) => next + n)]);
            epochs.set(process, answer.epoch);
            next += want;
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('lets places and queue expire after two minutes, and nothing else', async () => {
    await redis.flushall();
    const request = { process: 'a', limit: 1, lease: 5_000, want: 2, epoch: 0, places: [], refusals: [], leave: false };
    await ask({ ...request, first: 1 }, START);
    const { epoch } = await ask({ ...request, first: 3 }, START + 1_000);
    expect(epoch).toBe(START);
    const left = await Promise.all(PARTS.map(async (part) => [part, await redis.pttl(`{test}:${part}`)]));
    const soon = (ms: unknown) => typeof ms === 'number' && ms > 110_000 && ms <= 120_000;
    expect(left.filter(([, ms]) => soon(ms)).map(([part]) => part)).toEqual(['places', 'queue', 'waiting']);
    expect(left.filter(([, ms]) => ms === -1).map(([part]) => part)).toEqual(['state', 'processes']);
  });
});
