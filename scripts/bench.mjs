// Runs the benchmarks one after the other; --write puts their tables into BENCHMARKS.md.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** By the file in test/bench/. */
const BENCHMARKS = {
  startup: {
    title: 'Start-up',
    about:
      'From spawn to the list of tools, and peak memory: this server, a one-tool hello world on the same SDK bundled the same way, and Node doing nothing. Rounds are interleaved; `ratio` is the median of the ratios to hello world per round.',
  },
  calls: {
    title: 'A call',
    about:
      "One page of a list as a tool call, including the SDK's client in the same process, and the same request with plain undici. One by one: the median per call; all together: the total time.",
  },
  walks: {
    title: 'A walk of 20,000 and of 100,000 threads',
    about:
      'Pages of 50 from a server in another process, and a plain undici loop that only counts the same pages; `ratio` is the median of pairs.',
  },
  'directory-walks': {
    title: 'Finding threads in a whole app',
    about:
      'The calls that find_threads needs to know all threads of apps of several shapes, and the most it may need; a stand-in in the same process answers at once, and its data is part of the heap.',
  },
  'token-cost': {
    title: 'Tokens',
    about:
      'A page of 50 ordinary threads of one group and of five, as a result and as the raw JSON page (o200k); bytes and tokens of the list of tools.',
  },
  limiter: {
    title: 'The rate limit',
    about:
      'Concurrent calls to a server that limits calls per sliding second: how many it refuses, and how long they take compared with the shortest possible time.',
  },
  'shared-limiter': {
    title: 'The rate limit that processes share',
    about:
      'Four processes on one Redis, 40 calls in flight in each, and a service that allows 50 calls in any second and counts each at a random moment of its 20-300 ms. In the second run Redis is killed for 1.5 s and started again, ten times. `longest_to_mean`: the longest call, by the mean of the slowest process; `longest_gap_s`: the longest time without a call.',
  },
};

const parts = Object.entries(BENCHMARKS).map(([name, { title, about }]) => {
  const { status, stdout } = spawnSync(process.execPath, ['scripts/run.mjs', `test/bench/${name}.ts`], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(`${title}\n${stdout}\n`);
  if (status !== 0) process.exit(status ?? 1);
  const lines = stdout.trimEnd().split('\n');
  const table = lines.filter((line) => !line.startsWith('{')).join('\n');
  return `## ${title}\n\n${about}\n\n\`\`\`text\n${table}\n\`\`\``;
});

if (process.argv.includes('--write')) {
  const [cpu] = cpus();
  const processor = `${cpu?.model ?? 'unknown processor'} (${cpus().length} cores)`;
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GB`;
  const machine = `${processor}, ${memory}, ${platform()} ${arch()}, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  const made = `Made by \`npm run bench -- --write\` on ${date}: ${machine}. Ratios are taken within a run; absolute times say little about another machine.`;
  writeFileSync(`${root}BENCHMARKS.md`, `${['# Benchmarks', made, ...parts].join('\n\n')}\n`);
}
