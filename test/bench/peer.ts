import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';

/** Loaded into a server, it reports memory, handles and connections to other machines. */
export const WATCH = pathToFileURL('test/bench/watch.mjs').href;
const BINARY = 'dist/main.js';

const message = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.unknown().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.looseObject({ code: z.int(), message: z.string() }).optional(),
});
export type Message = z.output<typeof message>;

export const report = z.object({
  /** Bytes in use after garbage collection. */
  heap: z.number(),
  rss: z.number(),
  /** What keeps the process alive, by kind, and all open files and sockets. */
  handles: z.record(z.string(), z.number()),
  /** Other machines that were connected to or looked up. */
  outside: z.array(z.string()),
  warnings: z.array(z.string()),
});
export type Report = z.output<typeof report>;

/** The built server in a child process, and all its output. */
export interface Peer {
  /** Lines on stdout that are not JSON-RPC messages. */
  readonly strayLines: readonly string[];
  readonly stderr: () => string;
  /** The number of answers to ids that had been answered before. */
  readonly answeredTwice: () => number;
  /** Whether the process has ended. */
  readonly gone: () => boolean;
  /** Writes the text unchanged; resolves when the pipe has room again. */
  write(bytes: string | Uint8Array): Promise<void>;
  /** Resolves with the answer to `id`, or with undefined if the process ends or the time is up. */
  answerTo(id: string, withinMs: number): Promise<Message | undefined>;
  request(id: string, method: string, params: unknown, withinMs?: number): Promise<Message | undefined>;
  report(): Promise<Report | undefined>;
  /** Ends stdin, and kills the process after five seconds. @returns the exit code and the time in milliseconds */
  end(): Promise<{ code: number | null; ms: number }>;
}

/** How long to wait for an answer, in milliseconds; the server's own deadlines are shorter. */
export const PATIENCE_MS = 90_000;

export function startPeer(env: Record<string, string>, onAsk: (ask: Message, peer: Peer) => void): Peer {
  const child = spawn(process.execPath, ['--expose-gc', '--import', WATCH, BINARY], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('The process has no pipes.');
  const strayLines: string[] = [];
  const waiting = new Map<string, (answer: Message | undefined) => void>();
  let said = '';
  let rest: string[] = [];
  let over = false;
  let twice = 0;
  let room: Promise<void> | undefined;
  const settledIds = new Set<string>();
  const exited = once(child, 'exit').then(() => {
    over = true;
    for (const settle of waiting.values()) settle(undefined);
  });
  // A write fails once the process has ended, which is noticed above.
  stdin.on('error', () => undefined);
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
  });
  stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = text.split('\n');
    rest.push(lines.shift() ?? '');
    for (const line of lines) {
      take(rest.join(''));
      rest = [line];
    }
  });

  function take(line: string): void {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {}
    const parsed = message.safeParse(json);
    if (!parsed.success) return void strayLines.push(line.slice(0, 200));
    const { data } = parsed;
    if (data.method !== undefined) {
      if (data.id !== undefined) onAsk(data, peer);
    } else if (typeof data.id === 'string') {
      if (settledIds.has(data.id)) twice += 1;
      waiting.get(data.id)?.(data);
    }
  }

  const peer: Peer = {
    strayLines,
    stderr: () => said,
    answeredTwice: () => twice,
    gone: () => over,
    async write(bytes) {
      if (over || stdin.write(bytes)) return;
      room ??= Promise.race([once(stdin, 'drain'), exited]).then(
        () => undefined,
        () => undefined,
      );
      await room;
      room = undefined;
    },
    answerTo(id, withinMs) {
      if (over) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const settle = (answer: Message | undefined) => {
          clearTimeout(timer);
          waiting.delete(id);
          settledIds.add(id);
          resolve(answer);
        };
        const timer = setTimeout(settle, withinMs, undefined);
        waiting.set(id, settle);
      });
    },
    async request(id, method, params, withinMs = PATIENCE_MS) {
      const answer = peer.answerTo(id, withinMs);
      await peer.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
      return answer;
    },
    async report() {
      if (over) return undefined;
      const reported = once(child, 'message').then(([value]) => report.parse(value));
      child.send('report');
      return Promise.race([reported, exited.then(() => undefined)]);
    },
    async end() {
      const started = performance.now();
      const kill = setTimeout(() => child.kill('SIGKILL'), 5_000);
      stdin.end();
      await exited;
      clearTimeout(kill);
      return { code: child.exitCode, ms: performance.now() - started };
    },
  };
  return peer;
}

export const initializeParams = (capabilities: object) => ({
  protocolVersion: '2025-11-25',
  capabilities,
  clientInfo: { name: 'bench', version: '1' },
});
