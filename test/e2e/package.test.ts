import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createMCPClient, ElicitationRequestSchema } from '@ai-sdk/mcp';
import { StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { catalogue } from '../../tools/index.ts';
import { refereed } from '../support/mcp.ts';

const run = promisify(execFile);
const windows = process.platform === 'win32';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Whatever npm wants from a registry fails here. */
const env = { ...process.env, npm_config_registry: 'http://127.0.0.1:9/', npm_config_update_notifier: 'false' };
const npm = (cwd: string, ...args: string[]) => run('npm', args, { cwd, env, shell: windows });

const packed = z.tuple([
  z.object({
    filename: z.string(),
    size: z.number(),
    files: z.array(z.object({ path: z.string(), size: z.number() })),
  }),
]);
const answer = z.object({
  structuredContent: z.object({ summary: z.string(), thread_id: z.string().optional(), status: z.string().optional() }),
});

describe('the package', () => {
  let folder = '';
  let tarball: z.output<typeof packed>[0];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'package-'));
    // The binary is built already, and other tests are running it.
    const { stdout } = await npm(ROOT, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
    [tarball] = packed.parse(JSON.parse(stdout));
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    await npm(folder, 'install', '--offline', '--ignore-scripts', `./${tarball.filename}`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds the binary, its chunks, its view, its licences, the words about it, and nothing else', () => {
    const files = tarball.files
      .map(({ path }) => path.replace(/-[A-Z0-9]{8}\.js$/, '.js'))
      .filter((path) => !/^README\.[\w-]+\.md$/.test(path));
    expect([...new Set(files)].sort()).toEqual([
      'LICENSE',
      'README.md',
      'dist/THIRD-PARTY-NOTICES.txt',
      'dist/chunk.js',
      'dist/first-call.js',
      'dist/http.js',
      'dist/main.js',
      'dist/prompts.js',
      'dist/redis.js',
      'dist/run-command.js',
      'dist/sandbox.js',
      'dist/undici.js',
      'dist/view.html',
      'package.json',
    ]);
    expect(tarball.files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(1_600_000);
  });

  it('names each package whose code it holds, with its licence', async () => {
    const notices = await readFile(join(folder, 'node_modules/agora-threads-mcp/dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
    const headings = notices
      .split(/^-{80}$/m)
      .slice(1)
      .map((part) => part.trim().split('\n')[0]);
    expect(headings.map((heading) => heading?.replace(/ [\d.]+ /, ' '))).toEqual([
      '@ioredis/commands (MIT)',
      '@modelcontextprotocol/sdk (MIT)',
      'agora-token (ISC)',
      'cluster-key-slot (Apache-2.0)',
      'content-type (MIT)',
      'debug (MIT)',
      'denque (Apache-2.0)',
      'get-east-asian-width (MIT)',
      'ioredis (MIT)',
      'ms (MIT)',
      'redis-errors (MIT)',
      'standard-as-callback (MIT)',
      'undici (MIT)',
      'zod (MIT)',
    ]);
    expect(notices).toContain('Permission is hereby granted');
  });

  it('installs as one package, without a network', async () => {
    const installed = await readdir(join(folder, 'node_modules'));
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['agora-threads-mcp']);
    if (!windows) expect((await stat(join(folder, 'node_modules/.bin/agora-threads-mcp'))).mode & 0o111).toBe(0o111);
    const { stdout } = await npm(folder, 'exec', '--offline', '--', 'agora-threads-mcp', '--version');
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('serves a client of others: initialize, tools/list, a call, a form', async () => {
    const main = join(folder, 'node_modules/agora-threads-mcp/dist/main.js');
    const client = await createMCPClient({
      transport: refereed(new StdioMCPTransport({ command: process.execPath, args: [main], cwd: folder })),
      capabilities: { elicitation: {} },
    });
    onTestFinished(() => client.close());
    client.onElicitationRequest(ElicitationRequestSchema, () => ({ action: 'accept', content: { confirm: true } }));
    const listed = await client.listTools();
    expect(listed.tools).toHaveLength(catalogue.length);
    const tools = client.toolsFromDefinitions(listed);
    const call = async (name: string, args: Record<string, unknown>) =>
      answer.parse(await tools[name]?.execute?.(args, { messages: [], toolCallId: '1', context: {} }))
        .structuredContent;
    const { id: msg_id, group_id, owner } = SANDBOX_HINTS.freeMessages[0];
    const { summary, thread_id } = await call('create_thread', { msg_id, group_id, owner, name: 'From the package' });
    expect(summary).toMatch(/^\[sandbox\] Created thread/);
    expect((await call('delete_thread', { thread_id })).status).toBe('deleted');
  });
});
