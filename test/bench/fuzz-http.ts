import * as z from 'zod';
import { createRandom } from '../../src/sandbox/random.ts';
import { makeCases } from './fuzz-cases.ts';
import { createHttpCases, type HttpCase, honest, requestBytes, type Victim } from './fuzz-http-cases.ts';
import { startFuzzedServer } from './fuzz-http-server.ts';
import { readFuzzOptions } from './fuzz-options.ts';
import { NOT_YES } from './not-yes.ts';
import { initializeParams, report as reportSchema } from './peer.ts';
import { type RawAnswer, sendRaw } from './raw-http.ts';

/**
 * Sends anything to `serve --http`: requests that are none, with the headers of others, into sessions of others, broken
 * off, too large. Each is a connection of its own. Questions are answered by all but a yes; each question is also
 * answered with a yes in the sessions of others, and each code is used there.
 */
const { total, seed } = readFuzzOptions();

const CONCURRENT = 48;
/** The longest wait for a whole answer, in milliseconds. */
const PATIENCE_MS = 90_000;
/** Sessions that the process may have; filled at the start, so that they do not count as growth. */
const MOST_SESSIONS = 500;
const LINES_AT_ONCE = 5_000;
/** Then the sessions that the cases have ended are opened anew. */
const CASES_PER_LOOK = 300;
/** How much the heap may grow after a fifth of the cases, in MB. */
const GROWTH_MB = 20;

const found = {
  cases: 0,
  no_status_line: 0,
  unanswered: 0,
  server_errors: 0,
  crashes: 0,
  deletions: 0,
  outside_requests: 0,
  warnings: 0,
  complaints: 0,
  bad_ends: 0,
  first_heap_mb: 0,
  last_heap_mb: 0,
};
const seen = { results: 0, tool_errors: 0, refused: 0, questions: 0, codes: 0, thefts: 0, new_sessions: 0 };
const statuses = new Map<string, number>();
const examples: string[] = [];
const note = (what: keyof typeof found, example: string): void => {
  found[what] += 1;
  if (examples.length < 20) examples.push(`${what}: ${JSON.stringify(example.slice(0, 500))}`);
};

const random = createRandom(seed);
const { port, sandbox, replica, tokens, complaints, close } = await startFuzzedServer();
const { state } = sandbox;
const threads = [...state.threads.keys()];
const tokenOf = (subject: string): string => tokens.get(subject) ?? '';

const post = (token: string, session: string | undefined, body: string | Uint8Array): Promise<RawAnswer> =>
  sendRaw(requestBytes('POST', '/mcp', honest(token, session, body), body), { port, withinMs: PATIENCE_MS });

async function openSession(subject: string, forms: boolean): Promise<Victim | undefined> {
  const params = initializeParams(forms ? { elicitation: {} } : {});
  const begun = await post(
    tokenOf(subject),
    undefined,
    JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
  );
  const [, id] = /^mcp-session-id: (\S+)\r$/im.exec(begun.text) ?? [];
  if (id === undefined) return undefined;
  await post(tokenOf(subject), id, '{"jsonrpc":"2.0","method":"notifications/initialized"}');
  return { id, token: tokenOf(subject) };
}

/** Two sessions of each name, one that shows forms and one that gets codes. */
const victims: Victim[] = [];
/** Sessions of each name that show forms and never call anything: no question is theirs. */
const bystanders: Victim[] = [];
async function fillVictims(): Promise<void> {
  victims.splice(0);
  bystanders.splice(0);
  for (const subject of tokens.keys()) {
    const bystander = await openSession(subject, true);
    if (bystander) bystanders.push(bystander);
    for (const forms of [true, false]) {
      const victim = await openSession(subject, forms);
      if (victim) victims.push(victim);
      else note('crashes', `no session for ${subject}`);
    }
  }
}

let asked = 0;
const QUESTION = /"id":(\d+),"method":"elicitation\/create"|"method":"elicitation\/create"[^\n]*"id":(\d+)/;

/** Somebody else says yes first, then the person themselves anything but that. */
async function answerQuestion(id: number, victim: Victim): Promise<void> {
  const yes = JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'accept', content: { confirm: true } } });
  for (const other of bystanders) await post(other.token, other.id, yes);
  for (const token of tokens.values()) if (token !== victim.token) await post(token, victim.id, yes);
  seen.thefts += 1;
  const back = NOT_YES[asked++ % NOT_YES.length];
  const answer = await post(victim.token, victim.id, JSON.stringify({ jsonrpc: '2.0', id, ...back }));
  // What is no answer at all leaves the question open.
  if (answer.status !== 202) {
    await post(victim.token, victim.id, JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'decline' } }));
  }
}

const called = z.object({
  params: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }),
});

/** Uses the code of a call in all other sessions. */
async function stealCode(code: string, body: string, victim: Victim): Promise<void> {
  const call = called.safeParse(JSON.parse(body));
  if (!call.success) return;
  const { name, arguments: args } = call.data.params;
  const params = { name, arguments: { ...args, confirmation_code: code } };
  for (const other of victims) {
    if (other.id === victim.id) continue;
    seen.thefts += 1;
    await send({
      kind: 'theft',
      whole: true,
      victim: other,
      bytes: bytesOf(
        other,
        JSON.stringify({ jsonrpc: '2.0', id: `theft-${seen.thefts}`, method: 'tools/call', params }),
      ),
    });
  }
}
const bytesOf = ({ id, token }: Victim, body: string): Uint8Array =>
  requestBytes('POST', '/mcp', honest(token, id, body), body);

async function send({ kind, bytes, whole, breakOff = false, victim }: HttpCase): Promise<void> {
  let answered = false;
  const isStream = /^GET /.test(Buffer.from(bytes.subarray(0, 4)).toString('latin1'));
  const answer = await sendRaw(bytes, {
    port,
    withinMs: PATIENCE_MS,
    breakOff,
    half: !whole,
    onText(text) {
      const [, first, second] = QUESTION.exec(text) ?? [];
      const id = first ?? second;
      if (id !== undefined && victim && !answered) {
        answered = true;
        seen.questions += 1;
        void answerQuestion(Number(id), victim);
      }
      // The stream of a session has no end of its own.
      return isStream && text.includes('\r\n\r\n');
    },
  });
  judge(kind, answer, whole, breakOff, bytes);
  const [, code] = /"confirmation_code":"([^"\\]+)"/.exec(answer.text) ?? [];
  if (code !== undefined && victim && kind === 'line') {
    seen.codes += 1;
    const text = Buffer.from(bytes).toString('utf8');
    await stealCode(code, text.slice(text.indexOf('\r\n\r\n') + 4), victim);
  }
}

function judge(kind: string, answer: RawAnswer, whole: boolean, breakOff: boolean, bytes: Uint8Array): void {
  const { text, status, late } = answer;
  const shown = `${kind} ${Buffer.from(bytes.subarray(0, 300)).toString('latin1')} -> ${text.slice(0, 200)}`;
  const key = `${kind} ${status ?? 'none'}`;
  statuses.set(key, (statuses.get(key) ?? 0) + 1);
  if (breakOff) return;
  if (late || (whole && text === '')) note('unanswered', shown);
  else if (text !== '' && status === undefined) note('no_status_line', shown);
  if (status !== undefined && status >= 500 && status !== 503) note('server_errors', shown);
  if (text.includes('internal_error')) note('server_errors', shown);
  if (status !== undefined && status >= 400) seen.refused += 1;
  if (kind === 'new_session' && status === 200) seen.new_sessions += 1;
  if (text.includes('"isError":true')) seen.tool_errors += 1;
  else if (text.includes('"structuredContent"')) seen.results += 1;
}

const mb = (bytes: number): number => Number((bytes / 1024 / 1024).toFixed(1));
async function heapNow(): Promise<number> {
  const { heap, outside, warnings } = reportSchema.parse(await replica.report());
  found.outside_requests = outside.length;
  found.warnings = warnings.length;
  return mb(heap);
}

process.stdout.write(`seed ${seed}, ${total} cases\n`);
const started = performance.now();
const names = [...tokens.keys()];
for (let n = 0; n < MOST_SESSIONS; n += CONCURRENT) {
  await Promise.all(
    Array.from({ length: CONCURRENT }, (_, at) => openSession(names[(n + at) % names.length] ?? '', false)),
  );
}
await fillVictims();

const known = {
  threads: threads.slice(0, 200),
  groups: [...state.groups.keys()],
  users: [...state.users].slice(0, 60),
  messages: [...state.messages.keys()],
};
let lines: (string | Uint8Array)[] = [];
let batches = 0;
function line(): string | Uint8Array {
  if (lines.length === 0) {
    lines = makeCases(known, false, Math.min(total, LINES_AT_ONCE), seed + batches++).map(({ bytes }) => bytes);
  }
  return lines.pop() ?? '';
}
const [first = '', ...others] = tokens.values();
const next = createHttpCases({ random, tokens: [first, ...others], victims: () => victims, line });

function countDeletions(): void {
  found.deletions += state.requests.splice(0).filter(({ method }) => method === 'DELETE').length;
}

const under = new Set<Promise<void>>();
for (let n = 0; n < total && replica.runs(); n++) {
  found.cases += 1;
  const sent = send(next()).finally(() => under.delete(sent));
  under.add(sent);
  if (under.size >= CONCURRENT) await Promise.race(under);
  if (n % CASES_PER_LOOK === CASES_PER_LOOK - 1) {
    countDeletions();
    await fillVictims();
  }
  if (n === Math.floor(total / 5)) {
    await Promise.all(under);
    found.first_heap_mb = await heapNow();
  }
}
await Promise.all(under);

if (!replica.runs()) note('crashes', replica.stderr().slice(-1_500));
else {
  await fillVictims();
  const alive = await sendRaw(
    requestBytes('GET', '/healthz', [
      ['host', 'x'],
      ['connection', 'close'],
    ]),
    { port, withinMs: PATIENCE_MS },
  );
  if (alive.status !== 200) note('crashes', `healthz says ${alive.text}`);
  found.last_heap_mb = await heapNow();
  const { code, ms } = await replica.stop();
  if (code !== 0 || ms > 6_000) note('bad_ends', `exit code ${code} after ${Math.round(ms)} ms`);
}
countDeletions();
for (const id of threads) if (!state.threads.has(id)) note('deletions', `thread ${id} is gone`);
for (const complaint of complaints) {
  if (/ error: |^\s+at |Error:/.test(complaint)) note('complaints', complaint);
}
await close();

const bad = [
  'no_status_line',
  'unanswered',
  'server_errors',
  'crashes',
  'deletions',
  'outside_requests',
  'warnings',
  'complaints',
  'bad_ends',
] as const;
const failed = bad.filter((what) => found[what] > 0);
const growth_mb = Number((found.last_heap_mb - found.first_heap_mb).toFixed(1));
// A server that refused everything would pass all the checks above.
const idle = Object.entries(seen).filter(([, count]) => count < Math.floor(total / 400));
const seconds = Number(((performance.now() - started) / 1_000).toFixed(1));
const figures = { ...found, growth_mb, ...seen, seconds };
for (const [what, count] of Object.entries(figures))
  process.stdout.write(`${what.padEnd(18)}${String(count).padStart(10)}\n`);
for (const [what, count] of [...statuses].sort())
  process.stdout.write(`  ${what.padEnd(18)}${String(count).padStart(8)}\n`);
for (const example of examples) process.stdout.write(`${example}\n`);
for (const [what] of idle) process.stdout.write(`too few ${what}\n`);
const good = failed.length === 0 && growth_mb <= GROWTH_MB && idle.length === 0;
process.stdout.write(`${JSON.stringify({ bench: 'fuzz-http', seed, ...figures, good })}\n`);
if (!good) process.exitCode = 1;
