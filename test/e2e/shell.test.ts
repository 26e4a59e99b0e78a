import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { columnsOf } from '../../src/base/display-width.ts';
import { fold } from '../../src/cli/terminal.ts';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { BINARY, runBinary } from '../support/binary.ts';
import { classicSettings } from '../support/http.ts';
import { appSettings } from '../support/rehearse.ts';
import { undated } from '../support/undated.ts';

/* What people type, paste and write into files of settings, and what they read then, in full. */

async function start() {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  return sandbox;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'shell-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const list = ['call', 'list_threads', 'limit=1'];
/** What a call says to stderr. */
const saidBy = async (env: Record<string, string>, args: readonly string[] = list): Promise<string> =>
  (await runBinary(args, env)).stderr;

const app = classicSettings('https://chat.invalid');

it('a call with a client secret warns that each one exchanges it anew', async () => {
  const { AGORA_CHAT_APP_TOKEN: _token, ...env } = appSettings(await start());
  const { stderr, code } = await runBinary(list, {
    ...env,
    EASEMOB_CLIENT_ID: SANDBOX.clientId,
    EASEMOB_CLIENT_SECRET: SANDBOX.clientSecret,
  });
  expect(stderr).toMatchInlineSnapshot(`
    "agora-threads-mcp call: each call exchanges the client secret for a new token, and the service bans callers that do so too often. For many calls get one token, and set AGORA_CHAT_APP_TOKEN.
    "
  `);
  expect(code).toBe(0);
  expect(await saidBy(appSettings(await start()))).toBe('');
});

it('a deletion by --confirm is told as that, in the audit log too', async () => {
  const sandbox = await start();
  const [id = ''] = sandbox.state.threads.keys();
  const log = join(await folder(), 'audit.jsonl');
  const env = { ...appSettings(sandbox), AGORA_THREADS_AUDIT_LOG: log };
  const { stdout } = await runBinary(['call', 'delete_thread', `thread_id=${id}`, '--confirm', id], env);
  expect(stdout).toMatch(
    /^\[sandbox\] Deleted thread \d+ ".*" for good in app "acme#helpdesk", confirmed by --confirm\. /,
  );
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).confirmed_by)).toEqual(['flag', undefined]);
});

it('a standalone sandbox marks what it answers', async () => {
  const { stdout } = await runBinary(list, appSettings(await start()));
  expect(undated(stdout)).toMatch(/^\[sandbox\] Threads of the app acme#helpdesk: 1 shown/);
});

describe('where a value is found: in the console at hand, in the language at hand', () => {
  it.each([
    ['Agora', { AGORA_CHAT_HOST: 'a41.chat.agora.io' }],
    ['Easemob', { AGORA_CHAT_HOST: 'a1.easemob.com' }],
    [
      'Easemob, by its credentials',
      { AGORA_CHAT_HOST: 'chat.test', AGORA_CHAT_APP_KEY: 'a#b', EASEMOB_CLIENT_ID: 'x' },
    ],
    ['Agora, by its credentials', { AGORA_APP_ID: '0'.repeat(32) }],
    ['Agora, in Chinese', { AGORA_CHAT_HOST: 'a41.chat.agora.io', AGORA_THREADS_LANG: 'zh' }],
    ['nobody knows whose', { AGORA_CHAT_HOST: 'chat.test' }],
  ])('%s', async (_whose, env) => {
    expect(await saidBy(env)).toMatchSnapshot();
  });
});

describe('settings', () => {
  it.each([
    ['an app key and another half of one', { ...app, AGORA_CHAT_ORG_NAME: 'staging' }],
    ['an app key and both halves of another', { ...app, AGORA_CHAT_ORG_NAME: 'a', AGORA_CHAT_APP_NAME: 'b' }],
    ['the old name of a setting, which leaves the sandbox on', { AGORA_CHAT_UNDOCUMENTED: '1' }],
    ['a relative audit log', { AGORA_THREADS_AUDIT_LOG: 'audit.jsonl' }],
    ['an audit log in a variable', { AGORA_THREADS_AUDIT_LOG: '$HOME/audit.jsonl' }],
    ['a proxy that would be used', { ...app, HTTPS_PROXY: 'socks5://proxy.test:1080' }],
    ['a tool that is misspelt', { AGORA_THREADS_TOOLS: 'list_treads' }],
  ])('%s', async (_what, env) => {
    expect(await saidBy(env)).toMatchSnapshot();
  });

  it('the same app twice is no contradiction', async () => {
    const both = { ...appSettings(await start()), AGORA_CHAT_ORG_NAME: SANDBOX.orgName };
    expect((await runBinary(list, both)).code).toBe(0);
  });

  it.each([
    ['loopback', {}],
    ['NO_PROXY', { NO_PROXY: '127.0.0.1' }],
  ])('a proxy that would not be used blocks nothing: %s', async (_why, more) => {
    const proxy = { HTTPS_PROXY: 'socks5://proxy.test:1', HTTP_PROXY: 'nonsense://', ...more };
    expect((await runBinary(list, { ...appSettings(await start()), ...proxy })).code).toBe(0);
  });

  it('NO_PROXY exempts a host from a proxy that cannot be used', async () => {
    expect(await saidBy({ ...app, HTTPS_PROXY: 'socks5://proxy.test:1', NO_PROXY: '.invalid' })).toContain(
      'Error [host_not_found]',
    );
  });

  it('a tool that is misspelt is told once by the doctor', async () => {
    const { stdout, code } = await runBinary(['doctor', '--offline'], { AGORA_THREADS_TOOLS: 'list_treads' });
    expect(stdout.split('\n').filter((line) => /tools/i.test(line))).toMatchInlineSnapshot(`
      [
        "  fail     AGORA_THREADS_TOOLS        names "list_treads", which is not a tool. Fix: Did you mean list_threads?",
        "  skipped  tools                      AGORA_THREADS_TOOLS is wrong",
      ]
    `);
    expect(code).toBe(2);
  });
});

describe('files of secrets', () => {
  async function withSecret(bytes: Uint8Array | string) {
    const { AGORA_CHAT_APP_TOKEN: _token, ...env } = appSettings(await start());
    const home = await folder();
    await writeFile(join(home, 'token'), bytes);
    return { env, home };
  }

  it('~ is the home of the user', async () => {
    const { env, home } = await withSecret(`${SANDBOX.appToken}\n`);
    const run = await runBinary(list, { ...env, HOME: home, AGORA_CHAT_APP_TOKEN_FILE: '~/token' });
    expect([run.code, run.stderr]).toEqual([0, '']);
  });

  it('~ of the audit log too', async () => {
    const { env, home } = await withSecret(SANDBOX.appToken);
    const audited = { ...env, HOME: home, AGORA_CHAT_APP_TOKEN_FILE: '~/token', AGORA_THREADS_AUDIT_LOG: '~/audit' };
    await runBinary(['call', 'rename_thread', 'thread_id=1', 'name=x'], audited);
    expect(await readFile(join(home, 'audit'), 'utf8')).toContain('"tool":"rename_thread"');
  });

  it('$HOME is not expanded here, and is named', async () => {
    const { env } = await withSecret('');
    expect(await saidBy({ ...env, AGORA_CHAT_APP_TOKEN_FILE: '$HOME/token' })).toMatchSnapshot();
  });

  it('UTF-16 is named, and a byte order mark of UTF-8 is read over', async () => {
    const utf16 = await withSecret(Buffer.from(`\ufeff${SANDBOX.appToken}`, 'utf16le'));
    expect(await saidBy({ ...utf16.env, AGORA_CHAT_APP_TOKEN_FILE: join(utf16.home, 'token') })).toMatchSnapshot();
    const utf8 = await withSecret(`\ufeff${SANDBOX.appToken}`);
    const run = await runBinary(list, { ...utf8.env, AGORA_CHAT_APP_TOKEN_FILE: join(utf8.home, 'token') });
    expect(run.code).toBe(0);
  });
});

describe('what moves a cursor', () => {
  const CLEAR = '\u001b[2J\u202e';
  it.each([
    ['a flag', [`--xx${CLEAR}`]],
    ['a command', [`foo${CLEAR}`]],
    ['a command asked for help', ['help', `x${CLEAR}`]],
    ['a tool', ['call', `list${CLEAR}`]],
    ['an argument', ['call', 'list_threads', `a${CLEAR}=1`]],
    ['a value', ['call', 'list_threads', `sort=${CLEAR}`]],
    ['JSON', ['call', 'list_threads', `{"a${CLEAR}":`]],
    ['a confirmation', ['call', 'delete_thread', 'thread_id=1', '--confirm', CLEAR]],
    ['a setting', ['--log-level', CLEAR]],
    ['a file of faults', ['sandbox', '--faults', `/no/such${CLEAR}`]],
    ['a configuration', ['doctor', '--config', `/no/such${CLEAR}`]],
    ['a file to write', ['export', '--out', `/no/such${CLEAR}`]],
  ])('is escaped in %s', async (_where, args) => {
    const { code, stdout, stderr } = await runBinary(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(stderr).toMatchSnapshot();
  });
});

describe('help on a tool', () => {
  it('is that tool’s, however it is asked for', async () => {
    const run = await runBinary(['help', 'call', 'rename_thread']);
    expect(run.stdout).toMatchInlineSnapshot(`
      "Usage
        agora-threads-mcp call rename_thread [KEY=VALUE]... [FLAGS]

      rename_thread  update
        Renames an Agora Chat thread; the old name is overwritten. previous_name is given if an earlier
        list has shown it.
          thread_id             string                    Thread id (digits)
          name                  string                    Thread name, 1-64 characters

      agora-threads-mcp help call has the flags, exit codes and examples.
      "
    `);
    expect(run.code).toBe(0);
    expect(await runBinary(['call', 'rename_thread', '--help'])).toEqual(run);
    expect(await runBinary(['call', '--help', 'rename_thread', 'name=x'])).toEqual(run);
  });

  it('names the nearest where there is no such tool', async () => {
    const { code, stderr } = await runBinary(['help', 'call', 'rename_tread']);
    expect(stderr).toContain('there is no tool "rename_tread". Did you mean rename_thread?');
    expect(code).toBe(2);
  });
});

it('Chinese counts two columns a character where lines are folded', () => {
  const line = '从 声网控制台 > 即时通讯 IM > 功能配置 （REST API） 取得，再 设置 AGORA_CHAT_HOST 这个 变量 就 可以 了';
  const lines = fold(line, 40);
  expect(lines.map((one) => columnsOf(one)).filter((width) => width > 40)).toEqual([]);
  expect(lines.join(' ')).toBe(line);
  expect(lines.length).toBeGreaterThan(2);
});

/** A network namespace of its own has no loopback until somebody brings it up. */
const alone = promisify(execFile);
const canBeAlone = await alone('unshare', ['-rn', 'true']).then(
  () => true,
  () => false,
);

it.skipIf(!canBeAlone)('the demo without loopback ends with a sentence (unshare)', async () => {
  const error: unknown = await alone('unshare', ['-rn', process.execPath, BINARY, 'demo']).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 1, stderr: '' });
  expect(
    String(Reflect.get(Object(error), 'stdout'))
      .trimEnd()
      .split('\n')
      .at(-1),
  ).toBe('The demo ends here: the sandbox runs on loopback (127.0.0.1), which this machine does not let it use.');
});
