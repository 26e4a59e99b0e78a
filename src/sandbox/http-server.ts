import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { readAddress, segmentsInApp } from './address.ts';
import { type Answer, answerInstead, send } from './answer.ts';
import { Tokens } from './auth.ts';
import { errorBody, successBody } from './envelope.ts';
import { FaultScript } from './fault-script.ts';
import type { Fault } from './faults.ts';
import { RateLimit } from './rate.ts';
import { Refusal, type RefusalFacts, refuse } from './refusals.ts';
import { type Match, matchRoute, type Route } from './routes.ts';
import { seedState } from './seed.ts';
import type { SandboxState } from './state.ts';

export interface SandboxOptions {
  /** 0, the default, for a free one. */
  readonly port?: number;
  /** The same seed gives the same data. */
  readonly seed?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly faults?: readonly Fault[];
  /** For each endpoint; 100, the documented limit, unless told otherwise. The token exchange has its own 300 [EM]. */
  readonly callsPerSecond?: number;
  /** Whether the two calls that only the web SDKs make are answered; true unless told otherwise. */
  readonly undocumented?: boolean;
  /** How a latency fault waits; the signal ends the wait when the sandbox closes. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly state: SandboxState;
  addFaults(faults: readonly Fault[]): void;
  clearFaults(): void;
  /** Also breaks open connections, so that nothing keeps the process alive. */
  close(): Promise<void>;
}

/** Bodies above 5 KB are refused (Easemob's error table of 2023). */
const LARGEST_BODY_BYTES = 5 * 1024;
/** What is still read of a body that is refused, so that the client hears of it before the connection ends. */
const LARGEST_DRAINED_BYTES = 1024 * 1024;
const TOKEN_CALLS_PER_SECOND = 300;

/**
 * Starts an Agora Chat of one app on loopback: the thread calls, the reads of groups and users, and the token exchange, over
 * real HTTP, with its state in memory.
 *
 * @throws Error where the port is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { now = Date.now, callsPerSecond = 100, undocumented = true, wait = waitFor } = options;
  const state = seedState(options.seed ?? 1, now);
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
    const found = find(method, address.path, undocumented);

    const exchange = () => ({ method, uri: `${url}${address.path}`, started, ended: now() });
    const errorOf = (facts: RefusalFacts) => errorBody(exchange(), facts);
    const refusal = ({ facts }: Refusal): Answer => ({ status: facts.status, body: errorOf(facts) });

    const work = (): Answer => {
      if (found instanceof Refusal) return refusal(found);
      const { route, parts } = found;
      const [first = '', second = ''] = parts;
      try {
        if (body.tooLarge) throw refuse('bodyTooLarge');
        const isToken = route.endpoint === 'token';
        if (!isToken) tokens.check(headers.authorization);
        const most = isToken
          ? TOKEN_CALLS_PER_SECOND
          : Math.min(callsPerSecond, route.callsPerSecond ?? callsPerSecond);
        if (!rate.admits(route.endpoint, most)) throw refuse('rateLimit');
        if (route.path.startsWith('thread') && !state.open) throw refuse('notOpen');
        if (route.takesBody && body.text !== '') checkContentType(headers['content-type']);
        const result = route.handle({ state, tokens, query, body: body.text }, first, second);
        if ('access_token' in result) return { status: 200, body: result };
        return { status: 200, body: successBody(echo(exchange(), route), result, route.endpoint === 'members') };
      } catch (error) {
        if (error instanceof Refusal) return refusal(error);
        throw error;
      }
    };

    const fault = script.next(found instanceof Refusal ? undefined : found.route.endpoint);
    const answerWith = (answer: Answer): void => {
      seen.status = answer.status;
      // By the sandbox's own clock, which need not be this machine's.
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
      // A wait that closing has ended, a client that left in the middle of its body, or a mistake of ours.
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
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  url = `http://127.0.0.1:${port}`;

  let closed: Promise<void> | undefined;
  return {
    url,
    port,
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

/** The route of a request, or why there is none. */
function find(method: string, path: string, undocumented: boolean): Extract<Match, { kind: 'route' }> | Refusal {
  try {
    const match = matchRoute(method, segmentsInApp(path), undocumented);
    if (match.kind === 'route') return match;
    return refuse(match.kind === 'no_route' ? 'noRoute' : 'wrongMethod');
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Adding members echoes an address that was never asked for: it ends in `/joined_thread` [EN][EM]. */
function echo<T extends { readonly uri: string }>(exchange: T, { endpoint }: Route): T {
  return endpoint === 'add_members' ? { ...exchange, uri: exchange.uri.replace(/users$/, 'joined_thread') } : exchange;
}

/** The cursor that was asked with, in place of the one that leads on. */
function stick(answer: Answer, asked: string | null): Answer {
  if (!asked || typeof answer.body !== 'object' || answer.body === null || answer.status !== 200) return answer;
  const cursor = { cursor: asked };
  return { ...answer, body: { ...answer.body, ...('cursor' in answer.body ? cursor : { properties: cursor }) } };
}

function checkContentType(contentType: string | undefined): void {
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '')) throw refuse('wrongContentType');
}

/** A reset on the wire, as when a process dies, and not an orderly end. */
function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

/** @returns undefined where so much came that the connection was broken */
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
