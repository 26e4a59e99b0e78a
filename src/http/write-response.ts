import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/**
 * Writes a response. The messages of a stream are without secrets already; any other body is looked through here.
 *
 * @throws Error where the client leaves in the middle of a stream
 */
export async function writeResponse(
  target: ServerResponse,
  { status, headers, body }: Response,
  redact: (text: string) => string,
): Promise<void> {
  if (target.destroyed) return body?.cancel();
  // Whether the connection is kept is decided by Node, and by an end that is near.
  headers.delete('connection');
  target.writeHead(status, { ...HEADERS, ...Object.fromEntries(headers) });
  if (headers.get('content-type') !== 'text/event-stream') {
    target.end(redact(await new Response(body).text()));
    return;
  }
  target.flushHeaders();
  if (body) await pipeline(Readable.fromWeb(body), target);
  else target.end();
}
