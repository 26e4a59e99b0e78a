import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/**
 * Writes a response, and resolves once it has gone or the client has. The messages of a stream are without secrets
 * already; any other body is looked through here.
 */
export async function writeResponse(
  target: ServerResponse,
  { status, headers, body }: Response,
  redact: (text: string) => string,
): Promise<void> {
  // A client that is gone already leaves no event to wait for.
  if (target.destroyed) return body?.cancel();
  // Whether the connection is kept is decided by Node, and by an end that is near.
  headers.delete('connection');
  target.writeHead(status, { ...HEADERS, ...Object.fromEntries(headers) });
  if (headers.get('content-type') !== 'text/event-stream') return end(target, redact(await new Response(body).text()));
  target.flushHeaders();
  if (body) await pipe(body, target);
  return end(target, '');
}

async function pipe(body: ReadableStream<Uint8Array>, target: ServerResponse): Promise<void> {
  const reader = body.getReader();
  const gone = () => void reader.cancel();
  target.once('close', gone);
  for (;;) {
    const { done, value } = await reader.read();
    if (done || target.destroyed) break;
    if (!target.write(value)) await writable(target);
  }
  target.off('close', gone);
}

function writable(target: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      target.off('drain', done).off('close', done);
      resolve();
    };
    target.on('drain', done).on('close', done);
  });
}

async function end(target: ServerResponse, text: string): Promise<void> {
  if (target.destroyed) return;
  const closed = once(target, 'close');
  target.end(text);
  await closed;
}
