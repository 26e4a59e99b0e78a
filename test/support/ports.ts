import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { until } from './until.ts';

/**
 * A port on loopback that nobody listens at, below those that a system gives to outgoing connections (from 32768 on
 * Linux, 49152 elsewhere): it stays free until it is used, and between two processes that listen at it.
 */
export async function freePort(): Promise<number> {
  const server = createServer();
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** Waits until somebody listens at the port. */
export const accepting = (port: number): Promise<void> => until(() => accepts(port), `a listener at port ${port}`);

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (accepted: boolean) => () => {
      socket.destroy();
      resolve(accepted);
    };
    socket.on('connect', end(true)).on('error', end(false));
  });
