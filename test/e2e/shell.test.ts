import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { columnsOf } from '../../src/base/display-width.ts';
import { version } from '../../src/base/version.ts';
import { fold } from '../../src/cli/terminal.ts';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { BINARY, type Run, runBinary } from '../support/binary.ts';
import { classicSettings } from '../support/http.ts';
import { NO_LISTENING, NO_NETWORK } from '../support/preloads.ts';
import { hasTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { appSettings } from '../support/rehearse.ts';
import { shownRun } from '../support/shown-run.ts';
import { undated } from '../support/undated.ts';

/* What people type, paste and write into files of settings, and what they read then, in full. */

async function start() {
  const sandbox = await startSandbox({ now: () => Date.UTC(2026, 10, 23, 8) });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'shell-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const list = ['call', 'list_threads', 'limit=1'];
/** All that a call says. */
const saidBy = async (env: Record<string, string>, args: readonly string[] = list): Promise<string> =>
  shownRun(await runBinary(args, env));

const app = classicSettings('https://chat.invalid');

/** The settings of a sandbox, with each kind of credentials that it prints. */
function credentialsFor(sandbox: { readonly url: string }) {
  const { AGORA_CHAT_APP_TOKEN: _token, ...app } = appSettings(sandbox);
  return {
    token: appSettings(sandbox),
    certificate: { ...app, AGORA_APP_ID: SANDBOX.appId, AGORA_APP_CERTIFICATE: SANDBOX.appCertificate },
    secret: { ...app, EASEMOB_CLIENT_ID: SANDBOX.clientId, EASEMOB_CLIENT_SECRET: SANDBOX.clientSecret },
  };
}

it('a standalone sandbox marks what it answers, whatever the credentials', async () => {
  const { token, certificate, secret } = credentialsFor(await start());
  const run = await runBinary(list, token);
  expect(shownRun(run)).toMatchInlineSnapshot(`
    "exit code 0
    --- stdout
    [sandbox] Threads of the app acme#helpdesk: 1 shown; more may follow. This list gives ids only; name unknown for 1 of 1: find_threads shows names. To go on: the same call with cursor = next_cursor. As of NOW.
    id
    240000153281769
    next_cursor: 1.LIST.tazA+YXBwPmRlc2M+MTc5NTA3MzY3NTc3Mj4yNjM2Lg.CHECK

    --- stderr
    "
  `);
  expect(await saidBy(certificate)).toBe(shownRun(run));
  expect(undated((await runBinary(list, secret)).stdout)).toBe(undated(run.stdout));
});

it('a call with a client secret warns that each one exchanges it anew', async () => {
  const { code, stderr } = await runBinary(list, credentialsFor(await start()).secret);
  expect(code).toBe(0);
  expect(stderr).toMatchInlineSnapshot(`
    "agora-threads-mcp call: each call exchanges the client secret for a new token, and the service bans callers that do so too often. For many calls get one token, and set AGORA_CHAT_APP_TOKEN.
    "
  `);
});

describe('a deletion is told and kept in the audit log with how the person agreed', () => {
  const THREAD = '240000142270761';

  /** A sandbox, and its audit log without what differs from run to run. */
  async function audited() {
    const log = join(await folder(), 'audit.jsonl');
    const env = { ...appSettings(await start()), AGORA_THREADS_AUDIT_LOG: log };
    const lines = async (): Promise<string> =>
      undated(await readFile(log, 'utf8'))
        .replaceAll(/(?<="id":")[0-9a-f-]{36}/g, 'UUID')
        .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
        .replace(/(?<="duration_ms":)\d+/, '0');
    return { env, lines };
  }

  it('by --confirm', async () => {
    const { env, lines } = await audited();
    expect(
      await saidBy(env, ['call', 'delete_thread', `thread_id=${THREAD}`, '--confirm', THREAD]),
    ).toMatchInlineSnapshot(`
      "exit code 0
      --- stdout
      [sandbox] Deleted thread 240000142270761 "Lost parcel, order 17712" for good in app "acme#helpdesk", confirmed by --confirm. restore_thread can make it again while its parent message is kept, but without its messages.
      It was: name "Lost parcel, order 17712", owner wei, group_id 210000000000002, msg_id 1880901310092807279, created_at 2026-11-04T04:55:11.130Z, members wei omar li.na mia lin j.park sara.

      --- stderr
      "
    `);
    expect(await lines()).toMatchInlineSnapshot(`
      "{"id":"UUID","time":"NOW","phase":"before","tool":"delete_thread","request_id":1,"app":"acme#helpdesk","host":"127.0.0.1:PORT","args":{"thread_id":"240000142270761"},"confirmed_by":"flag","record":{"id":"240000142270761","group_id":"210000000000002","msg_id":"1880901310092807279","name":"Lost parcel, order 17712","owner":"wei","created":1793768111130,"members":["wei","omar","li.na","mia","lin","j.park","sara"],"members_state":"complete","name_state":"verified","app":"acme#helpdesk","host":"127.0.0.1:PORT"}}
      {"id":"UUID","time":"NOW","phase":"after","duration_ms":0,"outcome":"ok"}
      "
    `);
  });

  it.skipIf(!hasTerminal)('by a y on the terminal (python3 with pty)', async () => {
    const { env, lines } = await audited();
    const args = ['call', 'delete_thread', `thread_id=${THREAD}`];
    const { code, stdout } = await runOnTerminal(args, env, [{ await: '[y/N] ', send: 'y\r' }]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "[sandbox] Deleted thread 240000142270761 "Lost parcel, order 17712" for good in app "acme#helpdesk", confirmed on the terminal. restore_thread can make it again while its parent message is kept, but without its messages.
      It was: name "Lost parcel, order 17712", owner wei, group_id 210000000000002, msg_id 1880901310092807279, created_at 2026-11-04T04:55:11.130Z, members wei omar li.na mia lin j.park sara.
      "
    `);
    expect(await lines()).toMatchInlineSnapshot(`
      "{"id":"UUID","time":"NOW","phase":"before","tool":"delete_thread","request_id":1,"app":"acme#helpdesk","host":"127.0.0.1:PORT","args":{"thread_id":"240000142270761"},"confirmed_by":"terminal","record":{"id":"240000142270761","group_id":"210000000000002","msg_id":"1880901310092807279","name":"Lost parcel, order 17712","owner":"wei","created":1793768111130,"members":["wei","omar","li.na","mia","lin","j.park","sara"],"members_state":"complete","name_state":"verified","app":"acme#helpdesk","host":"127.0.0.1:PORT"}}
      {"id":"UUID","time":"NOW","phase":"after","duration_ms":0,"outcome":"ok"}
      "
    `);
  });
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

  it('a tool that is misspelt is told once by the doctor', async () => {
    const said = await saidBy({ AGORA_THREADS_TOOLS: 'list_treads' }, ['doctor', '--offline']);
    expect(said.replace(version, 'X.Y.Z').replace(process.versions.node, 'NODE')).toMatchInlineSnapshot(`
      "exit code 2
      --- stdout
      agora-threads-mcp X.Y.Z on Node NODE: settings are incomplete or invalid

      Settings
        fail     AGORA_THREADS_TOOLS        names "list_treads", which is not a tool. Fix: Did you mean list_threads?
        ok       AGORA_THREADS_CONFIRM      auto (default)
        ok       AGORA_THREADS_LANG         en (default)
        ok       AGORA_THREADS_RATE_LIMIT   50 (default)
        ok       AGORA_THREADS_REPLICA      main (default)
        ok       AGORA_THREADS_TIMEOUT_MS   30000 (default)
        ok       AGORA_THREADS_LOG_LEVEL    warn (default)

      Server
        skipped  tools                      AGORA_THREADS_TOOLS is wrong
        ok       confirm                    auto: a form where the client shows forms, else a click where it draws views, else a code
        ok       audit log                  off, because AGORA_THREADS_AUDIT_LOG is not set

      Network
        skipped  host                       settings are incomplete or invalid
        skipped  proxy                      settings are incomplete or invalid
        skipped  dns                        settings are incomplete or invalid
        skipped  connection                 settings are incomplete or invalid
        skipped  clock                      settings are incomplete or invalid

      Service
        skipped  token                      settings are incomplete or invalid
        skipped  list call                  settings are incomplete or invalid
        skipped  threads enabled            settings are incomplete or invalid
        skipped  rate limit                 settings are incomplete or invalid

      Not good: a check on this machine failed (1 fail, 10 skipped, 8 ok).

      --- stderr
      "
    `);
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

it('lines are folded between Chinese characters too, but not before what closes or behind what opens', () => {
  const line =
    '设置 AGORA_APP_ID（与证书配合）或 AGORA_CHAT_APP_TOKEN（现成的 App Token）。在“声网控制台 > 项目概览”里。';
  for (let width = 24; width < 100; width += 1) {
    const lines = fold(line, width);
    expect(lines.filter((one) => columnsOf(one) > width)).toEqual([]);
    expect(lines.filter((one) => /^[，。；：、）”]|[（“]$/.test(one))).toEqual([]);
    expect(lines.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
  }
});

it('Chinese counts two columns a character where lines are folded', () => {
  const line = '从 声网控制台 > 即时通讯 IM > 功能配置 （REST API） 取得，再 设置 AGORA_CHAT_HOST 这个 变量 就 可以 了';
  const lines = fold(line, 40);
  expect(lines.map((one) => columnsOf(one)).filter((width) => width > 40)).toEqual([]);
  expect(lines.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
  expect(lines.length).toBeGreaterThan(2);
});

describe('where nothing may listen on loopback', () => {
  it.each([
    'call find_threads',
    'export --user lin',
    'doctor',
    'sandbox',
    'sandbox --port 8123',
    'serve --http --port 8123',
  ])('%s says so', async (command) => {
    const run = await runBinary(command.split(' '), { NODE_OPTIONS: NO_LISTENING });
    expect(shownRun(run).replace(/on Node [\d.]+/, 'on Node VERSION')).toMatchSnapshot();
  });
});

describe('the demo without loopback ends with a sentence', () => {
  const ended = async (run: Promise<Run>): Promise<void> => {
    expect(shownRun(await run)).toMatchInlineSnapshot(`
      "exit code 1
      --- stdout
      agora-threads-mcp on its embedded sandbox. Indented: what the model reads.
      1. Find a thread by its name, anywhere in the app:
      > find_threads name_contains="stuck in customs" created_after=2026-09-01
        │ Error [network_unreachable]: [sandbox] find_threads failed: no network route to the host
        │   (http://127.0.0.1:PORT).
        │ Trying again in a moment may help.
        │ Next: Ask the operator to check the network.
      The demo ends here: the sandbox runs on loopback (127.0.0.1), which this machine does not let it use.

      --- stderr
      "
    `);
  };

  it('where nothing can be reached', () => ended(runBinary(['demo'], { NODE_OPTIONS: NO_NETWORK })));

  /** A network namespace of its own has no loopback until somebody brings it up. */
  const alone = (...command: string[]): Promise<Run> =>
    new Promise((resolve) =>
      execFile('unshare', ['-rn', ...command], (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      ),
    );
  const canBeAlone = spawnSync('unshare', ['-rn', 'true']).status === 0;
  it.skipIf(!canBeAlone)('in a network namespace of its own (unshare)', () =>
    ended(alone(process.execPath, BINARY, 'demo')),
  );
});
