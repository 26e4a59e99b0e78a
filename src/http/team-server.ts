import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, targetOf } from '../base/http-parts.ts';
import type { Log } from '../base/log.ts';
import type { ServerOptions, ThreadsServer } from '../mcp/server.ts';
import { refusedHeader } from './allowed-host.ts';
import { createMcpEndpoint, type McpEndpointOptions, refusal } from './mcp-endpoint.ts';
import { createMetrics, METRICS_TYPE } from './metrics.ts';
import { isSameGrant } from './session-table.ts';
import type { Grant } from './token-line.ts';
import { openTokensFile } from './tokens-file.ts';
import { writeResponse } from './write-response.ts';

/** What `main.js` hands over: a chunk has nothing of ours with state. */
export interface TeamServerOptions extends Omit<McpEndpointOptions, 'tokens' | 'newServer'> {
  /** Makes the server of a session. */
  readonly newServer: (session: SessionOptions) => ThreadsServer;
  readonly address: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** The address that clients use; undefined where they are all on this machine. */
  readonly publicUrl: URL | undefined;
  readonly tokensFile: string | undefined;
  /** May it start while nobody has a token? */
  readonly mayBeEmpty: boolean;
  /** Takes all secrets out of a text. */
  readonly redact: (text: string) => string;
  readonly state: () => ServerState;
  readonly log: Log;
}

/** What one session has of its own. */
export interface SessionOptions extends Pick<ServerOptions, 'ending' | 'watch'> {
  readonly grant: Grant;
}

/** What the operator's machinery is told. */
export interface ServerState {
  /** Can a call succeed with these settings? */
  readonly configured: boolean;
  readonly redis: 'not set' | 'not asked yet' | 'there' | 'away';
}

export type TeamServer = NonNullable<Awaited<ReturnType<typeof startTeamServer>>>;

/** From one look at sessions that are idle or whose token is gone to the next, in milliseconds. */
const SWEEP_MS = 500;
/** What was sent before the end may be answered, and clients may read the answers, for this long, in milliseconds. */
const DRAIN_MS = 5_000;
/** Connections get this long to close, in milliseconds. */
const CLOSE_MS = 300;

/**
 * Serves MCP over Streamable HTTP at `/mcp` to whoever has a token, and what operators need beside it.
 *
 * @returns undefined where nobody has a token, and it may not start without
 * @throws Error with a code such as EADDRINUSE where it cannot listen
 */
export async function startTeamServer(options: TeamServerOptions) {
  const { publicUrl, tokensFile, redact, clock, log } = options;
  const tokens = await openTokensFile(tokensFile, clock, log);
  if (tokens.size() === 0 && !options.mayBeEmpty) {
    tokens.close();
    return undefined;
  }
  const metrics = createMetrics();
  const { watch } = metrics;
  const newServer = (grant: Grant, ending: AbortSignal) => options.newServer({ grant, ending, watch });
  const endpoint = createMcpEndpoint({ ...options, newServer, tokens });
  let draining = false;
  let unread = 0;
  let whenRead = (): void => {};

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (draining) response.setHeader('connection', 'close');
    await writeResponse(response, await respondTo(request, response), redact);
  }

  function respondTo(request: IncomingMessage, response: ServerResponse): Response | Promise<Response> {
    const { host, path } = targetOf(request);
    if (path === '/healthz') return Response.json({ alive: true });
    if (path === '/readyz') return readiness();
    if (path === '/metrics') return metricsFor(request);
    const header = refusedHeader(host, request.headers.origin, publicUrl);
    if (header) return forbidden(header);
    return path === '/mcp' ? endpoint.answer(request, response) : refusal(404, 'MCP is served at /mcp.');
  }

  function readiness(): Response {
    const { configured, redis } = options.state();
    const notReady = { ending: draining, settings: !configured, 'no tokens': tokens.size() === 0 };
    const why = Object.entries(notReady).find(([, is]) => is)?.[0];
    return Response.json({ ready: why === undefined, why, redis }, { status: why === undefined ? 200 : 503 });
  }

  function metricsFor(request: IncomingMessage): Response {
    const who = endpoint.authorized(request.headers);
    if (who instanceof Response) return who;
    const { redis } = options.state();
    const isShared = redis === 'not set' || redis === 'not asked yet' ? undefined : redis === 'there';
    const gauges = { sessions: endpoint.sessions.all().length, tokens: tokens.size(), redis: isShared };
    return new Response(metrics.text(gauges), { headers: { 'content-type': METRICS_TYPE } });
  }

  const server = createServer((request, response) => {
    unread += 1;
    onceClosed(request, response, () => {
      unread -= 1;
      if (unread === 0) whenRead();
      if (response.headersSent) metrics.request(request.method ?? '', response.statusCode);
    });
    serve(request, response).catch((error: unknown) => {
      // A client that broke off needs no answer; anything else is a bug.
      if (!response.destroyed) log.error(`A request failed: ${error instanceof Error ? error.message : 'unknown'}`);
      if (response.headersSent) response.destroy();
      else writeResponse(response, refusal(500, 'The server failed.'), redact).catch(() => undefined);
    });
  });
  // Longer than a proxy keeps its own connections: it would take one that closes just then for a dead server.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  // Each request that waits on a connection listens for its end.
  server.on('connection', (socket) => socket.setMaxListeners(0));
  // Without a listener Node would close the connection without a word.
  server.on('connect', (_request, socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\n\r\n', () => socket.destroy());
  });

  const port = await listen(server, options.port, options.address);

  let cancelSweep = (): void => {};
  const sweep = (): void => {
    endpoint.sessions.sweep(({ grant, tokenHash }) => isSameGrant(grant, tokens.grantOf(tokenHash)));
    cancelSweep = clock.after(SWEEP_MS, sweep);
  };
  sweep();

  /** Ends: at once where nothing is under way, else within six seconds. */
  async function close(): Promise<void> {
    draining = true;
    await atMost(DRAIN_MS, lastAnswers());
    cancelSweep();
    tokens.close();
    endpoint.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await atMost(CLOSE_MS, closed);
    server.closeAllConnections();
  }

  /** Resolves once all calls are answered, and all answers are on their way: a client may read slowly. */
  async function lastAnswers(): Promise<void> {
    await endpoint.drain();
    endpoint.close();
    if (unread > 0) await new Promise<void>((resolve) => (whenRead = resolve));
  }

  function atMost(ms: number, what: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(ms, resolve);
      what.finally(cancel).then(resolve, reject);
    });
  }

  return {
    port,
    /** How many tokens let somebody in. */
    tokens: tokens.size(),
    close,
  };
}

/** Node does not tell a response that waits behind another one (pipelining) that its connection has ended. */
function onceClosed({ socket }: IncomingMessage, response: ServerResponse, action: () => void): void {
  const ended = (): void => {
    if (response.socket || response.writableFinished) return;
    response.destroy();
    response.emit('close');
  };
  socket.once('close', ended);
  response.once('close', () => {
    socket.off('close', ended);
    action();
  });
}

const forbidden = (header: 'Host' | 'Origin'): Response =>
  refusal(403, `${header} names another server. AGORA_THREADS_HTTP_URL is the address that clients use.`);
