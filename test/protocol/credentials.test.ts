import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX, SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, type Recorded, type Reply, recordingServer, refusal } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';
import { accept, appSettings, rehearse } from '../support/rehearse.ts';

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

describe('no secret in whatever fails, of any tool, nor in the audit log', () => {
  const THREAD = '240000000000009';
  const CALLS: readonly [string, Record<string, unknown>][] = [
    ['list_threads', {}],
    ['list_user_threads', { username: 'lin', max_scan: 100 }],
    ['list_user_group_threads', { username: 'lin', group_id: '1' }],
    ['list_thread_members', { thread_id: THREAD }],
    ['get_thread', { thread_id: THREAD }],
    ['list_group_threads', { group_id: '1' }],
    ['create_thread', { msg_id: '1', group_id: '1', owner: 'lin', name: 'x' }],
    ['rename_thread', { thread_id: THREAD, name: 'x' }],
    ['add_thread_members', { thread_id: THREAD, usernames: ['wei'] }],
    ['remove_thread_members', { thread_id: THREAD, usernames: ['lin'] }],
    ['delete_thread', { thread_id: THREAD }],
    ['delete_threads', { thread_ids: [THREAD, '240000000000010'] }],
  ];
  const READS = CALLS.slice(0, 6);
  const WRITES = CALLS.slice(6);
  const ONE_OF_EACH = CALLS.filter(([tool]) => /^(list_threads|create_thread|rename_thread|delete_thread)$/.test(tool));
  type Fails = (request: Recorded, said: string) => Reply;
  /** How requests fail; most say back all that they were sent. */
  const WAYS: readonly [string, Fails][] = [
    ['a refusal', (_request, said) => refusal(403, `type ${said}`, `no ${said}`)],
    ['a second refusal of the token', (_request, said) => refusal(401, 'unauthorized', `bad ${said}`)],
    ['a gateway', (_request, said) => ({ status: 502, raw: `<html>${said}</html>` })],
    [
      'a redirect',
      (_request, said) => ({ status: 303, raw: '', headers: { location: `/?${encodeURIComponent(said)}` } }),
    ],
    ['an unreadable answer', (_request, said) => ({ raw: said })],
    [
      'an answer of another shape',
      (_request, said) => ({ json: { error_description: said, data: { [said]: said }, entities: [{ id: said }] } }),
    ],
    [
      'an answer that is good, with the secrets in every text',
      (_request, said) =>
        envelope({
          data: { status: 'ok', thread_id: THREAD, id: THREAD, name: said, owner: said, affiliations: [said, 'lin'] },
          entities: [{ id: THREAD, name: said, owner: said, user: 'lin', result: true }],
        }),
    ],
    ['a broken connection', () => 'reset'],
    ['no answer', () => 'hang'],
  ];
  const secretsOf = (env: Record<string, string>): string[] =>
    Object.entries(env).flatMap(([name, value]) => (/TOKEN|CERTIFICATE|SECRET/.test(name) ? [value] : []));

  /** Calls every tool, and gives all that anybody gets to read of it. */
  async function everything(
    calls: typeof CALLS,
    settings: (url: string) => Record<string, string>,
    fails: (request: Recorded) => Fails | undefined,
  ) {
    const folder = await mkdtemp(join(tmpdir(), 'audit-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const audit = join(folder, 'audit.jsonl');
    const secrets = new Set(secretsOf(settings('')));
    let hanging = false;
    const server = await recordingServer((request) => {
      const { authorization } = request.headers;
      if (authorization !== undefined) secrets.add(authorization.replace('Bearer ', ''));
      const fail = fails(request);
      const reply = fail?.(request, `${[...secrets].join(' ')} ${request.body}`) ?? goodAnswer(request);
      hanging ||= reply === 'hang';
      return reply;
    });
    const clock = skippingClock();
    const env = {
      ...settings(server.url),
      AGORA_THREADS_LOG_LEVEL: 'debug',
      AGORA_THREADS_AUDIT_LOG: audit,
      AGORA_THREADS_UNDOCUMENTED: '1',
    };
    const { call, log } = await connectClient({ env, clock, form: accept });
    const output: string[] = [];
    for (const [tool, args] of calls) {
      let over = false;
      const answer = call(tool, args).finally(() => {
        over = true;
      });
      while (!over) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (hanging) clock.advance(60_000);
        hanging = false;
      }
      const { text, structured } = await answer;
      output.push(text, JSON.stringify(structured));
    }
    const lines = await readFile(audit, 'utf8').catch(() => '');
    return { secrets: [...secrets], output: [...output, ...log, lines].join('\n'), lines, requests: server.requests };
  }

  const isExchange = ({ url }: Recorded) => url.endsWith('/token');
  function goodAnswer(request: Recorded): Reply {
    if (isExchange(request)) return { json: { access_token: 'an-exchanged-token', expires_in: 7_200 } };
    return envelope({ data: { status: 'ok', affiliations: ['lin'], id: THREAD }, entities: [] });
  }

  // A failure is the same for each kind of credentials; that each secret is known at all shows in two of them.
  const cases = KINDS.flatMap(([kind, settings]) =>
    WAYS.flatMap(([way, fail], n) =>
      kind === 'client credentials' || (n % 6 === 0 && !kind.includes('classic'))
        ? [[kind, way, settings, fail] as const]
        : [],
    ),
  );
  it.each(cases)('%s, with %s to every write, and to every read', async (_kind, _way, settings, fail) => {
    const toWrites = await everything(WRITES, settings, (request) =>
      request.method === 'GET' || isExchange(request) ? undefined : fail,
    );
    const toReads = await everything(READS, settings, (request) => (isExchange(request) ? undefined : fail));
    for (const { secrets, output } of [toWrites, toReads]) {
      expect(secrets.length).toBeGreaterThan(0);
      for (const secret of secrets) {
        expect(output).not.toContain(secret);
        expect(output).not.toContain(encodeURIComponent(secret));
      }
    }
    // Each write has come as far as its line after.
    const ends = toWrites.lines.split('\n').filter((line) => line.includes('"after"'));
    expect(ends.length).toBeGreaterThanOrEqual(WRITES.length);
  });

  it.each([
    ...WAYS,
    ['a token that is none', (_request, said) => ({ json: { access_token: `not ${said}` } })] as [string, Fails],
  ])('client credentials, with %s to the exchange', async (_way, fail) => {
    const settings = KINDS.find(([kind]) => kind === 'client credentials')?.[1] ?? (() => ({}));
    const { secrets, output, requests } = await everything(ONE_OF_EACH, settings, (request) =>
      isExchange(request) ? fail : undefined,
    );
    expect(secrets).toContain(SANDBOX.clientSecret);
    expect(requests[0]?.body).toContain(SANDBOX.clientSecret);
    for (const secret of secrets) expect(output).not.toContain(secret);
  });
});
