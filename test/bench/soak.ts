import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import type { Fault } from '../../src/sandbox/faults.ts';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { initializeParams, type Message, type Peer, type Report, startPeer } from './peer.ts';
import { type CallTool, createWorker } from './soak-worker.ts';

/**
 * Two servers on one sandbox, one asking by form and one by code, with four users each. Rounds are calm, when every
 * result must be exactly right, or stormy, when calls may fail but must say so.
 *
 * The heap is measured between rounds, with no call in flight, after a garbage collection in the server's process
 * (--expose-gc). The median of the last minute is compared with that of the second.
 */
const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error('--minutes and --seed take numbers.');

const WORKERS = 4;
const ROUND_MS = 5_000;
/** How much the heap and the number of open handles may grow. */
const MOST_GROWTH = 1.1;
const MORE_HANDLES = WORKERS;
/** Short enough that requests without an answer end soon, long enough for every other answer on a busy machine. */
const TIMEOUT_MS = 3_000;

const random = createRandom(seed);
const sandbox = await startSandbox({ callsPerSecond: 400 });
const { state } = sandbox;
const counts = { calls: 0, errors: 0, unknowns: 0, faults: 0, rounds: 0, refused_unasked: 0 };
const wrong: string[] = [];
let stormy = false;

const KINDS = [
  'latency',
  'status',
  'html',
  'rate_limit',
  'reset_before',
  'reset_after',
  'no_answer',
  'no_answer_before',
  'cut_body',
  'expired_token',
  'stuck_cursor',
  'empty_body',
] as const;

function fault(): Fault {
  const where = { on: '*', times: random.int(1, 4), skip: random.int(0, 60) } as const;
  const kind = random.pick(KINDS);
  switch (kind) {
    case 'latency':
      return { ...where, kind, ms: random.int(10, 400) };
    case 'status':
      return { ...where, kind, status: random.pick([500, 502, 503, 504, 403, 404, 408]) };
    // Only once: all callers wait after it, and a request without an answer lasts until the time limit.
    case 'rate_limit':
    case 'no_answer':
    case 'no_answer_before':
      return { ...where, kind, times: 1 };
    default:
      return { ...where, kind };
  }
}

const toolResult = z.object({
  content: z.tuple([z.object({ text: z.string() })]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});

interface Served {
  readonly peer: Peer;
  readonly steps: readonly (() => Promise<void>)[];
  readonly samples: { readonly at: number; readonly report: Report }[];
}

async function serve(mode: 'elicitation' | 'code', first: number): Promise<Served> {
  const intentions = new Map<string, boolean>();
  const onAsk = ({ id, params }: Message, from: Peer): void => {
    // The question of a batch names all of its threads.
    const named = JSON.stringify(params).match(/\d{15}/g) ?? [];
    const yes = named.map((thread) => intentions.get(thread)).find((intention) => intention !== undefined) ?? false;
    const result = yes ? { action: 'accept', content: { confirm: true } } : { action: 'decline' };
    void from.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
  };
  const peer = startPeer(
    {
      AGORA_CHAT_HOST: sandbox.url,
      AGORA_CHAT_APP_KEY: `${SANDBOX.orgName}#${SANDBOX.appName}`,
      AGORA_CHAT_APP_TOKEN: SANDBOX.appToken,
      // Two servers share the sandbox's 400 calls per second, so only a fault may refuse a call.
      AGORA_THREADS_RATE_LIMIT: '200',
      AGORA_THREADS_TIMEOUT_MS: String(TIMEOUT_MS),
      AGORA_THREADS_CONFIRM: mode,
    },
    onAsk,
  );
  await peer.request('first', 'initialize', initializeParams(mode === 'code' ? {} : { elicitation: {} }));
  await peer.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  let calls = 0;
  const call: CallTool = async (name, args) => {
    const answer = await peer.request(`${mode}-${calls++}`, 'tools/call', { name, arguments: args });
    const parsed = toolResult.safeParse(answer?.result);
    if (!parsed.success) return undefined;
    const { content, structuredContent = {}, isError = false } = parsed.data;
    return { text: content[0].text, structured: structuredContent, isError };
  };
  const steps = Array.from({ length: WORKERS }, (_, n) => {
    const around = {
      state,
      call,
      intend: (thread: string, yes: boolean) => void intentions.set(thread, yes),
      stormy: () => stormy,
      wrong: (what: string) => void wrong.push(what),
      count: (what: 'calls' | 'errors' | 'unknowns') => {
        counts[what] += 1;
      },
      random: createRandom(seed + first + n),
    };
    return createWorker(first + n, around).step;
  });
  return { peer, steps, samples: [] };
}

const servers = [await serve('elicitation', 0), await serve('code', WORKERS)];
const started = performance.now();
const passed = () => performance.now() - started;
const whole = minutes * 60_000;
process.stdout.write(`seed ${seed}, ${minutes} minutes\n`);

while (passed() < whole && servers.every(({ peer }) => !peer.gone())) {
  // Two calm rounds after each storm show what the storm left behind.
  stormy = counts.rounds % 3 === 2;
  counts.rounds += 1;
  const end = passed() + ROUND_MS;
  const weather = (async () => {
    while (stormy && passed() < end) {
      sandbox.faults.push(fault());
      counts.faults += 1;
      await delay(100);
    }
  })();
  const work = servers.flatMap(({ steps }) =>
    steps.map(async (step) => {
      while (passed() < end) await step();
    }),
  );
  await Promise.all([...work, weather]);
  sandbox.faults.splice(0);
  if (!stormy) counts.refused_unasked += state.requests.filter(({ status }) => status === 429).length;
  state.requests.splice(0);
  for (const { peer, samples } of servers) {
    const report = await peer.report();
    if (report) samples.push({ at: passed(), report });
  }
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const mb = (bytes: number): number => Number((bytes / 1024 / 1024).toFixed(2));
const total = (handles: Record<string, number>): number => Object.values(handles).reduce((sum, n) => sum + n, 0);

/** A minute, or a tenth of a run shorter than ten minutes. */
const span = Math.min(60_000, whole / 10);
const rows = await Promise.all(
  servers.map(async ({ peer, samples }, n) => {
    const within = (from: number, to: number) =>
      samples.filter(({ at }) => at >= from && at < to).map(({ report }) => report);
    const [second, last] = [within(span, 2 * span + ROUND_MS), within(whole - span, Number.POSITIVE_INFINITY)];
    const heaps = [second, last].map((reports) => median(reports.map(({ heap }) => heap)));
    const handles = [second, last].map((reports) => Math.max(...reports.map((report) => total(report.handles))));
    const [firstHeap = Number.NaN, lastHeap = Number.NaN] = heaps;
    const [firstHandles = Number.NaN, lastHandles = Number.NaN] = handles;
    const final = samples.at(-1)?.report;
    const crashed = peer.gone();
    if (crashed) process.stdout.write(`${peer.stderr()}\n`);
    const { code, ms } = await peer.end();
    return {
      server: n === 0 ? 'forms' : 'codes',
      first_heap_mb: mb(firstHeap),
      last_heap_mb: mb(lastHeap),
      growth: Number((lastHeap / firstHeap).toFixed(3)),
      rss_mb: mb(final?.rss ?? Number.NaN),
      first_handles: firstHandles,
      last_handles: lastHandles,
      crashed: crashed ? 1 : 0,
      non_json_lines: peer.strayLines.length,
      answered_twice: peer.answeredTwice(),
      outside_requests: final?.outside.length ?? 0,
      warnings: final?.warnings.length ?? 0,
      exit_code: code,
      exit_ms: Math.round(ms),
    };
  }),
);
await sandbox.close();

const good =
  wrong.length === 0 &&
  counts.refused_unasked === 0 &&
  rows.every(
    (row) =>
      row.growth <= MOST_GROWTH &&
      row.last_handles <= row.first_handles + MORE_HANDLES &&
      row.crashed + row.non_json_lines + row.answered_twice + row.outside_requests + row.warnings === 0 &&
      row.exit_code === 0 &&
      row.exit_ms < 1_500,
  );
for (const row of rows) {
  for (const [what, value] of Object.entries(row))
    process.stdout.write(`${what.padEnd(18)}${String(value).padStart(12)}\n`);
}
for (const [what, value] of Object.entries({ ...counts, wrong: wrong.length })) {
  process.stdout.write(`${what.padEnd(18)}${String(value).padStart(12)}\n`);
}
for (const one of wrong.slice(0, 10)) process.stdout.write(`wrong: ${one.slice(0, 1_200)}\n`);
const seconds = Math.round(passed() / 1_000);
process.stdout.write(
  `${JSON.stringify({ bench: 'soak', seed, minutes, seconds, ...counts, wrong: wrong.length, servers: rows, good })}\n`,
);
if (!good) process.exitCode = 1;
