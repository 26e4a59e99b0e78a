import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';

/*
 * What both HTTP servers of this house need: the one for a team, and the sandbox.
 */

/**
 * @param port 0 for any that is free
 * @returns the port
 * @throws Error with a code such as EADDRINUSE where it cannot listen
 */
export async function listen(server: Server, port: number, address: string): Promise<number> {
  server.listen(port, address);
  await once(server, 'listening');
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}

/**
 * What a request asks for. A target in absolute form, as proxies send it, names the host in place of the header [RFC
 * 9112, 3.2.2].
 */
export function targetOf({ url = '', headers }: IncomingMessage) {
  const [, host = headers.host, path = '', query = ''] = /^(?:https?:\/\/([^/?]*))?([^?]*)\??(.*)$/is.exec(url) ?? [];
  return { host, path, query };
}

/**
 * The body as text; undefined where it has more than `most` bytes. What still comes of it is read and forgotten, so that
 * the client gets to its answer. Rejects where the client breaks off.
 */
export async function readText(request: IncomingMessage, most: number): Promise<string | undefined> {
  if (Number(request.headers['content-length']) > most) return undefined;
  return new Promise((resolve, reject) => {
    let parts: Uint8Array[] = [];
    let size = 0;
    request.on('data', (part: Uint8Array) => {
      size += part.byteLength;
      if (size <= most) return parts.push(part);
      parts = [];
      return resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    request.on('error', reject);
  });
}
