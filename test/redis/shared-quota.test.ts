import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { systemClock } from '../../src/base/clock.ts';
import { callBinary, runBinary } from '../support/binary.ts';
import { connectClient } from '../support/client.ts';
import { connectApp } from '../support/connect-app.ts';
import { classicSettings, envelope, type Reply, recordingServer } from '../support/http.ts';
import { noWaitOver } from '../support/preloads.ts';
import { openRaw } from '../support/raw.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const pem = (name: string): string => fileURLToPath(new URL(`../support/tls/${name}.pem`, import.meta.url));
const empty = (): Reply => envelope({ entities: [], properties: {} });

async function start(options: readonly string[] = []): Promise<RedisServer> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.kill());
  return redis;
}

const settings = (service: string, redisUrl: string, rate: number): Record<string, string> => ({
  ...classicSettings(service),
  AGORA_THREADS_RATE_LIMIT: String(rate),
  AGORA_THREADS_REDIS_URL: redisUrl,
});

/** One of the processes that share: makes so many calls at once. */
async function openProcess(env: Record<string, string>): Promise<(count: number) => Promise<void>> {
  const { threads } = await connectApp(env, systemClock);
  const one = () => threads.list({ limit: 1 }, new AbortController().signal);
  return async (count) => void (await Promise.all(Array.from({ length: count }, one)));
}

const places = z.tuple([z.object({ out: z.literal(1), lease: z.number() })]);

/** When the place of the only call under way comes free by itself, in milliseconds since 1970. */
async function leaseIn({ url }: RedisServer): Promise<number> {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  const [key = ''] = await client.keys('*:places');
  const [{ lease }] = places.parse(JSON.parse((await client.get(key)) ?? ''));
  return lease;
}

describe('processes on one Redis', () => {
  it('make no more calls in any second than one may', async () => {
    const redis = await start();
    // Counted where the service counts, which is before the answer that starts the second of a place.
    const times: number[] = [];
    const service = await recordingServer(() => {
      times.push(performance.now());
      return empty();
    });
    const env = settings(service.url, redis.url, 20);
    const processes = await Promise.all([env, env, env].map(openProcess));
    await Promise.all(processes.map((call) => call(15)));
    expect(times).toHaveLength(45);
    for (const [n, time] of times.entries()) {
      // Redis counts in whole milliseconds, by another clock.
      expect(times.slice(n).filter((at) => at < time + 990).length).toBeLessThanOrEqual(20);
    }
  });

  it('lose no call while Redis is killed and started again, and share on', async () => {
    const redis = await start();
    const service = await recordingServer(empty);
    const call = await openProcess(settings(service.url, redis.url, 40));
    const calls = call(150);
    await until(() => service.requests.length >= 40);
    await redis.kill();
    await redis.start();
    await calls;
    expect(service.requests).toHaveLength(150);
  });

  it('share again within a second of the return of Redis', async () => {
    const redis = await start();
    const service = await recordingServer(empty);
    const env = { ...settings(service.url, redis.url, 40), AGORA_THREADS_LOG_LEVEL: 'info' };
    const server = await openRaw({ env: { PATH: process.env['PATH'] ?? '', ...env }, flags: noWaitOver(1_000) });
    let log = '';
    server.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    const list = { name: 'list_threads', arguments: {} };
    await server.ask(2, 'tools/call', list);
    await redis.kill();
    await server.ask(3, 'tools/call', list);
    await until(() => log.includes('Redis does not answer'));
    await redis.start();
    await until(() => log.includes('Redis answers again'));
  });

  it('go on with a Redis that was started anew while they were idle', async () => {
    const redis = await start();
    const service = await recordingServer(empty);
    const env = settings(service.url, redis.url, 40);
    const call = await openProcess(env);
    await call(1);
    await redis.kill();
    await redis.start();
    await call(1);
    expect((await runBinary(['doctor'], env)).stdout).toMatch(/ok +shared quota +Redis answers; .*: 1 \(1 on /);
  });

  it('go on alone beside a Redis that hangs, and share again when it answers', async () => {
    const redis = await start();
    const service = await recordingServer(empty);
    const { call, log } = await connectClient({ env: settings(service.url, redis.url, 40), clock: systemClock });
    await call('list_threads');
    redis.signal('SIGSTOP');
    expect((await call('list_threads')).isError).toBe(false);
    expect(log.join('')).toContain('Redis does not answer (Command timed out)');
    redis.signal('SIGCONT');
    await until(() => log.join('').includes('Redis answers again'));
  });

  it('have the place of one that was killed with -9 after its lease, and not before', async () => {
    const redis = await start();
    const arrivals: number[] = [];
    const service = await recordingServer(() => (arrivals.push(Date.now()) === 1 ? 'hang' : empty()));
    const env = { ...settings(service.url, redis.url, 1), AGORA_THREADS_TIMEOUT_MS: '1000' };
    const holder = await openRaw({ env: { PATH: process.env['PATH'] ?? '', ...env } });
    const started = Date.now();
    holder.send({ id: 2, method: 'tools/call', params: { name: 'list_threads', arguments: {} } });
    await until(() => arrivals.length === 1);
    holder.child.kill('SIGKILL');
    const lease = await leaseIn(redis);
    // Twice the time limit, and five seconds: of the moment at which the call got its place.
    expect(lease - 7_000).toBeGreaterThanOrEqual(started);
    expect(lease - 7_000).toBeLessThanOrEqual((arrivals[0] ?? 0) + 1);
    await (await openProcess(env))(1);
    expect(arrivals[1]).toBeGreaterThanOrEqual(lease - 1);
  });
});

describe('a Redis that is not there', () => {
  it('at the start: calls go on, which is said once', async () => {
    const redis = await start();
    await redis.kill();
    const service = await recordingServer(empty);
    const { call, log } = await connectClient({ env: settings(service.url, redis.url, 40), clock: systemClock });
    for (let n = 0; n < 3; n++) expect((await call('list_threads')).isError).toBe(false);
    expect(log.filter((line) => line.includes('Redis'))).toEqual([
      `agora-threads-mcp warn: Redis does not answer (connect ECONNREFUSED 127.0.0.1:${redis.port}): until it does, this process makes at most 10 calls a second by itself.\n`,
    ]);
  });

  it('for one with a wrong password: calls go on, and nothing shows it', async () => {
    const redis = await start(['--requirepass', 'the-right-password']);
    const service = await recordingServer(empty);
    const url = `redis://:a-wrong-password@127.0.0.1:${redis.port}`;
    const { call, log } = await connectClient({ env: settings(service.url, url, 40), clock: systemClock });
    expect((await call('list_threads')).isError).toBe(false);
    expect(log.join('')).toContain('WRONGPASS');
    const { stdout } = await runBinary(['doctor'], settings(service.url, url, 40));
    expect(stdout).toMatch(/warn +shared quota +Redis does not answer \(WRONGPASS/);
    expect(log.join('') + stdout).not.toContain('a-wrong-password');
  });
});

describe('the address of Redis', () => {
  it('may be of TLS, and come from a file', async () => {
    const tls = ['--tls-cert-file', pem('cert'), '--tls-key-file', pem('key'), '--tls-auth-clients', 'no'];
    const redis = await startRedis(['--port', '0', '--requirepass', 'a-password-of-tls', ...tls], '--tls-port');
    onTestFinished(() => redis.kill());
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'url');
    await writeFile(file, `rediss://:a-password-of-tls@chat.test:${redis.port}\n`, { mode: 0o600 });
    const service = await recordingServer(empty);
    const env = {
      ...classicSettings(service.url),
      AGORA_THREADS_REDIS_URL_FILE: file,
      NODE_EXTRA_CA_CERTS: pem('cert'),
      NODE_OPTIONS: `--import=${new URL('../support/fake-dns.mjs', import.meta.url).href}`,
    };
    expect(await callBinary('list_threads', {}, env)).toContain('none');
    expect((await runBinary(['doctor'], env)).stdout).toMatch(/ok +shared quota +Redis answers; .*: 1 \(1 on /);
  });
});
