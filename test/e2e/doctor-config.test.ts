import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { version } from '../../src/base/version.ts';
import { BINARY, runBinary } from '../support/binary.ts';
import { CLONED_MAIN, hostConfigs, links } from '../support/hosts.ts';
import { appSettings } from '../support/rehearse.ts';

/** Secrets that no line may show. */
const CERTIFICATE = 'c0ffeec0ffeec0ffeec0ffeec0ffee00';
const OTHER_SECRET = 'another-secret-in-the-same-file';
const APP_ID = '0123456789abcdef0123456789abcdef';
const GOOD = { AGORA_CHAT_HOST: 'a41.chat.agora.io', AGORA_APP_ID: APP_ID, AGORA_APP_CERTIFICATE: CERTIFICATE };

interface Run {
  readonly code: number | null;
  readonly text: string;
  readonly stderr: string;
}

/** Writes the file below a folder of its own, and has it checked without a network. */
async function check(
  path: string,
  text: string,
  options: { env?: Record<string, string>; args?: readonly string[]; more?: Readonly<Record<string, string>> } = {},
): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'assistant-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries({ [path]: text, ...options.more })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const args = ['doctor', '--offline', '--config', join(folder, path), ...(options.args ?? [])];
  const { code, stdout, stderr } = await runBinary(args, options.env ?? {});
  for (const secret of [CERTIFICATE, OTHER_SECRET]) expect(stdout + stderr).not.toContain(secret);
  const shown = (words: string) =>
    words
      .replaceAll(folder, 'FOLDER')
      .replaceAll(BINARY, 'MAIN')
      .replaceAll(version, 'X.Y.Z')
      .replaceAll(process.versions.node, 'NODE')
      .replaceAll(/sha256 [0-9a-f]{8}…/g, 'sha256 HEX…');
  return { code, text: shown(stdout), stderr: shown(stderr) };
}

const entry = (env: object, more: object = {}) => ({ command: 'npx', args: ['-y', 'agora-threads-mcp'], env, ...more });
const file = (servers: object): string => JSON.stringify({ mcpServers: servers });

/** The lines of what was found in the file, and where each setting comes from. */
const firstSections = (text: string): string => text.slice(text.indexOf('\nConfiguration'), text.indexOf('\nServer'));
const lineOf = (text: string, name: string): string | undefined =>
  text.split('\n').find((line) =>
    line
      .trim()
      .replace(/^\w+ +/, '')
      .startsWith(`${name} `),
  );

it('a whole report', async () => {
  const { code, text } = await check('.mcp.json', file({ 'agora-threads': entry(GOOD) }));
  expect(text).toMatchSnapshot();
  expect(code).toBe(0);
});

describe('the configuration of each assistant, as its page has it', () => {
  const PATHS: Readonly<Record<string, string>> = {
    'claude-code': '.mcp.json',
    'claude-desktop': 'claude_desktop_config.json',
    cursor: '.cursor/mcp.json',
    vscode: '.vscode/mcp.json',
    'gemini-cli': '.gemini/settings.json',
    'qwen-code': '.qwen/settings.json',
    'copilot-cli': '.copilot/mcp-config.json',
    opencode: 'opencode.json',
  };

  /** With a clone that is there, and a secret that is not. */
  const configOf = (host: string): string =>
    (hostConfigs[host] ?? '')
      .replace(/^```json\n|```$/g, '')
      .replace(CLONED_MAIN, BINARY)
      .replace('/absolute/path/to/secret.txt', '/no/such/file');

  it.each(Object.entries(PATHS))('%s', async (host, path) => {
    const json = configOf(host);
    const { code, text } = await check(path, json, { env: { AGORA_APP_CERTIFICATE: CERTIFICATE } });
    expect(firstSections(text)).toMatchSnapshot();
    // The file that Claude Desktop's names is not there.
    expect(code).toBe(host === 'claude-desktop' ? 2 : 0);
  });

  // Claude Desktop fills in nothing, and opencode an empty text.
  it.each(Object.entries(PATHS).filter(([host]) => !['claude-desktop', 'opencode'].includes(host)))(
    '%s, where the variable is not set',
    async (host, path) => {
      const { code, text } = await check(path, configOf(host));
      expect(lineOf(text, 'AGORA_APP_CERTIFICATE')).toMatch(
        /fail +AGORA_APP_CERTIFICATE +is an unexpanded \S+( or \S+)? placeholder\. Fix: /,
      );
      expect(code).toBe(2);
    },
  );

  it('a clone that is not there, as when the example was not changed', async () => {
    const { code, text } = await check('.mcp.json', configOf('claude-code').replace(BINARY, CLONED_MAIN), {
      env: { AGORA_APP_CERTIFICATE: CERTIFICATE },
    });
    expect(text).toContain(
      'fail     command                    the path of agora-threads-mcp leads nowhere. Fix: Correct the path, and build a clone with npm run build.',
    );
    expect(code).toBe(2);
  });

  it('what a link writes into VS Code: the folder of the clone is asked for, and so not looked for', async () => {
    const { name, inputs, ...server } = JSON.parse(decodeURIComponent(new URL(links.Agora).search.slice(1)));
    const { text, code } = await check('.vscode/mcp.json', JSON.stringify({ inputs, servers: { [name]: server } }), {
      env: GOOD,
    });
    expect(lineOf(text, 'command')).toMatch(/^ +ok +command +starts agora-threads-mcp, with no flags$/);
    expect(code).toBe(0);
  });

  it('Codex has TOML, and is told what to do', async () => {
    const { code, text, stderr } = await check('config.toml', '[mcp_servers.agora-threads]\n');
    expect([code, text]).toEqual([2, '']);
    expect(stderr).toMatchInlineSnapshot(`
      "agora-threads-mcp doctor: "FOLDER/config.toml" is TOML, as Codex has it, and only JSON is read. Put what its [mcp_servers.NAME.env] says, and the variables that its env_vars names, into the environment of this shell, and run doctor without --config. See agora-threads-mcp doctor --help.
      "
    `);
  });
});

describe('which server', () => {
  const two = file({ prod: entry(GOOD), staging: entry(GOOD), other: { command: 'npx', args: ['some-mcp'] } });

  it.each([
    ['two of ours', '.mcp.json', two, []],
    ['a name that is not there', '.mcp.json', two, ['--server', 'prdo']],
    ['none of ours', '.mcp.json', file({ other: { command: 'uvx', args: ['x'], env: { KEY: OTHER_SECRET } } }), []],
    ['none at all', '.mcp.json', file({}), []],
    ['no key of servers', 'package.json', '{"name":"x"}', []],
    ['not an object', '.mcp.json', '[1]', []],
    [
      'reached over HTTP',
      '.mcp.json',
      file({ team: { type: 'http', url: `https://threads.test/mcp?key=${OTHER_SECRET}` } }),
      ['--server', 'team'],
    ],
    [
      'written wrongly',
      '.mcp.json',
      file({ mine: { command: 'npx', args: 'agora-threads-mcp' } }),
      ['--server', 'mine'],
    ],
    ['not JSON', '.mcp.json', `{"mcpServers": {\n"a": {"env": {"X": "${OTHER_SECRET}" "Y"}}}}`, []],
    ['UTF-16', '.mcp.json', file({}).replace(/./g, '$&\0'), []],
    ['cut off', '.mcp.json', `{"mcpServers": {\n"a": {"env": {"X": "${OTHER_SECRET}`, []],
    ['a name that moves the cursor', '.mcp.json', file({ 'a\u001b[2J': { command: 'x' } }), []],
  ])('%s', async (_what, path, text, args) => {
    const run = await check(path, text, { args });
    expect([run.code, run.text]).toEqual([2, '']);
    expect(run.stderr).toMatchSnapshot();
  });

  it('a file that is not there, and a server without a file', async () => {
    const missing = await runBinary(['doctor', '--config', '/no/such/file.json']);
    expect(missing.stderr).toBe(
      'agora-threads-mcp doctor: "/no/such/file.json" cannot be read (ENOENT). See agora-threads-mcp doctor --help.\n',
    );
    const bare = await runBinary(['doctor', '--server', 'x']);
    expect(bare.stderr).toContain('--server NAME needs --config FILE.');
    expect([missing.code, bare.code]).toEqual([2, 2]);
  });

  it('the one that --server names', async () => {
    const { code, text } = await check('.mcp.json', two, { args: ['--server', 'staging'] });
    expect(text).toContain(
      ': app "0123456789abcdef0123456789abcdef" at https://a41.chat.agora.io, as Claude Code starts "staging"\n',
    );
    expect(code).toBe(0);
  });

  it('one whose command is not known, by name', async () => {
    const docker = { command: 'docker', args: ['run', '-i', 'registry.test/threads'], env: GOOD };
    const { code, text } = await check('.mcp.json', file({ threads: docker }), { args: ['--server', 'threads'] });
    expect(lineOf(text, 'command')).toMatch(/^ +warn +command +is not known to start agora-threads-mcp/);
    expect(code).toBe(0);
  });

  it('the name of a container is not this program, and what the container gets is not known', async () => {
    const args = ['run', '-i', '--name', 'agora-threads-mcp', 'registry.test/threads'];
    const { code, text } = await check('.mcp.json', file({ x: { command: 'docker', args, env: GOOD } }), {
      args: ['--server', 'x'],
    });
    expect(lineOf(text, 'command')).toMatch(/warn .*not known to start agora-threads-mcp: its flags are not looked at/);
    expect(lineOf(text, 'args')).toBeUndefined();
    expect(code).toBe(0);
  });

  it('settings within the command are not read, and their values not shown', async () => {
    const wrapped = { command: 'env', args: [`AGORA_APP_CERTIFICATE=${CERTIFICATE}`, 'npx', 'agora-threads-mcp'] };
    const { text, code } = await check('.mcp.json', file({ x: { ...wrapped, env: GOOD } }));
    expect(text).toContain('warn     command                    AGORA_APP_CERTIFICATE: set within the command');
    expect(code).toBe(0);
  });

  it.each([
    ['a version', { command: 'npx', args: ['-y', 'agora-threads-mcp@0.1.0'] }],
    ['a program', { command: 'agora-threads-mcp' }],
    ['Windows', { command: 'cmd', args: ['/c', 'npx', '-y', 'agora-threads-mcp'] }],
    ['a clone', { command: 'node', args: [BINARY] }],
    ['npx with the package', { command: 'npx', args: ['-p', 'agora-threads-mcp', 'agora-threads-mcp', '--read-only'] }],
  ])('found by its command: %s', async (_what, started) => {
    const { code } = await check('.mcp.json', file({ x: { ...started, env: GOOD } }));
    expect(code).toBe(0);
  });

  it('a project of Claude Code in .claude.json, before all projects', async () => {
    const project = { mcpServers: { 'agora-threads': entry({ ...GOOD, AGORA_THREADS_READ_ONLY: '1' }) } };
    const all = { 'agora-threads': entry(GOOD) };
    const text = JSON.stringify({ mcpServers: all, projects: { [process.cwd()]: project, '/elsewhere': {} } });
    expect(lineOf((await check('.claude.json', text)).text, 'AGORA_THREADS_READ_ONLY')).toContain(
      '1 (env of the file)',
    );
  });

  it('a .claude.json that has servers of single projects only: here, and elsewhere', async () => {
    const of = (folder: string) => JSON.stringify({ projects: { [folder]: { mcpServers: { x: entry(GOOD) } } } });
    expect((await check('.claude.json', of(process.cwd()))).code).toBe(0);
    const { code, stderr } = await check('.claude.json', of('/elsewhere'));
    expect(stderr).toMatchInlineSnapshot(`
      "agora-threads-mcp doctor: "FOLDER/.claude.json" has no server. It has servers of single projects too: for those, run doctor in the project's folder: "/elsewhere". See agora-threads-mcp doctor --help.
      "
    `);
    expect(code).toBe(2);
  });
});

describe('what the assistant passes on', () => {
  it('flags of args win over env, and say so', async () => {
    const args = ['-y', 'agora-threads-mcp', 'serve', '--rate-limit', '5', '--read-only'];
    const { text, code } = await check(
      '.mcp.json',
      file({ x: entry({ ...GOOD, AGORA_THREADS_RATE_LIMIT: '20' }, { args }) }),
    );
    expect(lineOf(text, 'AGORA_THREADS_RATE_LIMIT')).toContain('5 (args of the file)');
    expect(lineOf(text, 'AGORA_THREADS_READ_ONLY')).toContain('1 (args of the file)');
    expect(lineOf(text, 'command')).toContain('starts agora-threads-mcp, with flags of 4 words');
    expect(code).toBe(0);
  });

  it('a secret as a flag is refused, as the server would, and never shown', async () => {
    const args = ['-y', 'agora-threads-mcp', `--app-certificate=${CERTIFICATE}`];
    const { text, code } = await check('.mcp.json', file({ x: entry(GOOD, { args }) }));
    expect(lineOf(text, 'args')).toMatch(
      /fail +args +the server does not start: there is no flag --app-certificate, since/,
    );
    expect(code).toBe(2);
  });

  it('settings of this shell do not count, and are named', async () => {
    const env = { AGORA_CHAT_HOST: 'a71.chat.agora.io', AGORA_APP_ID: APP_ID, AGORA_APP_CERTIFICATE: CERTIFICATE };
    const { text, code } = await check('.cursor/mcp.json', file({ x: entry({}) }), { env });
    expect(lineOf(text, 'this shell')).toBe(
      '  warn     this shell                 AGORA_CHAT_HOST, AGORA_APP_ID, AGORA_APP_CERTIFICATE: set in this shell, not in the file, and not used here. Fix: Write it into env: Cursor may be started in another environment.',
    );
    expect(text.replace(/\(.* ok\)\.\n/, '(...).\n')).toContain(
      'Sandbox only: your app was NOT checked (...).\nThe file names no app. To check your app, its env needs AGORA_CHAT_HOST, AGORA_CHAT_APP_KEY or AGORA_APP_ID, and credentials.\n',
    );
    expect(code).toBe(3);
  });

  it('comments and trailing commas, where they are read and where they may not be', async () => {
    const text = `{ // one\n "KEY": {"x": ${JSON.stringify(entry(GOOD))}, /* two */ },\n}`;
    const good = await check('.vscode/mcp.json', text.replace('KEY', 'servers'));
    expect([good.code, lineOf(good.text, 'json')]).toEqual([0, undefined]);
    const doubtful = await check('.mcp.json', text.replace('KEY', 'mcpServers'));
    expect(lineOf(doubtful.text, 'json')).toMatch(/warn +json +the file has comments or trailing commas/);
    expect(doubtful.code).toBe(0);
  });

  it('a URL with // in it is no comment', async () => {
    const env = { ...GOOD, AGORA_CHAT_HOST: 'https://a41.chat.agora.io' };
    const { text } = await check('.vscode/mcp.json', JSON.stringify({ servers: { x: entry(env) } }));
    expect(lineOf(text, 'AGORA_CHAT_HOST')).toContain('https://a41.chat.agora.io (env of the file)');
  });

  it('envFile of an editor, below env', async () => {
    const { AGORA_CHAT_HOST, ...rest } = GOOD;
    const lines = Object.entries({ ...rest, AGORA_CHAT_HOST: 'a71.chat.agora.io' }).map(([k, v]) => `${k}="${v}"`);
    const server = entry({ AGORA_CHAT_HOST }, { envFile: `\${workspaceFolder}/.env` });
    const { text, code } = await check('.vscode/mcp.json', JSON.stringify({ servers: { x: server } }), {
      more: { '.env': lines.join('\n') },
    });
    expect(lineOf(text, 'AGORA_CHAT_HOST')).toContain('a41.chat.agora.io (env of the file)');
    expect(lineOf(text, 'AGORA_APP_CERTIFICATE')).toContain('32 characters (envFile)');
    expect(code).toBe(0);
  });

  it('envFile that is not there, or that nobody is known to read', async () => {
    const server = entry(GOOD, { envFile: '/no/such/.env' });
    const missing = await check('.cursor/mcp.json', file({ x: server }));
    expect(lineOf(missing.text, 'envFile')).toMatch(/fail +envFile +the file it names cannot be read/);
    const other = await check('.mcp.json', file({ x: server }));
    expect(lineOf(other.text, 'envFile')).toMatch(/warn +envFile +Claude Code is not known to read it/);
    expect([missing.code, other.code]).toEqual([2, 0]);
  });

  it('a default of Claude Code, and a file of opencode', async () => {
    const env = { ...GOOD, AGORA_CHAT_HOST: `\${NOBODY_SET_IT:-a41.chat.agora.io}` };
    const { text } = await check('.mcp.json', file({ x: entry(env) }));
    expect(lineOf(text, 'AGORA_CHAT_HOST')).toContain('a41.chat.agora.io (env of the file)');
    const environment = { ...GOOD, AGORA_APP_CERTIFICATE: '{file:secret.txt}' };
    const opencode = { mcp: { x: { type: 'local', command: ['npx', 'agora-threads-mcp'], environment } } };
    const run = await check('opencode.json', JSON.stringify(opencode), { more: { 'secret.txt': `${CERTIFICATE}\n` } });
    expect(run.code).toBe(0);
  });

  it('a variable that is not set is empty in VS Code and opencode, and stays as it is in Cursor', async () => {
    const server = (variable: string) => entry({ ...GOOD, AGORA_THREADS_READ_ONLY: variable });
    const vscode = await check('.vscode/mcp.json', JSON.stringify({ servers: { x: server(`\${env:UNSET}`) } }));
    const command = ['npx', 'agora-threads-mcp'];
    const x = { type: 'local', command, environment: { ...GOOD, AGORA_THREADS_READ_ONLY: '{env:UNSET}' } };
    const opencode = await check('opencode.json', JSON.stringify({ mcp: { x } }));
    for (const { text } of [vscode, opencode]) {
      expect(lineOf(text, 'AGORA_THREADS_READ_ONLY')).toBeUndefined();
      expect(lineOf(text, 'variables')).toMatch(/warn .*no such value in this shell: AGORA_THREADS_READ_ONLY/);
    }
    const cursor = await check('.cursor/mcp.json', file({ x: server(`\${env:UNSET}`) }));
    expect([vscode.code, opencode.code, cursor.code]).toEqual([0, 0, 2]);
  });

  it('a variable is not shown, but only where it is: its default may be a secret', async () => {
    const env = { ...GOOD, AGORA_APP_CERTIFICATE: `\${CERT:-${OTHER_SECRET}}` };
    const { text, code } = await check('.mcp.json', file({ x: entry(env) }), { env: { CERT: CERTIFICATE } });
    expect(lineOf(text, 'variables')).toMatch(/filled in from this shell: AGORA_APP_CERTIFICATE$/);
    expect(code).toBe(0);
  });

  it('a line for a shell as the command, and a word without a flag: not shown, since they may have secrets', async () => {
    const line = { command: `AGORA_APP_CERTIFICATE=${OTHER_SECRET} npx agora-threads-mcp`, env: GOOD };
    const { text } = await check('.mcp.json', file({ x: line }), { args: ['--server', 'x'] });
    expect(lineOf(text, 'command')).toContain(
      'is not known to start agora-threads-mcp: its flags are not looked at. Fix: Write the program alone as command',
    );
    expect(text).toContain('AGORA_APP_CERTIFICATE: set within the command');
    const word = entry(GOOD, { args: ['-y', 'agora-threads-mcp', OTHER_SECRET] });
    const run = await check('.mcp.json', file({ x: word }));
    expect(lineOf(run.text, 'args')).toMatch(
      /fail +args +the server does not start: a word of its args belongs to no flag/,
    );
    expect(run.code).toBe(2);
  });

  it('an assistant that is not known is not warned of where the file has no variables', async () => {
    const { text, code } = await check('.trae/mcp.json', file({ x: entry(GOOD) }));
    expect(text).not.toMatch(/^ +warn/m);
    expect(code).toBe(0);
  });

  it('VS Code had its servers in settings.json once', async () => {
    const env = { ...GOOD, AGORA_APP_CERTIFICATE: `\${env:CERT}` };
    const { text, code } = await check(
      'Code/User/settings.json',
      JSON.stringify({ mcp: { servers: { x: entry(env) } } }),
      {
        env: { CERT: CERTIFICATE },
      },
    );
    expect(text).toContain('as VS Code starts "x"');
    expect(code).toBe(0);
  });

  it('null is what is left out', async () => {
    const { text, code } = await check('.mcp.json', file({ x: entry({}, { env: null, envFile: null, url: null }) }));
    expect(text).toContain('The file names no app.');
    expect(code).toBe(3);
  });

  it('a sandbox that runs by itself is not an app, and yet named', async () => {
    const env = { ...appSettings({ url: 'http://127.0.0.1:8123' }) };
    const { text, code } = await check('.mcp.json', file({ x: entry(env) }));
    expect(text).toContain('The file names a sandbox that runs by itself. To check your app, its env needs AGORA');
    expect(code).toBe(3);
  });

  describe('the policy of Gemini CLI', () => {
    const policy = (...tools: readonly string[]) =>
      tools.map((name) => `[[rule]]\nmcpName = "x"\ntoolName = ["${name}"]\ndecision = "ask_user"\n`).join('');
    const ALL = policy('delete_thread', 'delete_threads', 'remove_thread_members');

    it.each([
      [
        'that is not there',
        {},
        undefined,
        /warn +policy +no rule in ~\/\.gemini\/policies names delete_thread, delete_threads, remove_thread_members: once Gemini CLI may/,
      ],
      [
        'that leaves a tool out',
        {},
        policy('delete_thread', 'delete_threads'),
        /warn +policy .* names remove_thread_members: once/,
      ],
      ['that names all', {}, ALL, /ok +policy +rules in ~\/\.gemini\/policies name all tools that delete$/],
      ['where nothing deletes', { AGORA_THREADS_READ_ONLY: '1' }, undefined, undefined],
      ['where only a person can confirm', { AGORA_THREADS_CONFIRM: 'person' }, undefined, undefined],
    ] as const)('%s', async (_what, settings, rules, expected) => {
      const home = await mkdtemp(join(tmpdir(), 'home-'));
      onTestFinished(() => rm(home, { recursive: true }));
      await mkdir(join(home, '.gemini/policies'), { recursive: true });
      if (rules !== undefined) await writeFile(join(home, '.gemini/policies/agora-threads.toml'), rules);
      const env = { ...GOOD, ...settings };
      const { text, code } = await check('.gemini/settings.json', file({ x: entry(env) }), { env: { HOME: home } });
      if (expected === undefined) expect(lineOf(text, 'policy')).toBeUndefined();
      else expect(lineOf(text, 'policy')).toMatch(expected);
      expect(code).toBe(0);
    });
  });

  it('an assistant that is not known fills in nothing', async () => {
    const env = { ...GOOD, AGORA_APP_CERTIFICATE: `\${AGORA_APP_CERTIFICATE}` };
    const { text, code } = await check('servers.json', file({ x: entry(env) }), {
      env: { AGORA_APP_CERTIFICATE: CERTIFICATE },
    });
    expect(lineOf(text, 'assistant')).toMatch(/warn +assistant +not known, so no variables are filled in/);
    expect(code).toBe(2);
  });

  it('values that are no texts, a server that is off, and null of VS Code', async () => {
    const numbers = { ...GOOD, AGORA_THREADS_RATE_LIMIT: 20, AGORA_THREADS_AUDIT_LOG: null };
    const claude = await check('.mcp.json', file({ x: entry(numbers, { disabled: true }) }));
    expect(lineOf(claude.text, 'AGORA_THREADS_RATE_LIMIT')).toMatch(/fail .*is not a text in the file/);
    expect(lineOf(claude.text, 'disabled')).toMatch(/warn +disabled +Claude Code does not start it/);
    const vscode = await check('.vscode/mcp.json', JSON.stringify({ servers: { x: entry(numbers) } }));
    expect(lineOf(vscode.text, 'AGORA_THREADS_RATE_LIMIT')).toContain('20 (env of the file)');
    expect([claude.code, vscode.code]).toEqual([2, 0]);
  });

  it('in Chinese: a whole report', async () => {
    const env = { ...GOOD, AGORA_APP_CERTIFICATE: `\${CERT}`, AGORA_THREADS_LANG: 'zh' };
    const server = entry(env, {
      args: ['-y', 'agora-threads-mcp', '--rate-limit', '5', '--read-onyl'],
      envFile: '.env',
    });
    const { code, text } = await check('.mcp.json', file({ 'agora-threads': server }), {
      env: { CERT: CERTIFICATE, AGORA_CHAT_APP_KEY: 'acme#helpdesk' },
    });
    expect(text).toMatchSnapshot();
    expect(code).toBe(2);
  });

  it.each([
    ['the file', 'zh', {}, [], true],
    ['this shell, over the file', 'zh', { AGORA_THREADS_LANG: 'en' }, [], false],
    ['this shell, over the file, the other way', 'en', { AGORA_THREADS_LANG: 'zh' }, [], true],
    ['a flag, over both', 'en', { AGORA_THREADS_LANG: 'en' }, ['--lang', 'zh'], true],
  ])('the language of the report is that of %s', async (_what, language, env, args, chinese) => {
    const server = entry({ ...GOOD, AGORA_THREADS_LANG: language });
    const { text } = await check('.mcp.json', file({ x: server }), { env, args });
    expect(text.includes('已检查的部分正常')).toBe(chinese);
    expect(lineOf(text, 'this shell') ?? lineOf(text, '当前终端')).toBeUndefined();
  });

  it('in JSON too, with the file, and without a secret', async () => {
    const { code, text } = await check('.mcp.json', file({ x: entry(GOOD) }), { args: ['--json'] });
    const { config, target, exit_code } = JSON.parse(text);
    expect({ config, target, exit_code }).toEqual({
      config: { file: 'FOLDER/.mcp.json', assistant: 'Claude Code', server: 'x' },
      target: 'app',
      exit_code: 0,
    });
    expect(code).toBe(0);
  });
});
