import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import agoraToken from 'agora-token';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { columnsOf } from '../../src/base/display-width.ts';
import { version } from '../../src/base/version.ts';
import { checkText, headingText, verdictText } from '../../src/cli/doctor-report.ts';
import type { Check } from '../../src/doctor/check-result.ts';
import { en } from '../../src/doctor/words-en.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { runBinary } from '../support/binary.ts';
import { classicSettings, recordingServer, refusal } from '../support/http.ts';
import { EIGHTY_COLUMNS, FAKE_DNS } from '../support/preloads.ts';
import { appSettings } from '../support/rehearse.ts';

const pem = (name: string): string => fileURLToPath(new URL(`../support/tls/${name}.pem`, import.meta.url));
const HOUR_MS = 3_600_000;

/** Runs the doctor; what differs from run to run is taken out of its text. */
async function doctor(env: Record<string, string> = {}, args: readonly string[] = []) {
  const { code, stdout, stderr } = await runBinary(['doctor', ...args], { NODE_OPTIONS: FAKE_DNS, ...env });
  expect(stderr.replace(/^.*NODE_TLS_REJECT_UNAUTHORIZED.*\n|^\(Use `node.*\n/gm, '')).toBe('');
  for (const secret of SECRETS) expect(stdout).not.toContain(secret);
  const text = stdout
    .replaceAll(version, 'X.Y.Z')
    .replaceAll(process.versions.node, 'NODE')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/chat\.test:\d+/g, 'chat.test:PORT')
    .replaceAll(/\d+ (ms\b|毫秒)/g, 'N $1')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/sha256 [0-9a-f]{8}(…, |…，)\d+/g, 'sha256 HEX$1N')
    .replaceAll(pem('cert'), 'PEM')
    .replaceAll(tmpdir(), 'TMP')
    .replaceAll(/doctor-\w{6}/g, 'FOLDER');
  return { code, text, stdout };
}

const SECRETS = [SANDBOX.appToken, SANDBOX.appCertificate, SANDBOX.clientSecret];

async function start(options: SandboxOptions = {}) {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
};

/** A service that is not our sandbox: it has no threads, and exchanges any credentials for a token. */
const startService = () =>
  recordingServer(({ url }) =>
    url.endsWith('/token')
      ? { json: { access_token: 'a-token-of-acme', expires_in: 5_184_000 } }
      : { json: { entities: [] } },
  );

/** A service on TLS with the certificate of `chat.test`, which nobody has signed but itself. */
const startTls = () =>
  listen(
    createHttpsServer({ key: readFileSync(pem('key')), cert: readFileSync(pem('cert')) }, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"action":"get","entities":[]}');
    }),
  );

const APP_KEY = `${SANDBOX.orgName}#${SANDBOX.appName}`;
const built = (url: string) => ({
  AGORA_CHAT_HOST: url,
  AGORA_CHAT_APP_KEY: APP_KEY,
  AGORA_APP_ID: SANDBOX.appId,
  AGORA_APP_CERTIFICATE: SANDBOX.appCertificate,
});
const exchanged = (url: string) => ({
  AGORA_CHAT_HOST: url,
  AGORA_CHAT_APP_KEY: APP_KEY,
  EASEMOB_CLIENT_ID: SANDBOX.clientId,
  EASEMOB_CLIENT_SECRET: SANDBOX.clientSecret,
});

/** A ready app token, by the vendor's library, that began so many milliseconds ago. */
function readyToken(agoMs: number, lifeMs: number, userId?: string): string {
  const { ChatTokenBuilder } = agoraToken;
  vi.useFakeTimers({ now: Date.now() - agoMs, toFake: ['Date'] });
  try {
    const { appId, appCertificate } = SANDBOX;
    return userId === undefined
      ? ChatTokenBuilder.buildAppToken(appId, appCertificate, lifeMs / 1_000)
      : ChatTokenBuilder.buildUserToken(appId, appCertificate, userId, lifeMs / 1_000);
  } finally {
    vi.useRealTimers();
  }
}

/** A file in a folder of its own. */
async function file(text: string, mode = 0o600): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'secret');
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

/** The lines with one of these statuses, each with its blanks taken out. */
const linesOf = (text: string, ...statuses: readonly string[]): string[] =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/ {2,}/g, ' '))
    .filter((line) => statuses.some((status) => line.startsWith(`${status} `)));

describe('all is well', () => {
  it('nothing set: it is the sandbox, and that is checked', async () => {
    const { code, text } = await doctor();
    expect(text).toMatchSnapshot();
    expect(code).toBe(3);
  });

  it('an app', async () => {
    const { code, text } = await doctor({
      ...exchanged((await startService()).url),
      EASEMOB_CLIENT_ID: 'YXA6-of-acme',
    });
    expect(text).toMatchSnapshot();
    expect(code).toBe(0);
  });

  it.each([
    ['a ready token', appSettings, 'an app token that does not say when it expires; it is not renewed'],
    [
      'a ready token that names its end',
      ({ url }: { url: string }) => ({
        ...appSettings({ url }),
        AGORA_CHAT_APP_TOKEN: readyToken(60_000, 24 * HOUR_MS),
      }),
      'an app token for App ID fb59b7e2abbe6f6cd9bb9ac668bcada6, valid for 24 h, until TIME; it is not renewed',
    ],
    [
      'a certificate',
      ({ url }: { url: string }) => built(url),
      'built here from AGORA_APP_CERTIFICATE for 24 h, and renewed automatically',
    ],
  ])('an app with %s', async (_kind, settings, token) => {
    const { code, text } = await doctor(settings(await start()));
    expect(linesOf(text, 'ok')).toContain(`ok token ${token}`);
    expect(linesOf(text, 'warn', 'fail', 'skipped')).toEqual([]);
    // A token that was built says nothing of the sandbox.
    const verdict = token.includes('App ID') ? 'Good' : 'Sandbox only: your app was NOT checked';
    expect(text).toMatch(new RegExp(`\\n${verdict} \\(\\d+ ok\\)\\.\\n`));
    expect(code).toBe(verdict === 'Good' ? 0 : 3);
  });

  it('a fingerprint is the beginning of the SHA-256 of the secret', async () => {
    const { stdout } = await doctor(appSettings(await start()));
    const hash = createHash('sha256').update(SANDBOX.appToken).digest('hex');
    expect(stdout).toContain(`sha256 ${hash.slice(0, 8)}…, ${SANDBOX.appToken.length} characters (environment)`);
  });

  it('the sandbox forced over an app, whose settings are then not looked at', async () => {
    const env = {
      ...classicSettings('https://nowhere.invalid'),
      AGORA_THREADS_SANDBOX: '1',
      AGORA_THREADS_READ_ONLY: '1',
    };
    const { code, text } = await doctor(env);
    expect(text).toContain('the embedded sandbox, because AGORA_THREADS_SANDBOX is set\n');
    expect(linesOf(text, 'ok')).toContain('ok tools 7 of 14 are registered, by AGORA_THREADS_READ_ONLY');
    expect(linesOf(text, 'warn', 'fail', 'skipped')).toEqual(
      ['AGORA_CHAT_HOST', 'AGORA_CHAT_APP_KEY', 'AGORA_CHAT_APP_TOKEN'].map(
        (name) => `skipped ${name} ignored, because AGORA_THREADS_SANDBOX is set`,
      ),
    );
    expect(text).toContain(
      `\nSandbox only: your app was NOT checked (3 skipped, ${linesOf(text, 'ok').length} ok).\nTo check your app, unset AGORA_THREADS_SANDBOX.\n`,
    );
    expect(code).toBe(3);
  });

  it('TLS with a certificate authority of one’s own, and a name that is looked up', async () => {
    const { code, text } = await doctor({
      ...classicSettings(`chat.test:${await startTls()}`),
      NODE_EXTRA_CA_CERTS: pem('cert'),
    });
    expect(linesOf(text, 'ok')).toEqual(
      expect.arrayContaining([
        'ok host https://chat.test:PORT',
        'ok certificates Node’s own, and PEM (NODE_EXTRA_CA_CERTS)',
        'ok dns chat.test is 127.0.0.1',
        'ok connection the host answered over TLS with a good certificate in N ms',
        'ok list call the service answered: there is no thread yet',
      ]),
    );
    expect(text).toContain(`\nGood (${linesOf(text, 'ok').length} ok).\n`);
    expect(code).toBe(0);
  });
});

/** Each fault: what it is, the settings that meet it, and the exit code. */
type Case = readonly [string, () => Promise<Record<string, string>>, 0 | 1 | 2 | 3];

const FAULTS: readonly Case[] = [
  ['no DNS', async () => classicSettings('https://chat.invalid'), 1],
  [
    'refused',
    async () => {
      const server = createTcpServer();
      const port = await listen(server);
      await new Promise((resolve) => server.close(resolve));
      return classicSettings(`http://127.0.0.1:${port}`);
    },
    1,
  ],
  ['a certificate that nobody has signed', async () => classicSettings(`https://chat.test:${await startTls()}`), 1],
  [
    'a certificate of another host',
    async () => ({
      ...classicSettings(`https://127.0.0.1:${await startTls()}`),
      NODE_EXTRA_CA_CERTS: pem('cert'),
    }),
    1,
  ],
  ['https to a port that speaks http', async () => classicSettings((await start()).url.replace('http:', 'https:')), 1],
  [
    'a connection that breaks',
    async () => appSettings(await start({ faults: [{ on: '*', kind: 'reset_before' }] })),
    1,
  ],
  [
    'no answer',
    async () => ({
      ...appSettings(await start({ faults: [{ on: '*', kind: 'no_answer_before' }] })),
      AGORA_THREADS_TIMEOUT_MS: '1000',
    }),
    1,
  ],
  ['a wrong token', async () => ({ ...appSettings(await start()), AGORA_CHAT_APP_TOKEN: 'some-other-token' }), 1],
  [
    'an expired token that tells nothing of itself',
    async () => appSettings(await start({ faults: [{ on: 'list', kind: 'expired_token', skip: 1 }] })),
    1,
  ],
  [
    'an expired token that tells its end',
    async () => ({ ...appSettings(await start()), AGORA_CHAT_APP_TOKEN: readyToken(3 * HOUR_MS, HOUR_MS) }),
    2,
  ],
  [
    'a ready token that ends soon',
    async () => ({ ...appSettings(await start()), AGORA_CHAT_APP_TOKEN: readyToken(HOUR_MS, 1.5 * HOUR_MS) }),
    0,
  ],
  [
    'a user token',
    async () => ({ ...appSettings(await start()), AGORA_CHAT_APP_TOKEN: readyToken(0, HOUR_MS, 'lin') }),
    2,
  ],
  [
    'a token cut short',
    async () => ({ ...appSettings(await start()), AGORA_CHAT_APP_TOKEN: readyToken(0, HOUR_MS).slice(0, 60) }),
    2,
  ],
  [
    'a token of another App ID',
    async () => ({
      AGORA_CHAT_HOST: (await start()).url,
      AGORA_APP_ID: '0123456789abcdef0123456789abcdef',
      AGORA_CHAT_APP_TOKEN: readyToken(0, HOUR_MS),
    }),
    2,
  ],
  [
    'a wrong certificate',
    async () => ({ ...built((await start()).url), AGORA_APP_CERTIFICATE: '0123456789abcdef0123456789abcdef' }),
    1,
  ],
  [
    'wrong client credentials',
    async () => ({ ...exchanged((await start()).url), EASEMOB_CLIENT_SECRET: 'some-other-secret' }),
    1,
  ],
  ['a clock two hours behind', async () => built((await start({ now: () => Date.now() + 2 * HOUR_MS })).url), 1],
  ['a clock two hours ahead', async () => built((await start({ now: () => Date.now() - 2 * HOUR_MS })).url), 1],
  [
    'a clock two hours ahead, by which a good token has expired',
    async () => ({
      ...appSettings(await start({ now: () => Date.now() - 2 * HOUR_MS })),
      AGORA_CHAT_APP_TOKEN: readyToken(25.5 * HOUR_MS, 25 * HOUR_MS),
    }),
    1,
  ],
  ['a clock that is off by little', async () => appSettings(await start({ now: () => Date.now() - 170_000 })), 3],
  ['a wrong app key', async () => ({ ...appSettings(await start()), AGORA_CHAT_APP_KEY: 'acme#helpdesc' }), 1],
  [
    'threads not enabled',
    async () => {
      const sandbox = await start();
      sandbox.state.open = false;
      return appSettings(sandbox);
    },
    1,
  ],
  [
    'a clock two hours behind, and a token that was built by it refused',
    async () => {
      const faults = [{ on: 'list', kind: 'expired_token' }] as const;
      return built((await start({ now: () => Date.now() + 2 * HOUR_MS, faults })).url);
    },
    1,
  ],
  ['the limit', async () => appSettings(await start({ faults: [{ on: '*', kind: 'rate_limit' }] })), 1],
  [
    'a gateway in place of the service',
    async () => appSettings(await start({ faults: [{ on: '*', kind: 'html', status: 502 }] })),
    1,
  ],
  ['a host that is another one', async () => appSettings(await start({ faults: [{ on: '*', kind: 'html' }] })), 1],
];

const faultCase = async (what: string): Promise<Record<string, string>> =>
  (await FAULTS.find(([name]) => name === what)?.[1]()) ?? {};

describe('what is wrong with the service, or on the way to it', () => {
  it.each(FAULTS)('%s', async (_what, settings, expected) => {
    const { code, text } = await doctor(await settings());
    expect(linesOf(text, 'warn', 'fail').join('\n')).toMatchSnapshot();
    expect(code).toBe(expected);
  });

  it.each([
    ['no DNS', 'the host name was not found', ['connection', 'clock', 'list call', 'threads enabled', 'rate limit']],
    ['refused', 'there is no connection', ['clock', 'list call', 'threads enabled', 'rate limit']],
    ['a user token', 'there is no good token', ['list call', 'threads enabled', 'rate limit']],
    ['a wrong token', 'the list call failed', ['threads enabled', 'rate limit']],
    ['the limit', 'the service refused the call: rate_limited', ['list call', 'threads enabled']],
  ])('%s: what could not be checked is skipped, with the reason', async (what, reason, ids) => {
    const { text } = await doctor(await faultCase(what));
    expect(linesOf(text, 'skipped')).toEqual(ids.map((id) => `skipped ${id} ${reason}`));
    expect(text).toMatch(
      what === 'a user token'
        ? /\nNot good: a check on this machine failed \(1 fail, 3 skipped, \d+ ok\)\.\n/
        : /\nNot good: a check with the service failed \(1 fail, \d skipped, \d+ ok\)\.\n/,
    );
  });
});

const good = classicSettings('https://chat.test');
const { AGORA_CHAT_APP_TOKEN: _token, ...withoutToken } = good;

const SETTINGS: readonly Case[] = [
  ['a misspelt setting', async () => ({ ...withoutToken, AGORA_CHAT_TOKEN: 'x' }), 2],
  ['a misspelt setting of the server', async () => ({ AGORA_THREAD_CONFIRM: 'code' }), 2],
  ['a setting in lower case', async () => ({ ...good, agora_chat_host: 'chat.test' }), 2],
  ['a name that is nearly one of ours', async () => ({ AGORA_APPID: '0'.repeat(32), AGORA_SDK_LOG: '1' }), 3],
  ['a variable that nobody filled in', async () => ({ ...good, AGORA_CHAT_HOST: `\${HOST}` }), 2],
  ['the host alone', async () => ({ AGORA_CHAT_HOST: 'chat.test' }), 2],
  ['two kinds of credentials', async () => ({ ...good, ...exchanged('https://chat.test') }), 2],
  ['a path in the host', async () => ({ ...good, AGORA_CHAT_HOST: 'https://chat.test/acme' }), 2],
  ['a file that is not there', async () => ({ ...withoutToken, AGORA_CHAT_APP_TOKEN_FILE: '/no/such/file' }), 2],
  [
    'a file with more than the secret',
    async () => ({ ...withoutToken, AGORA_CHAT_APP_TOKEN_FILE: await file('TOKEN=abc def') }),
    2,
  ],
  [
    'a file with the secret in quotes',
    async () => ({ ...withoutToken, AGORA_CHAT_APP_TOKEN_FILE: await file('"abcdef"') }),
    2,
  ],
  ['an audit log in no folder', async () => ({ AGORA_THREADS_AUDIT_LOG: '/no/such/folder/audit.jsonl' }), 2],
  ['an audit log that is a folder', async () => ({ AGORA_THREADS_AUDIT_LOG: tmpdir() }), 2],
  ['no tool left', async () => ({ AGORA_THREADS_READ_ONLY: '1', AGORA_THREADS_TOOLS: 'delete_thread' }), 2],
  ['a proxy of another kind', async () => ({ ...good, HTTPS_PROXY: 'socks5://proxy.test:1080' }), 2],
  [
    'plain http beyond this machine',
    async () => ({ ...good, AGORA_CHAT_HOST: 'http://chat.test', AGORA_CHAT_ALLOW_HTTP: '1' }),
    0,
  ],
  ['certificates that are not checked', async () => ({ ...good, NODE_TLS_REJECT_UNAUTHORIZED: '0' }), 0],
];

describe('what is wrong without asking the service', () => {
  it.each(SETTINGS)('%s', async (_what, settings, expected) => {
    const { code, text } = await doctor(await settings(), ['--offline']);
    expect(linesOf(text, 'warn', 'fail').join('\n')).toMatchSnapshot();
    expect(code).toBe(expected);
  });

  it('skips what needs an app where the settings name none', async () => {
    const { text } = await doctor({ AGORA_CHAT_HOST: 'chat.test' });
    expect(text).toContain(': settings are incomplete or invalid\n');
    expect(linesOf(text, 'skipped')).toEqual(
      ['host', 'proxy', 'dns', 'connection', 'clock', 'token', 'list call', 'threads enabled', 'rate limit'].map(
        (id) => `skipped ${id} settings are incomplete or invalid`,
      ),
    );
  });

  it('does not call an audit log off whose path is wrong', async () => {
    const { text } = await doctor({ AGORA_THREADS_AUDIT_LOG: 'relative.jsonl' }, ['--offline']);
    expect(linesOf(text, 'skipped')).toContain('skipped audit log AGORA_THREADS_AUDIT_LOG is wrong');
  });

  it('skips the token whose file cannot be read', async () => {
    const { text } = await doctor({ ...withoutToken, AGORA_CHAT_APP_TOKEN_FILE: '/no/such/file' }, ['--offline']);
    expect(linesOf(text, 'skipped')).toContain('skipped token AGORA_CHAT_APP_TOKEN_FILE is wrong');
  });

  it.skipIf(process.platform === 'win32')('a secret that everyone on the machine can read', async () => {
    const path = await file(`${SANDBOX.appToken}\n`, 0o644);
    const { AGORA_CHAT_APP_TOKEN: _, ...env } = appSettings(await start());
    const { code, text } = await doctor({ ...env, AGORA_CHAT_APP_TOKEN_FILE: path });
    expect(linesOf(text, 'warn', 'fail').join('\n')).toMatchSnapshot();
    expect(code).toBe(0);
  });

  it('says which settings a flag has given', async () => {
    const env = { ...appSettings(await start()), AGORA_THREADS_TIMEOUT_MS: '5000' };
    const { code, text } = await doctor(env, ['--offline', '--timeout-ms', '7000', '--read-only']);
    expect(text).toMatch(/AGORA_THREADS_TIMEOUT_MS +7000 \(flag\)/);
    expect(text).toMatch(/AGORA_THREADS_READ_ONLY +1 \(flag\)/);
    expect(text).toMatch(/AGORA_CHAT_HOST .*\(environment\)/);
    expect(code).toBe(3);
  });

  it.each([
    [['--jsn'], 'there is no flag --jsn. Did you mean --json?'],
    [['now'], '"now" is one word too many'],
  ])('the arguments %j', async (args, reason) => {
    const { code, stdout, stderr } = await runBinary(['doctor', ...args]);
    expect(stderr).toContain(reason);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('a proxy', () => {
  const behind = { ...good, HTTPS_PROXY: 'http://me:hunter2hunter2@proxy.test:3128' };

  it('is shown without its credentials', async () => {
    const { text } = await doctor(behind, ['--offline']);
    expect(text).toContain('http://proxy.test:3128 (HTTPS_PROXY, with credentials)');
    expect(text).not.toContain('hunter2');
  });

  it('is what is looked up', async () => {
    const { code, text } = await doctor({ ...good, HTTPS_PROXY: 'http://proxy.invalid:3128' });
    expect(linesOf(text, 'warn', 'fail').join('\n')).toMatchSnapshot();
    expect(code).toBe(1);
  });

  it.each([
    ['refuses', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'],
    ['hangs up', ''],
  ])('that %s is asked once, and named', async (_what, answer) => {
    const proxy = createServer();
    let asked = 0;
    proxy.on('connect', (_request, socket) => {
      asked += 1;
      socket.end(answer);
    });
    const { code, text } = await doctor({ ...good, HTTPS_PROXY: `http://127.0.0.1:${await listen(proxy)}` });
    expect(linesOf(text, 'warn', 'fail').join('\n')).toMatchSnapshot();
    expect(code).toBe(1);
    expect(asked).toBe(1);
  });

  it('is passed by for the hosts of NO_PROXY', async () => {
    const { text } = await doctor({ ...behind, NO_PROXY: '.test' }, ['--offline']);
    expect(text).toContain('set, but not used for this host');
  });
});

describe('--offline', () => {
  it('asks nobody anything', async () => {
    const server = await recordingServer(() => refusal(401, 'unauthorized', 'no'));
    const { code, text } = await doctor(classicSettings(server.url), ['--offline']);
    expect(linesOf(text, 'skipped')).toEqual(
      ['dns', 'connection', 'clock', 'list call', 'threads enabled', 'rate limit'].map(
        (id) => `skipped ${id} skipped by --offline`,
      ),
    );
    expect(text).toContain(
      `\nGood so far, but not everything was checked (6 skipped, ${linesOf(text, 'ok').length} ok).\n`,
    );
    expect(code).toBe(0);
    expect(server.requests).toEqual([]);
  });
});

describe('--json', () => {
  const report = z.strictObject({
    version: z.string(),
    target: z.enum(['app', 'sandbox', 'unusable']),
    app: z.string().optional(),
    host: z.string().optional(),
    offline: z.boolean(),
    exit_code: z.int(),
    checks: z.array(
      z.strictObject({
        id: z.string(),
        status: z.enum(['ok', 'warn', 'fail', 'skipped']),
        detail: z.string().min(1),
        fix: z.string().min(1).optional(),
      }),
    ),
  });

  it.each([
    ['an app that threads are not enabled for', () => faultCase('threads not enabled'), 1],
    ['settings that say too little', async () => ({ AGORA_CHAT_HOST: 'chat.test' }), 2],
  ])('one object on stdout and nothing else: %s', async (_what, settings, expected) => {
    const { code, text, stdout } = await doctor(await settings(), ['--json']);
    expect(code).toBe(expected);
    expect(stdout.endsWith('}\n')).toBe(true);
    const { checks, ...head } = report.parse(JSON.parse(text));
    expect(head.exit_code).toBe(expected);
    // One check a line.
    expect([head, ...checks].map((part) => JSON.stringify(part)).join('\n')).toMatchSnapshot();
  });

  it('has the checks of the text', async () => {
    const [{ stdout }, { text }] = [await doctor({}, ['--json']), await doctor()];
    const { checks, target } = report.parse(JSON.parse(stdout));
    expect(target).toBe('sandbox');
    expect(checks).toHaveLength(linesOf(text, 'ok', 'warn', 'fail', 'skipped').length);
  });
});

describe('secrets', () => {
  it('are in no line, though the service says them back', async () => {
    const server = await recordingServer(({ headers, body }) => refusal(403, 'x', `${headers.authorization} ${body}`));
    for (const settings of [appSettings(server), built(server.url), exchanged(server.url)]) {
      for (const args of [[], ['--json']]) {
        const { stdout } = await doctor(settings, args); // which looks for them
        expect(stdout).toContain('[redacted]');
        expect(stdout).not.toMatch(/Bearer 007|client_secret":"(?!\[)/);
      }
    }
  });
});

it('on a terminal: glyphs and colours, folded to its width, each fix on a line of its own', () => {
  const dns = () => 'host_not_found: the host name is unknown (chat.invalid)';
  const checks: readonly Check[] = [
    { id: 'AGORA_CHAT_HOST', status: 'ok', detail: () => 'chat.invalid (environment)' },
    { id: 'dns', status: 'fail', detail: dns, fix: () => 'Check AGORA_CHAT_HOST, any proxy, and the DNS.' },
    { id: 'connection', status: 'skipped', detail: () => 'the host name was not found' },
    { id: 'clock', status: 'warn', detail: () => 'this machine is 2 min ahead', fix: () => 'Set it.' },
  ];
  const style = { kind: 'terminal', width: 72, colours: true } as const;
  const lines = checks.map((one) => checkText(one, en, style));
  const text = [headingText('network', en, style), ...lines, verdictText(checks, en, style, undefined)].join('');
  expect(text).toMatchSnapshot();
});

it('on a terminal of 80 columns no line is longer, though Chinese takes two columns a character', async () => {
  const env = { AGORA_CHAT_HOST: 'a41.chat.agora.io', AGORA_THREADS_LANG: 'zh' };
  const { code, text, stdout } = await doctor({ ...env, NODE_OPTIONS: EIGHTY_COLUMNS, NO_COLOR: '1' }, ['--offline']);
  expect(text).toMatchSnapshot();
  expect(stdout.split('\n').filter((line) => columnsOf(line) > 80)).toEqual([]);
  expect(code).toBe(2);
});

describe('in Chinese, where AGORA_THREADS_LANG is zh', () => {
  const inChinese = (env: Record<string, string>, args: readonly string[] = []) =>
    doctor({ ...env, AGORA_THREADS_LANG: 'zh' }, args);

  it.each<Case>([
    ['an app', async () => ({ ...exchanged((await startService()).url), EASEMOB_CLIENT_ID: 'YXA6-of-acme' }), 0],
    ['the sandbox', async () => ({}), 3],
    ['a wrong secret', () => faultCase('wrong client credentials'), 1],
    ['settings that say too little', async () => ({ AGORA_CHAT_HOST: 'a1.easemob.com' }), 2],
    ['no network', () => faultCase('no DNS'), 1],
    [
      'two kinds of credentials, and a setting that is not known',
      async () => ({ ...good, ...exchanged('chat.test'), AGORA_CHAT_FOO: '1' }),
      2,
    ],
  ])('%s: the whole report', async (_what, settings, expected) => {
    const { code, text } = await inChinese(await settings());
    expect(text).toMatchSnapshot();
    expect(code).toBe(expected);
  });

  it.each([
    'refused',
    'a certificate that nobody has signed',
    'no answer',
    'a wrong token',
    'an expired token that tells its end',
    'a ready token that ends soon',
    'a token of another App ID',
    'a clock two hours behind, and a token that was built by it refused',
    'a wrong app key',
    'threads not enabled',
    'the limit',
    'a host that is another one',
  ])('%s: what is wrong', async (what) => {
    const { text } = await inChinese(await faultCase(what));
    expect(linesOf(text, '警告', '有误').join('\n')).toMatchSnapshot();
  });

  it('what is wrong without asking the service', async () => {
    const lines: string[] = [];
    for (const [what, settings] of SETTINGS) {
      const { text } = await inChinese(await settings(), ['--offline']);
      lines.push(`${what}: ${linesOf(text, '警告', '有误').join('\n')}`);
    }
    expect(lines.join('\n')).toMatchSnapshot();
  });

  it('names every check, and says nothing in English but what is quoted', async () => {
    const { text } = await inChinese({ ...good, HTTPS_PROXY: 'http://proxy.test:3128' }, ['--offline']);
    const names = text.split('\n').flatMap((line) => /^ {2}\S+ +(.+?) {2}/.exec(line)?.[1] ?? []);
    expect(names.filter((name) => /^[a-z]/.test(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(15);
  });

  it('by a flag too', async () => {
    expect((await doctor({}, ['--offline', '--lang', 'zh'])).text).toContain('只检查了沙箱，没有检查你的 App');
  });

  it('JSON stays as it is, places included', async () => {
    const env = { AGORA_CHAT_HOST: 'chat.test' };
    const [chinese, english] = [await inChinese(env, ['--json']), await doctor(env, ['--json'])];
    expect(chinese.text.replace('zh (environment)', 'en (default)')).toBe(english.text);
  });
});

describe('the tokens of a server over HTTP', () => {
  const line = (name: string, digit: string): string => `${name} read sha256:${digit.repeat(64)}\n`;

  it.each([
    ['all valid', line('lin', '1') + line('lin', '2') + line('mia', '3'), 3],
    ['one line wrong', `${line('lin', '1')}mia read,fly sha256:secret-1234\n`, 3],
    ['none', '# nobody yet\n', 2],
    ['no file', undefined, 2],
  ])('%s', async (_what, text, expected) => {
    const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'tokens.txt');
    if (text !== undefined) await writeFile(file, text);
    const { code, text: said } = await doctor({ AGORA_THREADS_HTTP_TOKENS_FILE: file });
    expect(code).toBe(expected);
    expect(said).not.toContain('secret-1234');
    expect(said.split('\n').filter((one) => one.includes('http tokens'))).toMatchSnapshot();
  });
});

describe('a shared quota', () => {
  const APP = classicSettings('http://127.0.0.1:9');
  const lineOf = (text: string) => text.split('\n').find((line) => line.includes('shared quota')) ?? '';

  it('in a Redis that does not answer: what each process does then', async () => {
    const { text } = await doctor({ ...APP, AGORA_THREADS_REDIS_URL: 'redis://127.0.0.1:9' });
    expect(lineOf(text)).toMatch(
      /^ +warn .* Redis does not answer \(connect ECONNREFUSED 127\.0\.0\.1:PORT\): each process continues on its own, with at most 12 calls a second\. Fix: /,
    );
  });

  it.each([
    ['is not set', APP, [], /^$/],
    [
      'is not to be asked',
      { ...APP, AGORA_THREADS_REDIS_URL: 'redis://127.0.0.1:9' },
      ['--offline'],
      /skipped .*offline/,
    ],
    ['is of no use', { AGORA_THREADS_REDIS_URL: 'redis://127.0.0.1:9' }, [], /skipped .*embedded sandbox/],
    [
      'is in a file that is not there',
      { ...APP, AGORA_THREADS_REDIS_URL_FILE: '/no/such' },
      [],
      /skipped .*_FILE is wrong/,
    ],
  ] as const)('that %s', async (_what, env, args, line) => {
    expect(lineOf((await doctor(env, args)).text)).toMatch(line);
  });

  it('whose file is missing does not hide what else there is to say', async () => {
    const { text } = await doctor({ ...APP, AGORA_THREADS_REDIS_URL_FILE: '/no/such' });
    expect(text).toMatch(/fail +AGORA_THREADS_REDIS_URL_FILE +the file it names cannot be read \(ENOENT\)/);
    expect(text).toMatch(/ok +token/);
  });
});
