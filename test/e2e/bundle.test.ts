import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { CHUNK_FILES } from '../../scripts/chunks.mjs';
import { catalogue } from '../../tools/index.ts';
import { BINARY, callBinary, codeFiles, copyBinary, DIST, runBinary } from '../support/binary.ts';
import { connectClient } from '../support/client.ts';
import { DRAWS_VIEWS } from '../support/draws-views.ts';
import { NO_HURRY } from '../support/preloads.ts';
import { openRaw, startRaw } from '../support/raw.ts';
import { startFiles } from '../support/start-files.ts';

const clientInfo = { name: 'test', version: '1' };
const lines = [
  { id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } },
  { method: 'notifications/initialized' },
  { id: 2, method: 'tools/list' },
];

/** The answer to tools/list, as the binary writes it. */
async function listedBy(env: Record<string, string>): Promise<unknown> {
  const input = lines.map((line) => `${JSON.stringify({ jsonrpc: '2.0', ...line })}\n`).join('');
  const { stdout } = await runBinary([], { ...env, ...NO_HURRY }, input);
  const answer = stdout.split('\n').find((line) => line.includes('"id":2'));
  return z.object({ result: z.unknown() }).parse(JSON.parse(answer ?? '')).result;
}

/** What the server without its chunks holds only where a rule of scripts/lean.mjs is switched off, or only where it is not. */
const TRACES: readonly (readonly [what: string, trace: RegExp, held: boolean])[] = [
  ['tools as data', /"outputSchema":\{"type":"object"/, true],
  ['ajv', /validateFormats/, false],
  ['fetch bodies', /Body is unusable/, false],
  ['HTTP/2', /Server disabled extended CONNECT/, false],
  ['schemas of zod 3', /zodToJsonSchema|ZodEffects/, false],
  ['a second HTTP parser', /AGFzbQ.*AGFzbQ/s, false],
  ["imports of Node's own modules", /(from|import) ?"node:/, false],
  ['local names of libraries', /jsonrpcNotification/, false],
];

/** All but the chunks that are bundled by themselves. */
const ownFiles = async () => (await codeFiles()).filter((name) => !CHUNK_FILES.includes(name));

async function codeOf(files: readonly string[]): Promise<string> {
  const code = await Promise.all(files.map((name) => readFile(join(DIST, name), 'utf8')));
  return code.join('\n');
}

// What the build leaves out or prepares must not change what a client gets: scripts/lean.mjs.
describe('the bundle', () => {
  it('is under 800 KB without its chunks, and a start reads less than 250 KB of it', async () => {
    expect((await codeOf(await ownFiles())).length).toBeLessThan(800_000);
    expect((await codeOf(await startFiles(DIST))).length).toBeLessThan(250_000);
  });

  it('needs nothing but what main.js imports to start and to list its tools', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agora-threads-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const binary = await copyBinary(folder, await startFiles(DIST));
    const input = lines.map((line) => `${JSON.stringify({ jsonrpc: '2.0', ...line })}\n`).join('');
    const { stdout, stderr } = await runBinary([], NO_HURRY, input, binary);
    expect(stderr).toBe('');
    expect(stdout).toContain('"name":"find_threads"');
  });

  it('says so where it was updated after its start, and goes on once its files are back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agora-threads-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const server = await openRaw({ binary: await copyBinary(folder, await startFiles(DIST)) });
    const call = { name: 'list_threads', arguments: {} };
    const restart = 'This server was updated or removed after its start. Restart it.';
    const content = [{ type: 'text', text: `Error [internal_error]: [sandbox] ${restart}` }];
    expect(await server.ask(2, 'tools/call', call)).toMatchObject({ result: { isError: true, content } });
    expect(await server.ask(3, 'prompts/list')).toMatchObject({ error: { code: -32603, message: restart } });
    await copyBinary(folder);
    expect(await server.ask(4, 'tools/call', call)).toHaveProperty('result.structuredContent');
    expect(await server.ask(5, 'prompts/list')).toHaveProperty('result.prompts');
  });

  it('reads the page of the view when it is asked for, and not before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agora-threads-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const server = startRaw({ binary: await copyBinary(folder) });
    const capabilities = DRAWS_VIEWS;
    await server.ask(1, 'initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo });
    server.send({ method: 'notifications/initialized' });
    expect(await server.ask(2, 'tools/list')).toHaveProperty('result.tools.length', catalogue.length + 1);
    const uri = 'ui://agora-threads/view.html';
    expect(await server.ask(3, 'resources/read', { uri })).toMatchObject({
      error: { code: -32603, message: 'The page of the view cannot be read' },
    });
    await cp(join(BINARY, '..', 'view.html'), join(folder, 'view.html'));
    expect(await server.ask(4, 'resources/read', { uri })).toHaveProperty(
      'result.contents.0.text',
      await readFile(join(BINARY, '..', 'view.html'), 'utf8'),
    );
  });

  it.each(TRACES)('holds %s: %s %s', async (_what, trace, held) => {
    expect(trace.test(await codeOf(await ownFiles()))).toBe(held);
  });

  it.each([{}, { AGORA_THREADS_UNDOCUMENTED: '1', AGORA_THREADS_SANDBOX: '1' }])(
    'lists the tools byte for byte as the sources do, with %j',
    async (env) => {
      const { client } = await connectClient({ env });
      expect(JSON.stringify(await listedBy(env))).toBe(JSON.stringify(await client.listTools()));
    },
  );

  it('still builds tokens from an App Certificate, whose library is loaded at the first call', async () => {
    const tokens: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      tokens.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"entities":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const text = await callBinary(
      'list_threads',
      {},
      {
        AGORA_CHAT_HOST: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        AGORA_APP_ID: 'a'.repeat(32),
        AGORA_APP_CERTIFICATE: 'b'.repeat(32),
      },
    );
    expect(text).toContain('none');
    expect(tokens).toEqual([expect.stringMatching(/^Bearer 007[\w+/=]{60,}$/)]);
  });
});
