import { connect, createServer } from 'node:net';
import * as z from 'zod';

const portOf = z.object({ port: z.number() });

/** A port on loopback that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = portOf.parse(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until somebody listens at the port; throws after five seconds. */
export async function accepting(port: number): Promise<void> {
  const end = Date.now() + 5_000;
  while (!(await accepts(port))) {
    if (Date.now() > end) throw new Error(`nobody listens at port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (accepted: boolean) => () => {
      socket.destroy();
      resolve(accepted);
    };
    socket.on('connect', end(true)).on('error', end(false));
  });
