import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { readAddress, segmentsInApp } from './address.ts';
import { type Answer, answerInstead, send } from './answer.ts';
import { Tokens } from './auth.ts';
import { errorBody, type RequestInfo, successBody } from './envelope.ts';
import { FaultScript } from './fault-script.ts';
import type { Fault } from './faults.ts';
import { RateLimit } from './rate.ts';
import { Refusal, type RefusalFacts, refuse } from './refusals.ts';
import { type Match, matchRoute, type Route } from './routes.ts';
import { seedState } from './seed.ts';
import type { SandboxState } from './state.ts';

export interface SandboxOptions {
  /** A free one if not set, or 0. */
  readonly port?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly faults?: readonly Fault[];
  /** For each endpoint; by default 100, the documented limit. The token exchange has its own limit of 300 [EM]. */
  readonly callsPerSecond?: number;
  /** Whether the two calls that only the web SDKs make are answered; true by default. */
  readonly undocumented?: boolean;
  /** How a latency fault waits; the signal is aborted when the sandbox closes. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** May be read and changed while the sandbox runs. */
  readonly state: SandboxState;
  addFaults(faults: readonly Fault[]): void;
  clearFaults(): void;
  /** Breaks open connections too, so that nothing keeps the process alive. */
  close(): Promise<void>;
}

/** Bodies above 5 KB are refused (Easemob's error table of 2023). */
const LARGEST_BODY_BYTES = 5 * 1024;
/** A refused body is still read up to here, so that the client gets the answer before the connection ends. */
const LARGEST_DRAINED_BYTES = 1024 * 1024;
const TOKEN_CALLS_PER_SECOND = 300;

/**
 * Starts an Agora Chat with one app on loopback: the thread calls, the reads of groups and users, and the token
 * exchange, over real HTTP, with its data in memory.
 *
 * @throws Error if the port is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { now = Date.now, callsPerSecond = 100, undocumented = true, wait = waitFor } = options;
  const state = seedState(1, now);
  const tokens = new Tokens(now);
  const rate = new RateLimit(now);
  const script = new FaultScript();
  script.add(options.faults ?? []);
  const closing = new AbortController();
  const sockets = new Set<Socket>();
  let url = '';

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = now();
    const body = await readBody(request);
    if (body === undefined) return;
    const { method = '', headers, url: target = '' } = request;
    const address = readAddress(target);
    const seen = state.see(method, address.path, address.query);
    const query = new URLSearchParams(address.query);
    const match = orRefusal(() => matchRoute(method, segmentsInApp(address.path), undocumented));

    const info = () => ({ method, uri: `${url}${address.path}`, started, ended: now() });
    const errorOf = (facts: RefusalFacts) => errorBody(info(), facts);

    const handle = ({ route, parts: [first = '', second = ''] }: Match): unknown => {
      if (body.tooLarge) throw refuse('bodyTooLarge');
      const isToken = route.endpoint === 'token';
      if (!isToken) tokens.check(headers.authorization);
      const ownLimit = Math.min(callsPerSecond, route.callsPerSecond ?? callsPerSecond);
      if (!rate.admits(route.endpoint, isToken ? TOKEN_CALLS_PER_SECOND : ownLimit)) throw refuse('rateLimit');
      if (route.path.startsWith('thread') && !state.open) throw refuse('notOpen');
      if (route.takesBody && body.text !== '') checkContentType(headers['content-type']);
      const result = route.handle({ state, tokens, query, body: body.text }, first, second);
      return 'access_token' in result ? result : successBody(echo(info(), route), result, route.endpoint === 'members');
    };
    const work = (): Answer => {
      const result = match instanceof Refusal ? match : orRefusal(() => handle(match));
      if (!(result instanceof Refusal)) return { status: 200, body: result };
      return { status: result.facts.status, body: errorOf(result.facts) };
    };

    const fault = script.next(match instanceof Refusal ? undefined : match.route.endpoint);
    const answerWith = (answer: Answer): void => {
      seen.status = answer.status;
      // By the sandbox's clock, which may differ from the machine's.
      const date = new Date(now()).toUTCString();
      send(response, { ...answer, headers: { date, ...answer.headers } }, fault?.kind === 'cut_body');
    };
    switch (fault?.kind) {
      case 'reset_before':
        return reset(request);
      case 'no_answer_before':
        return;
      case 'reset_after':
        work();
        return reset(request);
      case 'no_answer':
        work();
        return;
      case 'empty_body':
        work();
        return answerWith({ status: 200, body: '' });
      case 'stuck_cursor':
        return answerWith(stick(work(), query.get('cursor')));
      case 'latency':
        await wait(fault.ms, closing.signal);
        return answerWith(work());
      default:
        return answerWith((fault && answerInstead(fault, errorOf)) ?? work());
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => {
      // The sandbox closed during a wait, the client left in the middle of its body, or there is a bug here.
      if (!response.headersSent && !closing.signal.aborted) response.writeHead(500).end();
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const bound = server.address();
  url = `http://127.0.0.1:${bound !== null && typeof bound === 'object' ? bound.port : 0}`;

  let closed: Promise<void> | undefined;
  return {
    url,
    state,
    addFaults: (faults) => script.add(faults),
    clearFaults: () => script.clear(),
    close() {
      closed ??= new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
      return closed;
    },
  };
}

function orRefusal<T>(work: () => T): T | Refusal {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Adding members returns another address than the request's: it ends in `/joined_thread` [EN][EM]. */
function echo(info: RequestInfo, { endpoint }: Route): RequestInfo {
  return endpoint === 'add_members' ? { ...info, uri: info.uri.replace(/users$/, 'joined_thread') } : info;
}

/** Replaces the next cursor with the one that was asked for. */
function stick(answer: Answer, asked: string | null): Answer {
  if (!asked || typeof answer.body !== 'object' || answer.body === null || answer.status !== 200) return answer;
  const cursor = { cursor: asked };
  return { ...answer, body: { ...answer.body, ...('cursor' in answer.body ? cursor : { properties: cursor }) } };
}

function checkContentType(contentType: string | undefined): void {
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '')) throw refuse('wrongContentType');
}

/** A TCP reset, as when a process dies, not an orderly close. */
function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

/** @returns undefined if the body was so large that the connection was broken */
async function readBody(request: IncomingMessage): Promise<{ text: string; tooLarge: boolean } | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > LARGEST_DRAINED_BYTES) return void request.socket.destroy();
    if (size <= LARGEST_BODY_BYTES) chunks.push(bytes);
  }
  return { text: Buffer.concat(chunks).toString('utf8'), tooLarge: size > LARGEST_BODY_BYTES };
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}
