import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { newToken, type Scope, tokenLine } from '../../src/http/token-line.ts';
import { BINARY } from './binary.ts';
import { refereed } from './mcp.ts';

export interface ServingOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Who has a token, and with which scopes. */
  readonly people?: Readonly<Record<string, readonly Scope[]>>;
  /** Options for Node. */
  readonly flags?: readonly string[];
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
  const { env = {}, people = { lin: EVERYTHING }, flags = [], args = [] } = options;
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

  const child = spawn(process.execPath, [...flags, BINARY, 'serve', '--http', '--port', '0', ...args], {
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

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** A POST to `/mcp`, as a client makes it but for what is given here. */
export const post = (
  { origin }: Pick<Serving, 'origin'>,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Response> =>
  fetch(`${origin}/mcp`, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });

/** A request as its bytes, for what no HTTP client would do. */
export function rawRequest(
  method: string,
  headers: Readonly<Record<string, string>>,
  body = '',
  target = '/mcp',
): string {
  const all = {
    host: '127.0.0.1',
    ...JSON_HEADERS,
    'content-length': String(body.length),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

export const hello = (capabilities: object = {}) => ({
  jsonrpc: '2.0',
  id: 'hello',
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities, clientInfo: { name: 'raw', version: '1' } },
});

/** A call of a tool, as a message. */
export const toolCall = (id: string | number, name: string, args: Record<string, unknown> = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** Begins a session without the SDK; what it returns are the headers of its requests. */
export async function beginSession(
  serving: Pick<Serving, 'origin' | 'tokenOf'>,
  name = 'lin',
  capabilities: object = {},
): Promise<Record<string, string>> {
  const headers = bearer(serving.tokenOf(name));
  const begun = await post(serving, hello(capabilities), headers);
  await begun.text();
  return { ...headers, 'mcp-session-id': begun.headers.get('mcp-session-id') ?? `status ${begun.status}` };
}

const message = z.looseObject({ id: z.union([z.string(), z.number()]).optional(), method: z.string().optional() });
export type StreamMessage = z.output<typeof message>;

/** The messages of a stream, as they come. */
export async function* messagesOf(response: Response): AsyncGenerator<StreamMessage> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const part of response.body ?? []) {
    const events = (rest + decoder.decode(part, { stream: true })).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield message.parse(JSON.parse(data));
    }
  }
}

/** The first message of a stream that fits. */
export async function firstOf(response: Response, fits: (message: StreamMessage) => boolean): Promise<StreamMessage> {
  for await (const one of messagesOf(response)) if (fits(one)) return one;
  throw new Error('The stream ended without it.');
}

/** The answer to a request, as the last message of the stream of its POST. */
export const answerTo = (response: Response, id: string | number): Promise<StreamMessage> =>
  firstOf(response, (one) => one.id === id && one.method === undefined);

/** What a client declares that shows forms. */
export const FORMS = { elicitation: { form: {} } };
/** The answer to a form by which something is deleted. */
export const YES = { action: 'accept', content: { confirm: true } };

const structure = z.object({ result: z.object({ structuredContent: z.looseObject({ summary: z.string() }) }) });

/** The structure of the result of a call. */
export const structureOf = (message: StreamMessage | undefined) => structure.parse(message).result.structuredContent;
