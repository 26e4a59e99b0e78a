import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import { newToken, type Scope, tokenLine } from '../../src/http/token-line.ts';
import { BINARY } from './binary.ts';
import { refereed } from './mcp.ts';

export interface ServingOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Who has a token, and with which scopes. */
  readonly people?: Readonly<Record<string, readonly Scope[]>>;
  /** Beside `serve --http --port 0`. */
  readonly args?: readonly string[];
}

/** A `serve --http` of the built binary. */
export interface Serving {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly stderr: () => string;
  readonly exit: Promise<number | null>;
  readonly tokenOf: (name: string) => string;
  /** Writes the file of tokens anew: only these people have one now. */
  readonly keepTokensOf: (...names: string[]) => Promise<void>;
}

export const EVERYTHING: readonly Scope[] = ['read', 'write', 'delete'];

/** Starts it at a free port of loopback, and waits until it listens. */
export async function startServing(options: ServingOptions = {}): Promise<Serving> {
  const { env = {}, people = { lin: EVERYTHING }, args = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'serving-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const tokens = new Map(Object.keys(people).map((name) => [name, newToken()]));
  const file = join(folder, 'tokens.txt');
  const keepTokensOf = (...names: string[]): Promise<void> =>
    writeFile(
      file,
      names
        .map((name) => `${tokenLine({ subject: name, scopes: new Set(people[name]) }, tokens.get(name) ?? '')}\n`)
        .join(''),
    );
  await keepTokensOf(...tokens.keys());

  const child = spawn(process.execPath, [BINARY, 'serve', '--http', '--port', '0', ...args], {
    env: { PATH: process.env['PATH'] ?? '', AGORA_THREADS_HTTP_TOKENS_FILE: file, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  const origin = new Promise<string>((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const address = /serves MCP at (http:\/\/\S+)\/mcp/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.on('exit', () => reject(new Error(`It ended: ${said}`)));
  });
  return {
    child,
    origin: await origin,
    stderr: () => said,
    exit: new Promise((resolve) => child.on('exit', resolve)),
    tokenOf: (name) => tokens.get(name) ?? 'nobody',
    keepTokensOf,
  };
}

/** Answers a form; a client without one does not declare that it shows forms. */
export type AnswerForm = (message: string) => Promise<unknown> | unknown;

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Connects the SDK's client, each message of which is checked against the specification. */
export async function connectOverHttp(
  { origin, tokenOf }: Pick<Serving, 'origin' | 'tokenOf'>,
  name = 'lin',
  form?: AnswerForm,
): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> {
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', origin), {
    requestInit: { headers: bearer(tokenOf(name)) },
  });
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities: form ? { elicitation: { form: {} } } : {} },
  );
  if (form) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => (await form(params.message)) as never);
  }
  // The SDK's own types differ under exactOptionalPropertyTypes.
  await client.connect(refereed(transport) as never);
  onTestFinished(() => client.close());
  return { client, transport };
}
