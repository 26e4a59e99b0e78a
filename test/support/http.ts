import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as it came over the wire, before any decoding. */
export interface Recorded {
  readonly method: string;
  /** Path and query as sent, still percent-encoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = {
  readonly status?: number;
  readonly json?: unknown;
  readonly raw?: string | Uint8Array;
  readonly headers?: Record<string, string>;
};

/** What a server does with a request: an answer, or `hang` for none, or `reset` for a broken connection. */
export type Reply = Answer | 'hang' | 'reset';

export interface RecordingServer {
  readonly url: string;
  readonly requests: Recorded[];
}

/**
 * Options of a server that closes no idle connection. Node's default closes one after five seconds, which on a busy
 * machine meets the next request on it: that one is then lost.
 */
export const LEAVES_IDLE_OPEN = { keepAliveTimeout: 0 };

/**
 * A plain HTTP server on loopback that is not the sandbox: it keeps each request and answers as told.
 *
 * @param atEnd takes what ends the server; by default the end of the test
 */
export async function recordingServer(
  reply: (request: Recorded, index: number) => Reply,
  atEnd: (end: () => Promise<void>) => void = onTestFinished,
): Promise<RecordingServer> {
  const requests: Recorded[] = [];
  const server = createServer(LEAVES_IDLE_OPEN, (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      requests.push(request);
      const answer = reply(request, requests.length - 1);
      if (answer === 'hang') return;
      if (answer === 'reset') return void incoming.socket.destroy();
      outgoing.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      outgoing.end(answer.raw ?? JSON.stringify(answer.json ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}

/** The settings that point a server at `url`, in the classic URL form. */
export const classicSettings = (url: string): Record<string, string> => ({
  AGORA_CHAT_HOST: url,
  AGORA_CHAT_APP_KEY: 'acme#helpdesk',
  AGORA_CHAT_APP_TOKEN: 'x',
});

/** What surrounds the payload of a good answer. */
export const envelope = (payload: Record<string, unknown>): Answer => ({
  json: { action: 'get', timestamp: 1_735_689_600_123, duration: 1, ...payload },
});

/** The body of a refused request, as the service words it. */
export const refusal = (status: number, error: string, error_description: string): Answer => ({
  status,
  json: { error, exception: 'ThreadException', timestamp: 1_735_689_600_123, duration: 0, error_description },
});
