import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startFiles } from '../support/start-files.ts';
import { report } from './report.ts';

/** From spawn to the answer to tools/list, and peak memory: our server, the SDK's hello world, and bare Node. */
const RUNS = 21;
const HELLO = 'dist/hello.mjs';
const OURS = 'dist/main.js';
execFileSync(process.execPath, ['scripts/build.mjs']);
execFileSync(process.execPath, ['scripts/build.mjs', 'test/bench/hello.ts', HELLO]);

const SELF = '/proc/self/status';
const env = { PATH: process.env['PATH'] ?? '' };

interface Sample {
  readonly ms: number;
  /** In MB; undefined on a system without /proc. */
  readonly mb: number | undefined;
}

/** VmHWM, the peak memory of the process. Unlike ru_maxrss it does not include the parent's memory before the spawn. */
const peakOf = (status: string): number => Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;

async function server(file: string): Promise<Sample> {
  const started = performance.now();
  const child = spawn(process.execPath, [file], { env });
  const send = (message: object) => void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const clientInfo = { name: 'bench', version: '1' };
  send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"id":2')) break;
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/list' });
  }
  const ms = performance.now() - started;
  const mb = existsSync(SELF) ? peakOf(readFileSync(`/proc/${child.pid}/status`, 'utf8')) : undefined;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
  return { ms, mb };
}

async function bare(): Promise<Sample> {
  const started = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { env }), 'exit');
  const ms = performance.now() - started;
  if (!existsSync(SELF)) return { ms, mb: undefined };
  const script = `process.stdout.write(fs.readFileSync('${SELF}'))`;
  return { ms, mb: peakOf(execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' })) };
}

const ours = await startFiles('dist');
const subjects = [
  {
    name: 'agora-threads-mcp',
    bytes: ours.reduce((sum, name) => sum + statSync(`dist/${name}`).size, 0),
    run: () => server(OURS),
  },
  { name: 'hello world', bytes: statSync(HELLO).size, run: () => server(HELLO) },
  { name: 'node -e 0', bytes: 0, run: bare },
].map((subject) => ({ ...subject, samples: [] as Sample[] }));

for (const { run } of subjects) await run(); // not measured: the first run reads the disk
for (let round = 0; round < RUNS; round++) for (const { run, samples } of subjects) samples.push(await run());

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const hello = subjects[1]?.samples ?? [];
const rows = subjects.map(({ name, bytes, samples }) => {
  const peaks = samples.flatMap(({ mb }) => (mb === undefined ? [] : [mb]));
  return {
    what: name,
    bytes,
    median_ms: Number(median(samples.map(({ ms }) => ms)).toFixed(1)),
    least_ms: Number(Math.min(...samples.map(({ ms }) => ms)).toFixed(1)),
    // In turn, so that other load on the machine affects both alike.
    ratio: Number(median(samples.map(({ ms }, round) => ms / (hello[round]?.ms ?? Number.NaN))).toFixed(3)),
    peak_mb: peaks.length === 0 ? null : Number(median(peaks).toFixed(1)),
  };
});
report('startup', rows, { runs: RUNS });
