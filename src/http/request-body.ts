import type { IncomingMessage } from 'node:http';

/** In bytes. */
export const LARGEST_BODY = 1024 * 1024;

/** The body as text; undefined where it is too large. Rejects where the client breaks off. */
export async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length']) > LARGEST_BODY) return undefined;
  return new Promise((resolve, reject) => {
    let parts: Uint8Array[] = [];
    let size = 0;
    request.on('data', (part: Uint8Array) => {
      size += part.byteLength;
      if (size <= LARGEST_BODY) return parts.push(part);
      // What still comes is read and forgotten, so that the client gets to its answer.
      parts = [];
      return resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    request.on('error', reject);
  });
}
