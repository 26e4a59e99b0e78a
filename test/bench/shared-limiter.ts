import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as z from 'zod';
import { hasRedis, type RedisServer, startRedis } from '../support/redis-server.ts';
import { report } from './report.ts';

const PER_SECOND = 50;
const PROCESSES = 4;
/** In each process. */
const IN_FLIGHT = 40;

/** The time of each call in milliseconds, and how many failed. */
const outcome = z.object({ times: z.array(z.number()), failed: z.number() });
const address = z.object({ port: z.number() });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A service that counts each call at a random moment between its arrival and its answer, in any second at most 50. */
async function startService() {
  const counted: number[] = [];
  let refused = 0;
  const server = createServer((_request, response) => {
    const takes = 20 + Math.random() * 280;
    const before = Math.random() * takes;
    setTimeout(() => {
      const now = performance.now();
      const good = counted.filter((at) => at > now - 1_000).length < PER_SECOND;
      if (good) counted.push(now);
      else refused += 1;
      setTimeout(() => {
        response.writeHead(good ? 200 : 429, { 'content-type': 'application/json' });
        response.end(good ? '{"entities":[],"properties":{}}' : '{"error":"too_many_requests"}');
      }, takes - before);
    }, before);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${address.parse(server.address()).port}`;
  return { url, counted, refused: () => refused, close: () => void server.close(() => server.closeAllConnections()) };
}

const worker = fileURLToPath(new URL('shared-limiter-worker.mjs', import.meta.url));
await build({
  entryPoints: ['test/bench/shared-limiter-worker.ts'],
  outfile: worker,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});

/** Runs the processes on one Redis, with `during` meanwhile; gives their calls. */
async function measure(what: string, calls: number, during?: (redis: RedisServer) => Promise<void>) {
  const service = await startService();
  const redis = await startRedis();
  const env = {
    PATH: process.env['PATH'] ?? '',
    AGORA_CHAT_HOST: service.url,
    AGORA_CHAT_APP_KEY: 'acme#helpdesk',
    AGORA_CHAT_APP_TOKEN: 'x',
    AGORA_THREADS_RATE_LIMIT: String(PER_SECOND),
    AGORA_THREADS_REDIS_URL: redis.url,
  };
  const children = Array.from({ length: PROCESSES }, () =>
    fork(worker, [String(calls / PROCESSES), String(IN_FLIGHT)], { env }),
  );
  const outcomes = children.map(async (child) => outcome.parse((await once(child, 'message'))[0]));
  if (during) {
    await during(redis);
    for (const child of children) stop(child);
  }
  const each = await Promise.all(outcomes);
  await redis.kill();
  service.close();
  const [first = 0] = service.counted;
  const seconds = ((service.counted.at(-1) ?? 0) - first) / 1_000;
  const means = each.map(({ times }) => times.reduce((sum, time) => sum + time, 0) / times.length);
  const gaps = service.counted.map((at, n) => at - (service.counted[n - 1] ?? at));
  return {
    what,
    calls: service.counted.length,
    refused: service.refused(),
    failed: each.reduce((sum, { failed }) => sum + failed, 0),
    quota_used: Number((service.counted.length / (PER_SECOND * seconds)).toFixed(3)),
    longest_to_mean: Number((Math.max(...each.flatMap(({ times }) => times)) / Math.max(...means)).toFixed(2)),
    longest_gap_s: Number((Math.max(...gaps) / 1_000).toFixed(2)),
  };
}

const stop = (child: ChildProcess): void => {
  if (child.connected) child.send('end');
};

if (!hasRedis()) {
  process.stdout.write('Left out: there is no redis-server on this machine (apt-get install redis-server).\n');
} else {
  const rows = [
    await measure('undisturbed', 12 * PER_SECOND),
    await measure('Redis killed ten times', 1_000_000, async (redis) => {
      for (let time = 0; time < 10; time++) {
        await pause(2_500);
        await redis.kill();
        await pause(1_500);
        await redis.start();
      }
      await pause(3_000);
    }),
  ];
  report('shared-limiter', rows);
}
