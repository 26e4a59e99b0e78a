import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import { SANDBOX, SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { connectClient } from '../support/client.ts';
import { skippingClock } from '../support/clock.ts';
import { classicSettings, envelope, recordingServer, refusal } from '../support/http.ts';
import { accept, appSettings, rehearse } from '../support/sandbox.ts';

const APP = `${SANDBOX.orgName}#${SANDBOX.appName}`;

/** Each kind of credentials that the sandbox takes. */
const KINDS: readonly [string, (url: string) => Record<string, string>][] = [
  ['a ready token', (url) => appSettings({ url })],
  [
    'a certificate, classic URL form',
    (url) => ({
      AGORA_CHAT_HOST: url,
      AGORA_CHAT_APP_KEY: APP,
      AGORA_APP_ID: SANDBOX.appId,
      AGORA_APP_CERTIFICATE: SANDBOX.appCertificate,
    }),
  ],
  [
    'a certificate, app-id URL form',
    (url) => ({ AGORA_CHAT_HOST: url, AGORA_APP_ID: SANDBOX.appId, AGORA_APP_CERTIFICATE: SANDBOX.appCertificate }),
  ],
  [
    'client credentials',
    (url) => ({
      AGORA_CHAT_HOST: url,
      AGORA_CHAT_APP_KEY: APP,
      EASEMOB_CLIENT_ID: SANDBOX.clientId,
      EASEMOB_CLIENT_SECRET: SANDBOX.clientSecret,
    }),
  ],
];

const start = async (): Promise<Sandbox> => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  return sandbox;
};

describe.each(KINDS)('%s', (kind, settings) => {
  it('is accepted', async () => {
    const sandbox = await start();
    const { call } = await connectClient({ env: settings(sandbox.url) });
    const { isError, text } = await call('list_threads');
    expect(isError, text).toBe(false);
  });

  it('serves many calls at once with one token', async () => {
    const sandbox = await start();
    const { call } = await connectClient({ env: settings(sandbox.url) });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => call('list_threads', { limit: 1 })));
    expect(outcomes.every(({ isError }) => !isError)).toBe(true);
    const exchanges = sandbox.state.requests.filter(({ path }) => path.endsWith('/token'));
    expect(exchanges).toHaveLength(kind === 'client credentials' ? 1 : 0);
  });

  it('is renewed once on a 401 where it can be, for a create too', async () => {
    const clock = skippingClock();
    const sandbox = await startSandbox({
      now: () => clock.now(),
      faults: [{ on: 'create', kind: 'expired_token', times: 1, skip: 0 }],
    });
    onTestFinished(() => sandbox.close());
    const { call } = await connectClient({ env: settings(sandbox.url), clock });
    await call('list_threads');
    clock.advance(61_000); // an exchange is tried once a minute
    const [message] = SANDBOX_HINTS.freeMessages;
    const { id: msg_id, group_id, owner } = message;
    const { text, structured } = await call('create_thread', { msg_id, group_id, owner, name: 'x' });
    if (kind === 'a ready token') expect(text).toContain('Error [token_expired]');
    else expect(structured['status'], text).toBe('created');
  });

  it('that is refused for good says credentials or rights, after one fresh token', async () => {
    const clock = skippingClock();
    const sandbox = await startSandbox({ now: () => clock.now(), faults: [{ on: 'list', kind: 'expired_token' }] });
    onTestFinished(() => sandbox.close());
    const { call } = await connectClient({ env: settings(sandbox.url), clock });
    await call('list_user_threads', { username: 'lin' });
    clock.advance(61_000);
    const { text } = await call('list_threads');
    const sent = sandbox.state.requests.filter(({ path }) => path.endsWith('/thread'));
    expect(sent).toHaveLength(kind === 'a ready token' ? 1 : 2);
    expect(text).toContain(kind === 'a ready token' ? 'has expired' : 'credentials are wrong, or they lack the rights');
  });
});

describe('secrets from files', () => {
  const file = async (text: string): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'agora threads 文件 '));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'secret'), text);
    return join(folder, 'secret');
  };

  it.each([
    ['AGORA_CHAT_APP_TOKEN', SANDBOX.appToken, {}],
    ['AGORA_APP_CERTIFICATE', SANDBOX.appCertificate, { AGORA_APP_ID: SANDBOX.appId }],
    ['EASEMOB_CLIENT_SECRET', SANDBOX.clientSecret, { EASEMOB_CLIENT_ID: SANDBOX.clientId }],
  ])('%s_FILE is read, with a line break at its end or without', async (name, value, others) => {
    const sandbox = await start();
    for (const text of [value, `${value}\n`, `${value}\r\n`]) {
      const env = {
        AGORA_CHAT_HOST: sandbox.url,
        AGORA_CHAT_APP_KEY: APP,
        ...others,
        [`${name}_FILE`]: await file(text),
      };
      const { call } = await connectClient({ env });
      const outcome = await call('list_threads');
      expect(outcome.isError, outcome.text).toBe(false);
    }
  });

  it('a file that holds more than the secret is refused without a request', async () => {
    const server = await recordingServer(() => envelope({ entities: [] }));
    const { AGORA_CHAT_APP_TOKEN: _token, ...env } = classicSettings(server.url);
    const { call } = await connectClient({ env: { ...env, AGORA_CHAT_APP_TOKEN_FILE: await file('TOKEN=abc def') } });
    const { text } = await call('list_threads');
    expect(text).toContain('Error [not_configured]');
    expect(text).not.toContain('abc');
    expect(server.requests).toEqual([]);
  });
});

describe('wrong credentials', () => {
  it('client credentials that are refused are named, and not tried again within a minute', async () => {
    const clock = skippingClock();
    const sandbox = await start();
    const env = {
      AGORA_CHAT_HOST: sandbox.url,
      AGORA_CHAT_APP_KEY: APP,
      EASEMOB_CLIENT_ID: SANDBOX.clientId,
      EASEMOB_CLIENT_SECRET: 'a-wrong-client-secret',
    };
    const { call } = await connectClient({ env, clock });
    const first = await call('list_threads');
    expect(first.text).toMatchSnapshot();
    await call('list_threads');
    const exchanges = () => sandbox.state.requests.filter(({ path }) => path.endsWith('/token')).length;
    expect(exchanges()).toBe(1);
    clock.advance(60_000);
    await call('list_threads');
    expect(exchanges()).toBe(2);
  });

  it('two kinds at once are an error', async () => {
    const { call } = await connectClient({
      env: {
        ...classicSettings('https://a41.chat.agora.io'),
        EASEMOB_CLIENT_ID: 'id-1',
        EASEMOB_CLIENT_SECRET: 'secret-1',
      },
    });
    expect((await call('list_threads')).text).toMatchSnapshot();
  });

  it('a certificate without an App ID is an error', async () => {
    const { AGORA_CHAT_APP_TOKEN: _token, ...env } = classicSettings('https://a41.chat.agora.io');
    const { call } = await connectClient({ env: { ...env, AGORA_APP_CERTIFICATE: SANDBOX.appCertificate } });
    expect((await call('list_threads')).text).toContain('AGORA_APP_ID is not set');
  });
});

describe('no secret in any output', () => {
  /** Faults on every call; the last ones say the secrets back, as a broken service may. */
  const faults = (secrets: readonly string[]): readonly Fault[] => [
    { on: '*', kind: 'expired_token' },
    { on: '*', kind: 'reset_before' },
    { on: '*', kind: 'html', status: 502 },
    { on: '*', kind: 'status', status: 403, description: `leaked ${secrets.join(' ')}` },
    { on: '*', kind: 'status', status: 400, error: secrets.join(' ') },
  ];
  const [message] = SANDBOX_HINTS.freeMessages;
  const { id: msg_id, group_id, owner } = message;
  const CALLS: readonly [string, Record<string, unknown>][] = [
    ['create_thread', { msg_id, group_id, owner, name: 'x' }],
    ['rename_thread', { thread_id: '1', name: 'x' }],
    ['delete_thread', { thread_id: '1' }],
    ['list_threads', {}],
    ['add_thread_members', { thread_id: '1', usernames: ['lin'] }],
    ['remove_thread_members', { thread_id: '1', usernames: ['lin'] }],
  ];

  it.each(KINDS)('%s', async (_kind, settings) => {
    const known: readonly string[] = [SANDBOX.appToken, SANDBOX.appCertificate, SANDBOX.clientSecret];
    const secrets = Object.values(settings('')).filter((value) => known.includes(value));
    expect(secrets).toHaveLength(1);
    for (const fault of faults(secrets)) {
      const { sandbox, clock } = await rehearse([fault]);
      const env = { ...settings(sandbox.url), AGORA_THREADS_LOG_LEVEL: 'debug' };
      const { call, log } = await connectClient({ env, clock, form: accept });
      const output: string[] = [];
      for (const [tool, args] of CALLS) {
        const { text, structured } = await call(tool, args);
        output.push(text, JSON.stringify(structured));
      }
      for (const secret of secrets) expect([...output, ...log].join('\n')).not.toContain(secret);
    }
  });

  it('nor an answer that echoes the header', async () => {
    const server = await recordingServer(({ headers }) => refusal(403, 'x', `no ${headers.authorization}`));
    const env = {
      AGORA_CHAT_HOST: server.url,
      AGORA_APP_ID: SANDBOX.appId,
      AGORA_APP_CERTIFICATE: SANDBOX.appCertificate,
    };
    const { call } = await connectClient({ env });
    const { text } = await call('list_threads');
    expect(server.requests[0]?.headers.authorization).toMatch(/^Bearer 007/);
    expect(text).toContain('no Bearer [redacted]');
  });
});
