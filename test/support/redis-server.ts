import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accepting, freePort } from './ports.ts';

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
      await accepting(port);
    },
  };
  await server.start();
  return server;
}
