import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Waits for a condition that real sockets bring about, and fails where they do not. */
export async function until(condition: () => boolean, what = 'what was waited for'): Promise<void> {
  const end = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what} did not come about`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/**
 * Makes a function that waits until all that goes on without time passing has come to rest: some requests of its own,
 * one after the other, to another server of this process. What was sent before them has arrived when they are answered.
 */
export async function quietness(): Promise<() => Promise<void>> {
  const server = createServer((_request, response) => response.end());
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
