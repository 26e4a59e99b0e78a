import { spawn } from 'node:child_process';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { createReferee } from './mcp.ts';

export const BINARY = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export const DIST = dirname(BINARY);

/** The files of the server in `dist/`. */
export const codeFiles = async (): Promise<readonly string[]> =>
  (await readdir(DIST)).filter((name) => name.endsWith('.js'));

/** Copies the server, or some of its files, into a folder; gives the path of its `main.js`. */
export async function copyBinary(folder: string, files?: readonly string[]): Promise<string> {
  for (const name of files ?? (await codeFiles())) await copyFile(join(DIST, name), join(folder, name));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  return join(folder, 'main.js');
}

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built binary until it ends, with only the given environment. */
export function runBinary(
  args: readonly string[],
  env: Record<string, string> = {},
  input = '',
  binary = BINARY,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}

export const runDemo = (env: Record<string, string> = {}): Promise<Run> => runBinary(['demo'], env);

const withId = z.object({ id: z.number() });
const answer = z.object({ result: z.object({ content: z.tuple([z.object({ text: z.string() })]) }) });

/** Makes one tool call in a new process of the built binary and returns the text of the result. */
export async function callBinary(
  tool: string,
  args: Record<string, unknown>,
  env: Record<string, string>,
  binary = BINARY,
): Promise<string> {
  const child = spawn(process.execPath, [binary], { env: { PATH: process.env['PATH'] ?? '', ...env } });
  const referee = createReferee();
  const send = (message: object) => {
    const whole = { jsonrpc: '2.0', ...message };
    referee.toServer(whole);
    child.stdin.write(`${JSON.stringify(whole)}\n`);
  };
  const clientInfo = { name: 'test', version: '1' };
  send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
  send({ method: 'notifications/initialized' });
  send({ id: 2, method: 'tools/call', params: { name: tool, arguments: args } });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const message: unknown = JSON.parse(line);
      referee.fromServer(message);
      if (withId.parse(message).id === 2) return answer.parse(message).result.content[0].text;
    }
    throw new Error('The server ended without an answer.');
  } finally {
    child.kill('SIGKILL');
  }
}
