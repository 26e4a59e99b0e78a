import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Agent } from 'undici';
import type { Thread } from '../../src/agora/thread.ts';
import { systemClock } from '../../src/base/clock.ts';
import { walk } from '../../src/lists/walk.ts';
import { countThread, noTotals } from '../../src/present/totals.ts';
import { connectBench } from './connect-bench.ts';
import { report } from './report.ts';

const SIZES = [20_000, 100_000];
const THREADS = 100_000;
/** The median of several pairs is taken, since one pair can be off by a tenth on a busy machine. */
const RUNS = 15;

/** Serves 100,000 threads from another process, so that it takes no time from the walk. */
if (process.argv[3] === 'serve') {
  const page = (from: number) =>
    JSON.stringify({
      action: 'get',
      timestamp: 1,
      entities: Array.from({ length: Math.min(50, THREADS - from) }, (_, i) => {
        const n = from + i;
        return {
          id: String(240_000_000_000_000 + n),
          name: `Refund for order ${n}`,
          owner: `user-${n % 4}`,
          msgId: String(1_180_000_000_000_000_000n + BigInt(n)),
          groupId: `21000000000000${n % 5}`,
          created: 1_735_689_600_123 + n,
        };
      }),
      properties: { cursor: String(from + 50) },
    });
  const server = createServer((request, response) => {
    const from = Number(new URL(request.url ?? '', 'http://x').searchParams.get('cursor') ?? 0);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(page(from));
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
} else {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '', 'serve']);
  const [port] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}`;

  const bare = async (threads: number): Promise<number> => {
    const agent = new Agent();
    let cursor = '';
    let count = 0;
    for (;;) {
      const answer = await agent.request({
        origin: url,
        path: `/acme/helpdesk/threads/user/lin?limit=50&cursor=${cursor}`,
        method: 'GET',
      });
      const body = (await answer.body.json()) as { entities: unknown[]; properties: { cursor: string } };
      count += body.entities.length;
      if (body.entities.length === 0 || count >= threads) break;
      cursor = body.properties.cursor;
    }
    await agent.close();
    return count;
  };
  const { connection, close } = await connectBench(url, { AGORA_THREADS_RATE_LIMIT: '1000000' });
  let peak = 0;
  const ours = async (threads: number): Promise<number> => {
    const totals = noTotals();
    const found = await walk<Thread>({
      fetch: (query, signal) => connection.threads.listOfUser('lin', query, signal),
      start: {},
      shortPageEnds: false,
      limit: 20,
      maxScan: threads,
      fits(thread) {
        countThread(totals, thread);
        return true;
      },
      onPage: (scanned) => {
        if (scanned % 5_000 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed);
      },
      clock: systemClock,
      signal: new AbortController().signal,
    });
    return found.scanned;
  };
  const time = async (run: (threads: number) => Promise<number>, threads: number) => {
    const started = performance.now();
    const count = await run(threads);
    if (count !== threads) throw new Error(`walked ${count} threads`);
    return (performance.now() - started) / 1_000;
  };
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  const rows = [];
  for (const threads of SIZES) {
    await time(bare, threads);
    await time(ours, threads);
    peak = 0;
    const pairs: { bare: number; ours: number }[] = [];
    for (let run = 0; run < RUNS; run++)
      pairs.push({ bare: await time(bare, threads), ours: await time(ours, threads) });
    rows.push({
      threads,
      bare_s: Number(median(pairs.map((pair) => pair.bare)).toFixed(2)),
      ours_s: Number(median(pairs.map((pair) => pair.ours)).toFixed(2)),
      ratio: Number(median(pairs.map((pair) => pair.ours / pair.bare)).toFixed(3)),
      peak_heap_mb: Math.round(peak / 1024 / 1024),
    });
  }
  await close();
  child.kill();
  report('walk', rows, { runs: RUNS });
}
