import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Agent } from 'undici';
import { assemble } from '../../src/app/build-server.ts';
import { knownTools } from '../../src/app/tool-registry.ts';
import { createLog } from '../../src/base/log.ts';
import { connectInProcess } from '../../src/mcp/tool-client.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import { report } from './report.ts';

const ROUNDS = 11;
/** Sequential calls per round. */
const CALLS = 200;
const MANY = 1_000;
const IN_FLIGHT = 50;

const page = JSON.stringify({
  action: 'get',
  timestamp: 1,
  entities: Array.from({ length: 20 }, (_, n) => ({
    id: String(240_000_000_000_000 + n),
    name: `Refund for order ${n}`,
    owner: `user-${n % 4}`,
    msgId: String(1_180_000_000_000_000_000n + BigInt(n)),
    groupId: '210000000000001',
    created: 1_735_689_600_123 + n,
  })),
  properties: { cursor: 'ZGVzYz4xNzk0MTI0Nzc2ODEwPjI0MDk4' },
});

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Serves one page of a list from another process, so that it takes no time from the caller. */
if (process.argv[3] === 'serve') {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(page);
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
} else {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '', 'serve']);
  const [port] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}`;
  const agent = new Agent();
  const bare = async (): Promise<void> => {
    const { body } = await agent.request({
      origin: url,
      path: '/acme/helpdesk/threads/user/lin?limit=20&sort=desc',
      method: 'GET',
      headers: { accept: 'application/json', authorization: 'Bearer bench-token' },
    });
    await body.json();
  };
  const settings = {
    AGORA_CHAT_HOST: url,
    AGORA_CHAT_APP_KEY: 'acme#helpdesk',
    AGORA_CHAT_APP_TOKEN: 'bench-token',
    AGORA_THREADS_RATE_LIMIT: '1000000',
  };
  // The SDK's client is in this process too, so its time is measured as well.
  const { server } = assemble(
    readConfig(settings, knownTools),
    createLog('silent', () => undefined),
  );
  const client = await connectInProcess(server, () => Promise.resolve(false));
  const ours = async (): Promise<void> => {
    const { structured } = await client.call('list_user_threads', { username: 'lin' }, new AbortController());
    if (structured === undefined) throw new Error('the call failed');
  };
  const msOf = async (run: () => Promise<void>): Promise<number> => {
    const times: number[] = [];
    for (let call = 0; call < CALLS; call++) {
      const started = performance.now();
      await run();
      times.push(performance.now() - started);
    }
    return median(times);
  };
  const together = async (run: () => Promise<void>): Promise<number> => {
    let left = MANY;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await run();
    };
    const started = performance.now();
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    return performance.now() - started;
  };
  await msOf(bare);
  await msOf(ours);
  const rounds: Record<'bare' | 'ours' | 'bareMany' | 'oursMany', number>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [one, other] = [await msOf(bare), await msOf(ours)];
    rounds.push({ bare: one, ours: other, bareMany: await together(bare), oursMany: await together(ours) });
  }
  await client.close();
  await agent.close();
  child.kill();
  const ms = (of: keyof (typeof rounds)[number], digits: number) =>
    Number(median(rounds.map((round) => round[of])).toFixed(digits));
  const over = median(rounds.map(({ bare, ours }) => ours - bare));
  const rows = [
    {
      what: 'one by one',
      calls: CALLS,
      in_flight: 1,
      bare_ms: ms('bare', 3),
      ours_ms: ms('ours', 3),
      over_ms: Number(over.toFixed(3)),
    },
    {
      what: 'all together',
      calls: MANY,
      in_flight: IN_FLIGHT,
      bare_ms: ms('bareMany', 0),
      ours_ms: ms('oursMany', 0),
      over_ms: null,
    },
  ];
  report('calls', rows, { rounds: ROUNDS });
}
