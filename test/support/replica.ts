import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { until } from './until.ts';

/** Tests and long runs start in the folder of the repository. */
const BINARY = 'dist/main.js';

export interface ReplicaOptions {
  /** The head of the ids of its sessions. */
  readonly name: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Options for Node. */
  readonly flags?: readonly string[];
  /** Takes each line that it writes to stderr. */
  readonly onLine?: (line: string) => void;
}

/** A `serve --http` of the built binary, which can be ended and started again at its port. */
export interface Replica {
  readonly name: string;
  /** Scheme, host and port, without the proxy. */
  readonly origin: string;
  /** Does its process run? */
  runs(): boolean;
  stderr(): string;
  /** Ends it with -9. */
  kill(): Promise<void>;
  /** SIGTERM. @returns the exit code and the time that it took, in milliseconds */
  stop(): Promise<{ readonly code: number | null; readonly ms: number }>;
  /** Starts it, and waits until it is ready. */
  start(): Promise<void>;
  /** What the script says that `flags` load into it, when it is asked to report. */
  report(): Promise<unknown>;
}

/** A replica that runs and is ready. */
export async function startReplica({
  name,
  port,
  env,
  flags = [],
  onLine = () => undefined,
}: ReplicaOptions): Promise<Replica> {
  const origin = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let said = '';

  const runs = (): boolean => child?.exitCode === null && child.signalCode === null;

  async function isReady(): Promise<boolean> {
    if (!runs()) throw new Error(`Replica ${name} ended: ${said}`);
    const answer = await fetch(`${origin}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status === 200;
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!child || !runs()) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  const replica: Replica = {
    name,
    origin,
    runs,
    stderr: () => said,
    kill: () => end('SIGKILL'),
    async stop() {
      const started = performance.now();
      await end('SIGTERM');
      return { code: child?.exitCode ?? null, ms: performance.now() - started };
    },
    async start() {
      child = spawn(process.execPath, [...flags, BINARY, 'serve', '--http', '--port', String(port)], {
        env: { PATH: process.env['PATH'] ?? '', AGORA_THREADS_REPLICA: name, ...env },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      if (child.stderr) {
        createInterface({ input: child.stderr }).on('line', (line) => {
          said = `${said}${line}\n`.slice(-10_000);
          onLine(line);
        });
      }
      await until(isReady, `a ready replica ${name}`);
    },
    async report() {
      if (!child) return undefined;
      const reported = once(child, 'message');
      child.send('report');
      const [message] = await reported;
      return message;
    },
  };
  await replica.start();
  return replica;
}
