import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { listen, readText, targetOf } from '../base/http-parts.ts';
import { type Answer, outcomeUnder, send } from './answer.ts';
import { createTokens } from './auth.ts';
import { errorBody, successBody } from './envelope.ts';
import { type Fault, nextFault } from './faults.ts';
import { type Endpoint, findCall, type Match } from './find-call.ts';
import { GROUP_READS } from './group-reads.ts';
import { createRateLimit } from './rate.ts';
import { readFields } from './read-fields.ts';
import { Refusal, type RefusalFacts, refuse } from './refusals.ts';
import { seedState } from './seed.ts';
import { type Handler, THREAD_CALLS } from './thread-calls.ts';

export interface SandboxOptions {
  /** A free one if not set, or 0. */
  readonly port?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly faults?: readonly Fault[];
  /** For each endpoint; by default 100, the documented limit. The token exchange has its own limit of 300 [EM]. */
  readonly callsPerSecond?: number;
  /** How a latency fault waits; the signal is aborted when the sandbox closes. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

/** Bodies above 5 KB are refused (Easemob's error table of 2023). */
const LARGEST_BODY_BYTES = 5 * 1024;
const JSON_TYPE = /^application\/json\s*(;|$)/i;

/**
 * Starts an Agora Chat with one app on loopback: the thread calls, the reads of groups and users, and the token
 * exchange, over real HTTP, with its data in memory.
 *
 * @throws Error with a code such as EADDRINUSE where it cannot listen
 */
export async function startSandbox(options: SandboxOptions = {}) {
  const { port = 0, now = Date.now, callsPerSecond = 100, wait = waitFor } = options;
  const state = seedState(1, now);
  const faults: Fault[] = structuredClone([...(options.faults ?? [])]);
  const tokens = createTokens(now);
  const handlers: Readonly<Record<Endpoint, Handler>> = {
    ...THREAD_CALLS,
    ...GROUP_READS,
    token: ({ body }) => tokens.exchange(readFields(body, z.record(z.string(), z.unknown()))),
  };
  const admits = createRateLimit(now, callsPerSecond);
  const closing = new AbortController();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = now();
    const body = await readText(request, LARGEST_BODY_BYTES);
    const { method = '', headers } = request;
    const target = targetOf(request);
    const seen = state.see(method, target.path, target.query);
    const query = new URLSearchParams(target.query);
    const found = findCall(method, target.path);
    const info = () => ({ method, uri: `${url}${target.path}`, started, ended: now() });
    const refused = (facts: RefusalFacts): Answer => ({ status: facts.status, body: errorBody(info(), facts) });

    function handle({ endpoint, parts: [first = '', second = ''] }: Match): object {
      if (body === undefined) throw refuse('bodyTooLarge');
      if (endpoint !== 'token') tokens.check(headers.authorization);
      if (!admits(endpoint)) throw refuse('rateLimit');
      if (endpoint in THREAD_CALLS && !state.open) throw refuse('notOpen');
      if (body !== '' && !JSON_TYPE.test(headers['content-type'] ?? '')) throw refuse('wrongContentType');
      return handlers[endpoint]({ state, query, body }, first, second);
    }
    function work(): Answer {
      try {
        if (found instanceof Refusal) throw found;
        return { status: 200, body: successBody(found.endpoint, info(), handle(found)) };
      } catch (error) {
        if (error instanceof Refusal) return refused(error.facts);
        throw error;
      }
    }

    const fault = nextFault(faults, found instanceof Refusal ? undefined : found.endpoint);
    if (fault?.kind === 'latency') await wait(fault.ms, closing.signal);
    const outcome = fault ? outcomeUnder(fault, { work, refused, cursor: query.get('cursor') }) : work();
    if (outcome === 'silence') return;
    // A TCP reset, as when a process dies, not an orderly close.
    if (outcome === 'reset') return void request.socket.resetAndDestroy();
    seen.status = outcome.status;
    // By the sandbox's clock, which may differ from the machine's.
    const date = new Date(now()).toUTCString();
    send(response, { ...outcome, headers: { date, ...outcome.headers } }, fault?.kind === 'cut_body');
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => {
      // The sandbox closed during a wait, the client left in the middle of its body, or there is a bug here.
      if (!response.headersSent && !closing.signal.aborted) response.writeHead(500).end();
    });
  });
  // An idle connection stays open: one that Node closed after five seconds could lose the request that comes just then.
  server.keepAliveTimeout = 0;
  const url = `http://127.0.0.1:${await listen(server, port, '127.0.0.1')}`;

  return {
    /** `http://127.0.0.1:PORT` */
    url,
    /** May be read and changed while the sandbox runs. */
    state,
    /** Those still to come; may be changed while the sandbox runs. */
    faults,
    /** Breaks open connections too, so that nothing keeps the process alive. */
    close(): Promise<void> {
      return new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}
