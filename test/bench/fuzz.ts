import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { DRAWS_VIEWS } from '../support/draws-views.ts';
import { startAnyAnswer } from './any-answer.ts';
import { type Case, type Known, makeCases } from './fuzz-cases.ts';
import { readFuzzOptions } from './fuzz-options.ts';
import { NOT_YES } from './not-yes.ts';
import { initializeParams, type Message, PATIENCE_MS, type Peer, startPeer } from './peer.ts';

/**
 * Sends anything to the built server: lines on its stdin, arguments of its tools, answers of the service. Connections
 * to other machines are counted inside the server's process, where Node opens sockets and looks up names (watch.mjs);
 * deletions are counted by the two services, which run in this process.
 */
const { total, seed } = readFuzzOptions();

const CASES_PER_PROCESS = 5_000;
const CASES_BEFORE_INITIALIZE = 25;
/** Lines between two checks that the server still answers. */
const LINES_PER_CHECK = 200;
/** Concurrent calls; more for the service whose errors make many calls wait before they are retried. */
const CONCURRENT_CALLS = { sandbox: 64, any: 400 };
/** How much the heap may grow after a fifth of a process's cases, in MB: the server's memory of threads is bounded. */
const GROWTH_MB = 20;

const found = {
  cases: 0,
  crashes: 0,
  unanswered: 0,
  answered_twice: 0,
  non_json_lines: 0,
  internal_errors: 0,
  odd_answers: 0,
  outside_requests: 0,
  deletions: 0,
  warnings: 0,
  bad_ends: 0,
  first_heap_mb: 0,
  last_heap_mb: 0,
  most_growth_mb: 0,
};
const answers = { results: 0, tool_errors: 0, protocol_errors: 0, questions: 0 };
const examples: string[] = [];
const note = (what: keyof typeof found, example: string): void => {
  found[what] += 1;
  if (examples.length < 20) examples.push(`${what}: ${example.slice(0, 600)}`);
};
const mb = (bytes: number): number => Number((bytes / 1024 / 1024).toFixed(1));

/** What the clients declare, in turn: forms, nothing, and views, in which nobody ever clicks. */
const SHOWS: readonly object[] = [{ elicitation: {} }, {}, DRAWS_VIEWS];

const toolResult = z.object({
  content: z.tuple([z.object({ type: z.literal('text'), text: z.string() })]),
  structuredContent: z.looseObject({ summary: z.string() }).optional(),
  isError: z.boolean().optional(),
});

/** Checks the answer to a tool call against the rules for all answers. */
function judge(answer: Message, sent: Case): void {
  const shown = `${JSON.stringify(answer).slice(0, 300)} to ${String(sent.bytes).slice(0, 250)}`;
  if (answer.error) {
    answers.protocol_errors += 1;
    // Only a malformed call, or one of an unknown tool, may be answered with a protocol error.
    if (answer.error.code !== -32602 && answer.error.code !== -32600) note('internal_errors', shown);
    return;
  }
  const parsed = toolResult.safeParse(answer.result);
  if (!parsed.success) return void note('odd_answers', shown);
  const { content, structuredContent, isError } = parsed.data;
  const [{ text }] = content;
  if (isError) {
    answers.tool_errors += 1;
    if (text.startsWith('Error [internal_error]')) note('internal_errors', shown);
    else if (!/^Error \[[a-z_]+\]: /.test(text)) note('odd_answers', shown);
    // Only the view is told of an error by a structure too.
    else if (structuredContent && !shown.includes('"name":"answer_confirmation"')) note('odd_answers', shown);
  } else {
    answers.results += 1;
    if (!structuredContent) note('odd_answers', shown);
  }
}

interface Service {
  readonly url: string;
  readonly known: Known;
  /** Deletions and removals received since the last call. */
  readonly deletions: () => number;
  readonly close: () => Promise<void>;
}

async function sandboxService(): Promise<Service> {
  const sandbox = await startSandbox({ callsPerSecond: 1e9 });
  const { state } = sandbox;
  const threads = [...state.threads.keys()];
  return {
    url: sandbox.url,
    known: {
      threads: threads.slice(0, 200),
      groups: [...state.groups.keys()],
      users: [...state.users].slice(0, 60),
      messages: [...state.messages.keys()],
    },
    deletions: () => state.requests.splice(0).filter(({ method }) => method === 'DELETE').length,
    async close() {
      const lost = threads.filter((id) => !state.threads.has(id));
      for (const id of lost) note('deletions', `thread ${id} is gone`);
      await sandbox.close();
    },
  };
}

async function anyService(seed: number, known: Known): Promise<Service> {
  const service = await startAnyAnswer(seed);
  let counted = 0;
  return {
    url: service.url,
    known,
    deletions() {
      const before = counted;
      counted = service.seen['DELETE'] ?? 0;
      return counted - before;
    },
    close: service.close,
  };
}

/** Runs one server process with its cases, from before `initialize` to the end of stdin. */
async function run(service: Service, hostile: boolean, shows: object, count: number, seed: number): Promise<void> {
  let asked = seed;
  const onAsk = ({ id }: Message, from: Peer): void => {
    answers.questions += 1;
    const back = NOT_YES[asked++ % NOT_YES.length];
    void from.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...back })}\n`);
  };
  const begin = (): Peer =>
    startPeer(
      {
        AGORA_CHAT_HOST: service.url,
        AGORA_CHAT_APP_KEY: `${SANDBOX.orgName}#${SANDBOX.appName}`,
        AGORA_CHAT_APP_TOKEN: SANDBOX.appToken,
        AGORA_THREADS_RATE_LIMIT: '1000000',
        AGORA_THREADS_TIMEOUT_MS: '1000',
        AGORA_THREADS_LOG_LEVEL: 'debug',
      },
      onAsk,
    );
  const initialize = (peer: Peer) => peer.request('first', 'initialize', initializeParams(shows));
  const cases = makeCases(service.known, hostile, count, seed);
  let peer = begin();
  let first: number | undefined;
  let recent: Case[] = [];
  const under = new Map<string, Promise<void>>();

  async function finish(): Promise<void> {
    const last = await peer.report();
    if (last) {
      for (const host of last.outside) note('outside_requests', host);
      for (const warning of last.warnings) note('warnings', warning);
      const heap = mb(last.heap);
      if (first !== undefined && (found.first_heap_mb === 0 || heap - first > found.most_growth_mb)) {
        Object.assign(found, {
          first_heap_mb: first,
          last_heap_mb: heap,
          most_growth_mb: Number((heap - first).toFixed(1)),
        });
      }
    }
    const { code, ms } = await peer.end();
    if (last && (code !== 0 || ms > 1_500)) note('bad_ends', `exit code ${code} after ${Math.round(ms)} ms`);
    for (const line of peer.strayLines) note('non_json_lines', line);
    found.deletions += service.deletions();
  }

  /** Checks that the server still answers. If not, this is recorded and the next cases get a new process. */
  async function look(n: number): Promise<void> {
    const alive = await peer.request(`ping-${n}`, 'ping', {});
    found.deletions += service.deletions();
    if (alive) return;
    const sent = recent.map(({ bytes }) => String(bytes).slice(0, 120)).join('\n  ');
    note('crashes', `${peer.gone() ? 'it ended' : 'it hangs'}\n${peer.stderr().slice(-400)}\n  ${sent.slice(-1_500)}`);
    await Promise.all(under.values());
    await finish();
    peer = begin();
    first = undefined;
    await initialize(peer);
  }

  for (const [n, one] of cases.entries()) {
    if (n === Math.min(CASES_BEFORE_INITIALIZE, count - 1)) {
      await look(n);
      await initialize(peer);
      await peer.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    }
    recent.push(one);
    found.cases += 1;
    const { id } = one;
    if (id !== undefined) {
      const to = peer;
      const settled = to.answerTo(id, PATIENCE_MS).then((answer) => {
        under.delete(id);
        if (answer) judge(answer, one);
        else if (!to.gone()) note('unanswered', String(one.bytes));
      });
      under.set(id, settled);
    }
    // As one write: the answer to a question may be written at the same time.
    await peer.write(Buffer.concat([Buffer.from(one.bytes), Buffer.from('\n')]));
    if (under.size >= (hostile ? CONCURRENT_CALLS.any : CONCURRENT_CALLS.sandbox)) await Promise.race(under.values());
    if (n % LINES_PER_CHECK === LINES_PER_CHECK - 1) {
      await look(n);
      recent = [];
    }
    if (first === undefined && n >= count / 5) {
      const report = await peer.report();
      first = report && mb(report.heap);
    }
  }
  await look(count);
  await Promise.all(under.values());
  found.answered_twice += peer.answeredTwice();
  await finish();
}

process.stdout.write(`seed ${seed}, ${total} cases\n`);
const started = performance.now();
const processes = Math.max(2 * SHOWS.length, Math.ceil(total / CASES_PER_PROCESS));
let known: Known | undefined;
for (let n = 0, left = total; n < processes; n++) {
  const count = Math.ceil(left / (processes - n));
  left -= count;
  const hostile = n % 2 === 1 && known !== undefined;
  const service: Service = hostile && known ? await anyService(seed + n, known) : await sandboxService();
  known ??= service.known;
  await run(service, hostile, SHOWS[Math.floor(n / 2) % SHOWS.length] ?? {}, count, seed + n);
  await service.close();
}

const seconds = Number(((performance.now() - started) / 1_000).toFixed(1));
const bad = [
  'crashes',
  'unanswered',
  'answered_twice',
  'non_json_lines',
  'internal_errors',
  'odd_answers',
  'outside_requests',
  'deletions',
  'warnings',
  'bad_ends',
] as const;
const failed = bad.filter((what) => found[what] > 0);
const grown = found.most_growth_mb > GROWTH_MB;
// A server that refused everything would pass all the checks above.
const idle = (['results', 'tool_errors', 'questions'] as const).filter(
  (what) => answers[what] < Math.floor(total / 100),
);
for (const [what, count] of Object.entries({ ...found, ...answers, seconds })) {
  process.stdout.write(`${what.padEnd(18)}${String(count).padStart(10)}\n`);
}
for (const example of examples) process.stdout.write(`${example}\n`);
process.stdout.write(
  `${JSON.stringify({ bench: 'fuzz', seed, processes, ...found, ...answers, seconds, good: failed.length === 0 && !grown && idle.length === 0 })}\n`,
);
if (failed.length > 0 || grown || idle.length > 0) process.exitCode = 1;
