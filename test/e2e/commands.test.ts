import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { version } from '../../src/base/version.ts';
import { ENDPOINTS } from '../../src/sandbox/find-call.ts';
import { startSandbox as startTestSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { catalogue } from '../../tools/index.ts';
import { BINARY, callBinary, runBinary } from '../support/binary.ts';
import { connectClient } from '../support/client.ts';
import { hasTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';

const clientInfo = { name: 'test', version: '1' };

/** A file with this text, gone when the test has ended. */
async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'faults-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'faults.json');
  await writeFile(file, text);
  return file;
}

/** Starts the sandbox command, and gives what it prints. */
async function startSandbox(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn(process.execPath, [BINARY, 'sandbox', ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for await (const line of createInterface({ input: child.stdout })) {
    text += `${line}\n`;
    if (/message |消息 /.test(line)) return text;
  }
  throw new Error('The sandbox ended without printing its settings.');
}

/** The lines below this heading, of each kind of credentials. */
const blocksOf = (text: string, heading: string): string[] =>
  text
    .split(`  ${heading}\n`)
    .slice(1)
    .map((rest) => /^(?: {4}.*\n)+/.exec(rest)?.[0] ?? '');

const fileOfSettings = z.object({
  mcpServers: z.object({ 'agora-threads': z.object({ env: z.record(z.string(), z.string()) }) }),
});
const envOf = (json: string) => fileOfSettings.parse(JSON.parse(json)).mcpServers['agora-threads'].env;

const inBash = promisify(execFile);

describe('agora-threads-mcp sandbox', () => {
  it('prints the settings that reach it, in three kinds of credentials', async () => {
    const text = await startSandbox([]);
    const steady = text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');
    expect(steady.replaceAll(JSON.stringify(BINARY), '"/clone/dist/main.js"')).toMatchSnapshot();
  });

  it('in Chinese the settings are the same', async () => {
    const [english, chinese] = [await startSandbox([]), await startSandbox([], { AGORA_THREADS_LANG: 'zh' })];
    const steady = (blocks: readonly string[]) =>
      blocks.map((block) => block.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'));
    expect(steady(blocksOf(chinese, 'bash, zsh'))).toEqual(steady(blocksOf(english, 'bash, zsh')));
    expect(steady(blocksOf(chinese, '助手的 JSON 配置'))).toEqual(steady(blocksOf(english, 'JSON for an assistant')));
    const words = chinese.split('\n').filter((line) => !line.startsWith('    '));
    expect(words.join('\n').replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')).toMatchSnapshot();
  });

  it('and they do, pasted into a shell one after the other', async () => {
    const text = await startSandbox(['--port', '0']);
    const blocks = blocksOf(text, 'bash, zsh');
    expect(blocks).toHaveLength(3);
    const call = `"${process.execPath}" "${BINARY}" call list_user_threads username=lin limit=1`;
    const { stdout } = await inBash('bash', ['-c', blocks.map((block) => `${block}\n${call}\n`).join('\n')], {
      env: { PATH: process.env['PATH'] ?? '' },
    });
    expect(stdout.match(/^\[sandbox\] Threads of user lin: 1 shown/gm)).toHaveLength(3);
  });

  it('and they do as the configuration of an assistant', async () => {
    const text = await startSandbox([]);
    const blocks = blocksOf(text, 'JSON for an assistant');
    expect(blocks.map((json) => Object.keys(envOf(json)).slice(2))).toEqual([
      ['AGORA_CHAT_APP_TOKEN'],
      ['AGORA_APP_ID', 'AGORA_APP_CERTIFICATE'],
      ['EASEMOB_CLIENT_ID', 'EASEMOB_CLIENT_SECRET'],
    ]);
    for (const json of blocks) {
      const { code, stdout } = await runBinary(['doctor', '--config', await fileOf(json)]);
      expect(stdout).toMatch(/ok +list call +the service answered: there are threads\n/);
      expect(code).toBe(3);
    }
  });

  it('in PowerShell they are the same', async () => {
    const text = await startSandbox([]);
    const said = (block: string) =>
      [...block.matchAll(/(?:env:|export )(\w+) ?= ?('.*')$/gm)].map(([, ...pair]) => pair);
    const [shell, power] = [blocksOf(text, 'bash, zsh').map(said), blocksOf(text, 'PowerShell').map(said)];
    expect(power).toEqual(shell);
    expect(power.map(({ length }) => length)).toEqual([3, 4, 4]);
  });

  it('rehearses the faults of a file', async () => {
    const file = await fileOf(
      JSON.stringify([{ on: 'list', kind: 'status', status: 403, description: 'thread not open.' }]),
    );
    const [json = ''] = blocksOf(await startSandbox(['--faults', file]), 'JSON for an assistant');
    expect(await callBinary('list_threads', {}, envOf(json))).toContain('Error [threads_not_enabled]');
  });

  it('names in its help each call and each kind of fault', async () => {
    const { stdout } = await runBinary(['sandbox', '--help']);
    const words = new Set(stdout.match(/\w+/g));
    const kinds = await runBinary(['sandbox', '--faults', await fileOf('[{"on":"list","kind":"none"}]')]);
    const [, listed = ''] = /expected one of (.*)/.exec(kinds.stderr) ?? [];
    const all = [...ENDPOINTS, ...listed.split(', ').map((kind) => /\w+/.exec(kind)?.[0] ?? '')];
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((name) => !words.has(name))).toEqual([]);
  });

  it('says what is wrong with a file of faults, once', async () => {
    const { stderr } = await runBinary(['sandbox', '--faults', await fileOf('[{"on":"lists","kind":"html"}]')]);
    expect(stderr.replace(/--faults \S+/, '--faults FILE')).toMatchSnapshot();
  });

  it.each([
    [['--port', 'x'], '--port takes a whole number'],
    [['--prot', '1'], 'Did you mean --port?'],
    [['8123'], 'one word too many'],
    [['--faults', 'no/such/file'], 'no/such/file'],
    [['--faults', BINARY], 'is not JSON'],
  ])('%j is refused with the reason', async (args, reason) => {
    const { code, stderr, stdout } = await runBinary(['sandbox', ...args]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(reason);
    expect(stderr.trimEnd().split('\n').length).toBeLessThan(4);
  });
});

describe('agora-threads-mcp', () => {
  it('--version prints the version', async () => {
    expect(await runBinary(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('--help names every command and setting', async () => {
    const { code, stdout } = await runBinary(['--help']);
    expect(code).toBe(0);
    expect(stdout.replace(version, 'X.Y.Z')).toMatchSnapshot();
  });

  it.each(['serve', 'call', 'tools', 'demo', 'doctor', 'sandbox', 'token', 'version'])(
    '%s --help tells all of it',
    async (command) => {
      const run = await runBinary([command, '--help']);
      expect([run.code, run.stderr]).toEqual([0, '']);
      expect(run.stdout).toMatchSnapshot();
      expect(await runBinary(['help', command])).toEqual(run);
    },
  );

  it('speaks Chinese where AGORA_THREADS_LANG is zh', async () => {
    const pages = [[], ['serve'], ['call'], ['export'], ['tools'], ['doctor'], ['sandbox'], ['token']];
    const texts = await Promise.all(pages.map((page) => runBinary(['help', ...page], { AGORA_THREADS_LANG: 'zh' })));
    expect(texts.map(({ stdout }) => stdout.replace(version, 'X.Y.Z')).join('\n')).toMatchSnapshot();
    // Each page has the flags and the commands of the English one.
    const flagsOf = (text: string) => text.match(/^ {2}(?:--)?[a-z][\w-]+/gm);
    const english = await Promise.all(pages.map((page) => runBinary(['help', ...page])));
    expect(texts.map(({ stdout }) => flagsOf(stdout))).toEqual(english.map(({ stdout }) => flagsOf(stdout)));
  });

  it('help is about the command, whatever flags are typed beside it', async () => {
    const run = await runBinary(['help', 'serve']);
    expect(await runBinary(['help', 'serve', '--http'])).toEqual(run);
    expect(await runBinary(['--read-only', '--help'])).toEqual(run);
  });

  it('help --help is help', async () => {
    expect(await runBinary(['help', '--help'])).toEqual(await runBinary(['-h']));
  });

  it.each([
    ['a command', ['demoo']],
    ['a command asked for help', ['help', 'sandbx']],
    ['a tool in place of a command', ['list_threads', 'limit=1']],
    ['a word behind a command', ['demo', 'fast']],
    ['a flag of the server', ['--redonly']],
    ['a flag by the name of its variable', ['serve', '--agora-chat-host', 'x']],
    ['a flag that is like no other', ['serve', '--xyzzy-plugh-plover']],
    ['a secret as a flag, which is not repeated', ['--app-token=S3cr3tS3cr3t']],
    ['a flag without its value', ['--host', '--read-only']],
    ['a yes with a value', ['--read-only=1']],
    ['a no with a value', ['--no-read-only=1']],
    ['a no to a flag with a value', ['--no-host=a.example']],
    ['a flag twice', ['--host', 'a', '--host', 'b']],
    ['a value that cannot be', ['--log-level', 'loud']],
  ])('mistyped: %s', async (_what, args) => {
    const { code, stdout, stderr } = await runBinary(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatchSnapshot();
  });

  it.each([[['demo']], [['--help']], [['tools']], [['call', 'list_user_threads', 'username=lin']]])(
    '%j ends quietly when nobody reads on',
    async (args) => {
      const child = spawn(process.execPath, [BINARY, ...args], { env: { PATH: process.env['PATH'] ?? '' } });
      onTestFinished(() => void child.kill('SIGKILL'));
      child.stdout.destroy();
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      const [code] = await once(child, 'close');
      expect([code, stderr]).toEqual([0, '']);
    },
  );
});

describe('agora-threads-mcp tools', () => {
  const names = (stdout: string): string[] => [...stdout.matchAll(/^(\w+) {2}/gm)].map(([, name]) => name ?? '');

  it('shows each tool with its arguments', async () => {
    const { code, stdout, stderr } = await runBinary(['tools']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatchSnapshot();
    expect(names(stdout)).toEqual(catalogue.map(({ name }) => name));
  });

  it('shows one tool with all of its description', async () => {
    const run = await runBinary(['tools', 'delete_thread']);
    expect(run.stdout).toMatchSnapshot();
    expect(await runBinary(['tools', 'delete_thread', '--no-json'])).toEqual(run);
    const { code, stderr } = await runBinary(['tools', 'delete_tread']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean delete_thread?');
  });

  it.each([
    [['list_group_threads'], 'list_group_threads is not registered: it takes AGORA_THREADS_UNDOCUMENTED=1.'],
    [
      ['delete_thread', '--read-only'],
      'delete_thread is not registered: AGORA_THREADS_READ_ONLY leaves out what changes something.',
    ],
    [
      ['list_threads', '--tools', 'create_thread'],
      'list_threads is not registered: AGORA_THREADS_TOOLS does not name it.',
    ],
  ])('says which setting leaves a tool out: %j', async (args, words) => {
    const { code, stderr } = await runBinary(['tools', ...args]);
    expect([code, stderr]).toEqual([2, `agora-threads-mcp tools: ${words} See agora-threads-mcp tools --help.\n`]);
  });

  it('says what is wrong with the settings', async () => {
    const { code, stdout, stderr } = await runBinary(['tools', '--tools', 'list_treads']);
    expect(stderr).toMatchInlineSnapshot(`
      "agora-threads-mcp tools: AGORA_THREADS_TOOLS names "list_treads", which is not a tool: did you mean list_threads?
      "
    `);
    expect([code, names(stdout)]).toEqual([0, catalogue.map(({ name }) => name)]);
  });

  it('--json is the answer to tools/list', async () => {
    const { client } = await connectClient();
    expect(JSON.parse((await runBinary(['tools', '--json'])).stdout)).toEqual(await client.listTools());
  });

  it('shows what the settings register, by flag and by variable', async () => {
    const readers = catalogue.filter(({ kind }) => kind === 'read').map(({ name }) => name);
    expect(names((await runBinary(['tools', '--read-only'])).stdout)).toEqual(readers);
    expect(names((await runBinary(['tools'], { AGORA_THREADS_READ_ONLY: '1' })).stdout)).toEqual(readers);
    const overruled = await runBinary(['tools', '--no-read-only'], { AGORA_THREADS_READ_ONLY: '1' });
    expect(names(overruled.stdout)).toEqual(catalogue.map(({ name }) => name));
    expect(
      names((await runBinary(['tools', '--tools', 'list_threads', '--undocumented', '--sandbox'])).stdout),
    ).toEqual(['list_threads']);
  });
});

describe('settings as flags', () => {
  it('a flag wins over the environment, and a file over a secret there', async () => {
    const sandbox = await startTestSandbox();
    onTestFinished(() => sandbox.close());
    const folder = await mkdtemp(join(tmpdir(), 'flags-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'token');
    await writeFile(file, SANDBOX.appToken);
    const env = {
      AGORA_CHAT_HOST: 'http://127.0.0.1:9',
      AGORA_CHAT_APP_KEY: 'other#app',
      AGORA_CHAT_APP_TOKEN: 'not-the-right-one',
    };
    const app = `${SANDBOX.orgName}#${SANDBOX.appName}`;
    const flags = ['--host', sandbox.url, `--app-key=${app}`, '--app-token-file', file];
    const { code, stdout } = await runBinary(['call', 'list_threads', 'limit=1', ...flags], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Threads of the app acme#helpdesk: 1 shown/);
  });

  it('reach the server, with the command or without', async () => {
    const answer = {
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo },
    };
    const line = `${JSON.stringify({ jsonrpc: '2.0', ...answer })}\n`;
    for (const args of [['--read-only'], ['serve', '--read-only']]) {
      const { code, stdout } = await runBinary(args, {}, line);
      expect(code).toBe(0);
      expect(stdout).toContain('This server is read-only');
    }
  });

  it('an empty one unsets what the environment says', async () => {
    const { code } = await runBinary(['call', 'list_threads', '--host='], { AGORA_CHAT_HOST: 'chat.test' });
    expect(code).toBe(0);
  });
});

describe('started by hand', () => {
  it('on a Node that is too old it says which one it needs', async () => {
    const old = 'data:text/javascript,process.getBuiltinModule=undefined';
    const child = spawn(process.execPath, ['--import', old, BINARY, '--version']);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    expect(said).toBe(`agora-threads-mcp needs Node 20.18.1 or later; this is ${process.version}.\n`);
    expect(code).toBe(1);
  });

  it.skipIf(!hasTerminal).each([
    ['en', 'agora-threads-mcp waits for an MCP client on stdin; Ctrl-C ends it.', '--help.'],
    ['zh', 'agora-threads-mcp 正在 stdin 上等待 MCP 客户端，按 Ctrl-C 结束。', '--help。'],
  ])('on a terminal it says in %s that it waits for a client (python3 with pty)', async (lang, words, last) => {
    const steps = [{ await: last, send: '\u0004' }];
    const { code, stdout, terminal } = await runOnTerminal([], { AGORA_THREADS_LANG: lang }, steps);
    expect(terminal).toContain(words);
    expect([code, stdout]).toEqual([0, '']);
  });
});
