import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import * as z from 'zod';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends it with -9; all that it knew is gone. */
  kill(): Promise<void>;
  /** `SIGSTOP`: it answers nothing and closes nothing; `SIGCONT` ends that. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Starts it again at the same port. */
  start(): Promise<void>;
}

/** Is a Redis installed on this machine? */
export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

/**
 * Starts a Redis on loopback that keeps nothing on disk.
 *
 * @param portOption the option that names its port
 */
export async function startRedis(
  options: readonly string[] = [],
  portOption: '--port' | '--tls-port' = '--port',
): Promise<RedisServer> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    async kill() {
      if (child?.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    signal: (name) => void child?.kill(name),
    async start() {
      const where = [portOption, String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      child = spawn('redis-server', [...where, ...options], { stdio: 'ignore' });
      await answering(port);
    },
  };
  await server.start();
  return server;
}

const portOf = z.object({ port: z.number() });

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = portOf.parse(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(port: number): Promise<void> {
  const end = Date.now() + 5_000;
  while (!(await accepts(port))) {
    if (Date.now() > end) throw new Error('redis-server did not start');
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
