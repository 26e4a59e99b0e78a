import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/sandbox/random.ts';
import { hasNginx } from '../support/nginx.ts';
import { hasRedis } from '../support/redis-server.ts';
import { startTeam } from '../support/team.ts';
import { createPerson, type TimedCall } from './load-person.ts';

/**
 * A team at work on two replicas behind nginx: 200 sessions make mixed calls and answer forms, while one replica is
 * killed with -9 and started again, and then Redis. Every outcome is held against a model.
 */
const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    minutes: { type: 'string', default: '5' },
    sessions: { type: 'string', default: '200' },
    seed: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const sessions = Number(values.sessions);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(sessions) || !Number.isInteger(seed)) {
  throw new Error('--minutes, --sessions and --seed take numbers.');
}

if (!hasNginx() || !hasRedis()) {
  process.stdout.write('Left out: this run needs nginx and redis-server on the PATH.\n');
  process.exit();
}

/** Calls a second to each endpoint, of both replicas together and of the sandbox: beyond, the sandbox answers 429. */
const RATE_LIMIT = 200;
/** From one call of a person to the next, in milliseconds. */
const PAUSE_MS = [500, 7_500] as const;
/** What 99 of 100 calls without a person may take beyond the limiter's own wait, in milliseconds. */
const MOST_OVER_MS = 500;
/** Where other programs take more than so many percent of the processors, no time says anything about the server. */
const MOST_OF_OTHERS = 25;

const counts = { calls: 0, sessions: 0, lost: 0, errors: 0, unknowns: 0, questions: 0, deaths: 0, redis_deaths: 0 };
const wrong: string[] = [];
const note = (what: string): void => void wrong.push(what);
const timed: TimedCall[] = [];
const deaths = new Map<string, number[]>();
const agreed = new Set<string>();

const subjects = Array.from({ length: sessions }, (_, n) => `person-${n}`);
/** How long calls waited for the rate limit, in milliseconds, by subject and request. */
const waits = new Map<string, number>();
const before = await readTicks();
const team = await startTeam({
  subjects,
  env: { AGORA_THREADS_RATE_LIMIT: String(RATE_LIMIT), AGORA_THREADS_LOG_LEVEL: 'debug' },
  sandbox: { callsPerSecond: RATE_LIMIT },
  onLine(line) {
    const [, request, subject, ms] = /call (\d+) of (\S+): .*, (\d+) ms of them/.exec(line) ?? [];
    if (subject !== undefined && request !== undefined) waits.set(`${subject} ${request}`, Number(ms));
  },
});
const { state } = team.sandbox;
const replicas = [team.a, team.b];

const started = performance.now();
const passed = (): number => performance.now() - started;
const whole = minutes * 60_000;
process.stdout.write(`seed ${seed}, ${sessions} sessions, ${minutes} minutes\n`);

/** In ticks: what all processors had to give, what of it was used, and what this process and its ended children used. */
async function readTicks(): Promise<{ all: number; used: number; own: number }> {
  const numbersIn = async (file: string, start: RegExp): Promise<readonly number[]> =>
    ((await readFile(file, 'utf8').catch(() => '')).split('\n')[0] ?? '').replace(start, '').split(' ').map(Number);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  // user, nice, system, idle, iowait, irq, softirq, steal
  const machine = (await numbersIn('/proc/stat', /^cpu +/)).slice(0, 8);
  const [idle = 0, iowait = 0] = machine.slice(3, 5);
  // From the state on; utime, stime, cutime, cstime.
  const own = (await numbersIn('/proc/self/stat', /^.*\) /)).slice(11, 15);
  return { all: sum(machine), used: sum(machine) - idle - iowait, own: sum(own) };
}

async function work(number: number, subject: string): Promise<void> {
  const random = createRandom(seed + number);
  const person = createPerson({
    url: team.url,
    service: team.sandbox.url,
    subject,
    token: team.tokenOf(subject),
    number,
    state,
    deaths,
    random,
    wrong: note,
    timed: (call) => void timed.push(call),
    count(what) {
      counts[what] += 1;
    },
    agreed: (thread) => void agreed.add(thread),
  });
  // People do not come all at once.
  await delay(random.int(0, Math.min(PAUSE_MS[1], whole / 6)));
  while (passed() < whole) {
    await person.step();
    await delay(random.int(...PAUSE_MS));
  }
  await person.leave();
}

/** In each round of at most a minute one replica is away for a tenth of it, and then Redis. */
async function disturb(): Promise<void> {
  const round = Math.min(60_000, whole);
  const at = async (part: number): Promise<void> => void (await delay(Math.max(0, part - passed())));
  for (let n = 0; (n + 1) * round <= whole; n++) {
    const replica = n % 2 === 0 ? team.a : team.b;
    const from = n * round;
    await at(from + round * 0.3);
    deaths.set(replica.name, [...(deaths.get(replica.name) ?? []), performance.now()]);
    counts.deaths += 1;
    await replica.kill();
    await at(from + round * 0.4);
    await replica.start();
    await at(from + round * 0.6);
    counts.redis_deaths += 1;
    await team.redis.kill();
    await at(from + round * 0.7);
    await team.redis.start();
  }
}

/** Looks at what the service was asked to do. */
async function watch(): Promise<void> {
  while (passed() < whole) {
    await delay(500);
    judgeRequests();
  }
}

const seen = { requests: 0, refused: 0, deletions: 0 };
function judgeRequests(): void {
  for (const { method, path, status } of state.requests.splice(0)) {
    seen.requests += 1;
    if (status === 429) seen.refused += 1;
    if (method !== 'DELETE') continue;
    seen.deletions += 1;
    const [, thread = ''] = /\/thread\/(\d+)/.exec(path) ?? [];
    if (!agreed.has(thread)) note(`DELETE ${path}, to which nobody agreed`);
  }
}

await Promise.all([...subjects.map((subject, n) => work(n, subject)), disturb(), watch()]);
judgeRequests();

// A call that was lost has no line, and a line that was on its way to a killed replica's end is lost too.
const plain = timed.filter(({ asked }) => !asked);
const measured = plain.flatMap((call) => {
  const waited = waits.get(`${call.subject} ${call.request}`);
  return waited === undefined ? [] : [{ ...call, over: call.ms - waited, waited }];
});
const sorted = (numbers: readonly number[]): readonly number[] => [...numbers].sort((a, b) => a - b);
const percentile = (numbers: readonly number[], share: number): number =>
  Math.round(numbers[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? Number.NaN);
const overs = sorted(measured.map(({ over }) => over));
const whole_ms = sorted(measured.map(({ ms }) => ms));
const p99 = percentile(overs, 0.99);

/** What a replica says of itself when everybody has left. */
for (const { name, origin } of replicas) {
  const headers = { authorization: `Bearer ${team.tokenOf(subjects[0] ?? '')}` };
  const metrics = await (await fetch(`${origin}/metrics`, { headers })).text();
  for (const left of ['sessions', 'open_questions']) {
    const [, value] = new RegExp(`^agora_threads_${left} (.*)$`, 'm').exec(metrics) ?? [];
    if (value !== '0') note(`replica ${name} has ${value} ${left} when everybody has left`);
  }
}

const stopped = await Promise.all(replicas.map((replica) => replica.stop()));
await team.close();
// Only now do the replicas count as this run's own: a server that is slow must not excuse itself.
const now = await readTicks();
// 0 where the system does not say.
const others = Math.round((100 * (now.used - before.used - now.own + before.own)) / (now.all - before.all)) || 0;
if (others > MOST_OF_OTHERS) {
  process.stdout.write(`Other programs took ${others} % of the processors: no time is judged.\n`);
}
const seconds = Math.round(passed() / 1_000);
const figures = {
  ...counts,
  answered: timed.length,
  without_person: plain.length,
  measured: measured.length,
  requests: seen.requests,
  refused_429: seen.refused,
  deletions: seen.deletions,
  p50_ms: percentile(whole_ms, 0.5),
  p99_ms: percentile(whole_ms, 0.99),
  p50_over_ms: percentile(overs, 0.5),
  p99_over_ms: p99,
  max_over_ms: percentile(overs, 1),
  others_percent: others,
  longest_wait_ms: Math.max(0, ...measured.map(({ waited }) => waited)),
  exit_codes: stopped.map(({ code }) => code).join(' '),
  exit_ms: Math.round(Math.max(...stopped.map(({ ms }) => ms))),
  wrong: wrong.length,
  seconds,
};
const good =
  wrong.length === 0 &&
  seen.refused === 0 &&
  (others > MOST_OF_OTHERS || p99 <= MOST_OVER_MS) &&
  // A run in which nobody was asked, killed or measured would pass all of the above.
  counts.deaths > 0 &&
  counts.redis_deaths > 0 &&
  counts.questions > 0 &&
  seen.deletions > 0 &&
  measured.length > plain.length * 0.9 &&
  plain.length > sessions &&
  stopped.every(({ code, ms }) => code === 0 && ms < 6_000);
for (const [what, value] of Object.entries(figures)) {
  process.stdout.write(`${what.padEnd(18)}${String(value).padStart(12)}\n`);
}
for (const one of wrong.slice(0, 10)) process.stdout.write(`wrong: ${one.slice(0, 1_000)}\n`);
process.stdout.write(`${JSON.stringify({ bench: 'load', seed, minutes, ...figures, good })}\n`);
if (!good) process.exitCode = 1;
