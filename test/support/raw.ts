import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { BINARY } from './binary.ts';
import { createReferee } from './mcp.ts';

export interface RawServer {
  readonly child: ChildProcessWithoutNullStreams;
  /** All lines printed so far. */
  readonly lines: string[];
  readonly send: (message: object) => void;
  /** Tells the referee about a message that the test writes to stdin itself. */
  readonly expect: (message: object) => void;
  /** Resolves with the answer to the request of that id. */
  readonly next: (id: number) => Promise<unknown>;
  /** Sends a request and waits for its answer. */
  readonly ask: (id: number, method: string, params?: object) => Promise<unknown>;
  /** Resolves with the id of the server's first form. */
  readonly asks: () => Promise<number>;
  readonly exit: Promise<number | null>;
}

export interface RawOptions {
  readonly env?: Record<string, string>;
  /** Options for Node. */
  readonly flags?: readonly string[];
  readonly binary?: string;
  readonly cwd?: string;
}

const received = z.looseObject({ id: z.number().optional(), method: z.string().optional() });

/** Talks to the binary line by line, and checks every line it prints against the specification. */
export function startRaw(options: RawOptions = {}): RawServer {
  const { env = { PATH: process.env['PATH'] ?? '' }, flags = [], binary = BINARY, cwd } = options;
  const child = spawn(process.execPath, [...flags, binary], { env, cwd });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const waiting = new Map<number, { resolve: (message: unknown) => void; reject: (error: unknown) => void }>();
  let ask: (id: number) => void = () => undefined;
  const question = new Promise<number>((resolve) => {
    ask = resolve;
  });
  const referee = createReferee();
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(line);
      try {
        take(JSON.parse(line));
      } catch (error) {
        for (const { reject } of waiting.values()) reject(error);
        throw error;
      }
    }
  });
  function take(json: unknown): void {
    referee.fromServer(json);
    const message = received.parse(json);
    if (message.method === 'elicitation/create') ask(message.id ?? 0);
    else if (message.id !== undefined) waiting.get(message.id)?.resolve(message);
  }
  // A write fails once the process has ended, which `exit` reports.
  child.stdin.on('error', () => undefined);
  const server: RawServer = {
    child,
    lines,
    expect: referee.toServer,
    send(message) {
      const whole = { jsonrpc: '2.0', ...message };
      referee.toServer(whole);
      child.stdin.write(`${JSON.stringify(whole)}\n`);
    },
    next: (id) => new Promise((resolve, reject) => waiting.set(id, { resolve, reject })),
    ask(id, method, params) {
      const answer = server.next(id);
      server.send({ id, method, ...(params && { params }) });
      return answer;
    },
    asks: () => question,
    exit: new Promise((resolve) => child.on('exit', resolve)),
  };
  return server;
}

export const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

/** An initialized server. */
export async function openRaw(options: RawOptions = {}): Promise<RawServer> {
  const server = startRaw(options);
  await server.ask(1, 'initialize', initialize.params);
  server.send({ method: 'notifications/initialized' });
  return server;
}
