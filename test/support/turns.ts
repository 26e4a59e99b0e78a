import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { LEAVES_IDLE_OPEN } from './http.ts';

/**
 * Returns a function that waits until everything that does not need time to pass has happened. It sends some requests
 * to another server of this process: once they are answered, whatever was sent before them has arrived.
 */
export async function quietness(): Promise<() => Promise<void>> {
  const server = createServer(LEAVES_IDLE_OPEN, (_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return async () => {
    for (let turn = 0; turn < 3; turn++) {
      await fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text());
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
}
