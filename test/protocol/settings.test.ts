import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { catalogue } from '../../tools/index.ts';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, recordingServer } from '../support/http.ts';
import { threadService, threadsOf } from '../support/thread-service.ts';

const good = {
  AGORA_CHAT_HOST: 'a41.chat.agora.io',
  AGORA_CHAT_APP_KEY: 'acme#helpdesk',
  AGORA_CHAT_APP_TOKEN: 'a-secret-app-token',
};

const without = (name: keyof typeof good): Record<string, string> => {
  const { [name]: _gone, ...rest } = good;
  return rest;
};

/** Settings that cannot work; what a call says to them is a snapshot, read by eye. */
const UNUSABLE: readonly [string, Record<string, string>][] = [
  ['the host alone', { AGORA_CHAT_HOST: 'a41.chat.agora.io' }],
  ['no host', without('AGORA_CHAT_HOST')],
  ['no app', without('AGORA_CHAT_APP_KEY')],
  ['no token', without('AGORA_CHAT_APP_TOKEN')],
  ['half of the app key', { ...without('AGORA_CHAT_APP_KEY'), AGORA_CHAT_ORG_NAME: 'acme' }],
  ['an app key that a .env file cut at the #', { ...good, AGORA_CHAT_APP_KEY: 'acme' }],
  ['two app keys', { ...good, AGORA_CHAT_ORG_NAME: 'acme', AGORA_CHAT_APP_NAME: 'other' }],
  ['a short App ID', { ...good, AGORA_APP_ID: '123' }],
  ['a misspelt setting', { ...good, AGORA_CHAT_TOKEN: 'x' }],
  ['a misspelt setting of the server', { AGORA_THREADS_CONFIM: 'code' }],
  ['a misspelt prefix', { AGORA_THREAD_CONFIRM: 'code' }],
  ['a misspelt setting alone', { EASEMOB_APPKEY: 'acme#helpdesk' }],
  ['a placeholder that nobody filled in', { ...good, AGORA_CHAT_APP_TOKEN: `\${AGORA_TOKEN}` }],
  ['a variable of the shell that nobody filled in', { ...good, AGORA_CHAT_HOST: '$AGORA_CHAT_HOST' }],
  ['a variable of Windows that nobody filled in', { ...good, AGORA_CHAT_APP_TOKEN: '%AGORA_TOKEN%' }],
  ['quotes that no shell has taken away', { ...good, AGORA_CHAT_APP_KEY: '"acme#helpdesk"' }],
  ['the right setting of the wrong vendor', { ...good, AGORA_CHAT_CLIENT_ID: 'x' }],
  ['an App ID that is set, and wrong', { ...without('AGORA_CHAT_APP_KEY'), AGORA_APP_ID: '12345' }],
  [
    'the App ID as certificate, too',
    {
      AGORA_CHAT_HOST: 'a41.chat.agora.io',
      AGORA_APP_ID: 'c0ffee'.repeat(5).concat('00'),
      AGORA_APP_CERTIFICATE: 'c0ffee'.repeat(5).concat('00'),
    },
  ],
  ['a token with Bearer before it', { ...good, AGORA_CHAT_APP_TOKEN: 'Bearer abc' }],
  ['a token and its file', { ...good, AGORA_CHAT_APP_TOKEN_FILE: 'token.txt' }],
  ['a file that does not exist', { ...without('AGORA_CHAT_APP_TOKEN'), AGORA_CHAT_APP_TOKEN_FILE: 'no/such/file' }],
  ['a path in the host', { ...good, AGORA_CHAT_HOST: 'https://a41.chat.agora.io/acme/helpdesk' }],
  ['plain http to the world', { ...good, AGORA_CHAT_HOST: 'http://a41.chat.agora.io' }],
  ['a user in the host', { ...good, AGORA_CHAT_HOST: 'https://me:secret@a41.chat.agora.io' }],
  ['a limit that is no number', { ...good, AGORA_THREADS_TIMEOUT_MS: '30s' }],
  ['an address of Redis that is none', { ...good, AGORA_THREADS_REDIS_URL: 'redis.internal:6379' }],
  [
    'an address of Redis with a password that is not encoded',
    { ...good, AGORA_THREADS_REDIS_URL: 'redis://:50%off@host' },
  ],
  [
    'an address of Redis and its file',
    { ...good, AGORA_THREADS_REDIS_URL: 'redis://localhost', AGORA_THREADS_REDIS_URL_FILE: 'url.txt' },
  ],
  ['a file of the address of Redis that does not exist', { ...good, AGORA_THREADS_REDIS_URL_FILE: 'no/such/file' }],
  ['a mode that does not exist', { AGORA_THREADS_CONFIRM: 'never' }],
  ['no sandbox, and nothing else', { AGORA_THREADS_SANDBOX: '0' }],
  ['the name that a setting had before', { AGORA_CHAT_UNDOCUMENTED: '1' }],
  ['a language that is not there', { AGORA_THREADS_LANG: 'de' }],
  ['no deletions at all', { AGORA_THREADS_MAX_DELETES: '0' }],
];

describe('settings that cannot work', () => {
  it.each(UNUSABLE)('%s: the server starts and lists its tools, and a call says what is wrong', async (_what, env) => {
    const { client, call } = await connectClient({ env });
    expect((await client.listTools()).tools).toHaveLength(catalogue.length);
    const { isError, text } = await call('list_threads');
    expect(isError).toBe(true);
    expect(text).not.toContain('[sandbox]');
    expect(text).toMatchSnapshot();
  });
});

describe('settings that work', () => {
  it('none at all: the sandbox, and the instructions say so', async () => {
    const { client, call } = await connectClient({ env: { PATH: '/bin', AGORA_CHAT_HOST: ' ' } });
    expect(client.getInstructions()).toMatchSnapshot();
    expect(Buffer.byteLength(client.getInstructions() ?? '')).toBeLessThan(1_024);
    expect((await call('list_threads')).text).toMatch(/^\[sandbox\]/);
  });

  it('the first 250 characters of the instructions, all that some hosts pass on, say what can be done', async () => {
    const { client } = await connectClient({ env: { PATH: '/bin' } });
    const seen = client.getInstructions()?.slice(0, 250);
    for (const word of ['Agora Chat', 'find', 'create', 'rename', 'delete', 'members', 'digits in a string']) {
      expect(seen?.toLowerCase()).toContain(word.toLowerCase());
    }
  });

  it('the sandbox can be forced over an app, and says so', async () => {
    const { client, call } = await connectClient({ env: { ...good, AGORA_THREADS_SANDBOX: '1' } });
    expect(client.getInstructions()).toContain('AGORA_THREADS_SANDBOX is set');
    expect((await call('list_threads')).text).toMatch(/^\[sandbox\]/);
  });

  it('an app: no word of a sandbox anywhere', async () => {
    const server = await recordingServer(() => envelope({ entities: [] }));
    const { client, call } = await connectClient({ env: classicSettings(`${server.url}/`) });
    expect(client.getInstructions()).not.toContain('sandbox');
    expect((await call('list_threads')).text).not.toContain('sandbox');
  });

  it('settings of the server alone leave the sandbox on', async () => {
    const { call } = await connectClient({ env: { AGORA_THREADS_LOG_LEVEL: 'debug', AGORA_THREADS_CONFIRM: 'code' } });
    expect((await call('list_threads')).text).toMatch(/^\[sandbox\]/);
  });

  it('plain HTTP that is allowed says of no app, and leaves the sandbox on', async () => {
    const { call } = await connectClient({ env: { AGORA_CHAT_ALLOW_HTTP: '1' } });
    expect((await call('list_threads')).text).toMatch(/^\[sandbox\]/);
  });

  it('AGORA_THREADS_UNDOCUMENTED alone adds tools, and leaves the sandbox on', async () => {
    const { client, call } = await connectClient({ env: { AGORA_THREADS_UNDOCUMENTED: '1' } });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('get_thread');
    expect((await call('list_threads')).text).toMatch(/^\[sandbox\]/);
  });

  it.each(['person', 'elicitation'])('AGORA_THREADS_CONFIRM=%s gives no code', async (mode) => {
    const { call } = await connectClient({ env: { AGORA_THREADS_CONFIRM: mode } });
    const { threads } = (await call('list_user_threads', { username: 'lin', limit: 1 })).structured;
    const [{ id }] = z.tuple([z.looseObject({ id: z.string() })]).parse(threads);
    const { structured, text } = await call('delete_thread', { thread_id: id });
    expect(structured['status']).toBe('declined');
    expect(structured).not.toHaveProperty('confirmation_code');
    expect(text).toContain('AGORA_THREADS_CONFIRM=person');
  });
});

describe('the language of questions', () => {
  const questionIn = async (lang: string | undefined, tool: string, args: Record<string, unknown>) => {
    const service = await threadService(threadsOf('lin', 2, ['wei']));
    const questions: unknown[] = [];
    const { call } = await connectClient({
      env: { ...classicSettings(service.url), ...(lang !== undefined && { AGORA_THREADS_LANG: lang }) },
      form: (_message, params) => {
        questions.push(params);
        return { action: 'decline' };
      },
    });
    const { text } = await call(tool, args);
    // What the model reads stays English.
    expect(text).toMatch(/^Nothing was (deleted|removed): the question was declined\. /);
    return JSON.stringify(questions, undefined, 2).replaceAll(service.url.slice('http://'.length), 'HOST');
  };
  const [first, second] = threadsOf('lin', 2).map(({ id }) => id);

  it.each([
    ['delete_thread', { thread_id: first }],
    ['delete_threads', { thread_ids: [first, second] }],
    ['remove_thread_members', { thread_ids: [first], usernames: ['wei'] }],
  ])('is Chinese with AGORA_THREADS_LANG=zh, and English without: %s', async (tool, args) => {
    const chinese = await questionIn('zh', tool, args);
    expect(chinese).toMatch(/\p{Script=Han}/u);
    expect(chinese).toMatchSnapshot();
    const english = await questionIn(undefined, tool, args);
    expect(english).not.toMatch(/\p{Script=Han}/u);
    expect(await questionIn('en', tool, args)).toBe(english);
  });
});

describe('tools that the operator leaves out', () => {
  const names = async (env: Record<string, string>) => {
    const { client } = await connectClient({ env });
    const { tools } = await client.listTools();
    return { names: tools.map(({ name }) => name), instructions: client.getInstructions(), client };
  };

  it('read-only: what writes is not there, and the instructions name the setting', async () => {
    const { names: left, instructions, client } = await names({ AGORA_THREADS_READ_ONLY: '1' });
    expect(left).toEqual(catalogue.filter(({ kind }) => kind === 'read').map(({ name }) => name));
    expect(left).toContain('list_threads');
    expect(instructions).toContain("This server is read-only, by its operator's setting AGORA_THREADS_READ_ONLY.");
    await expect(client.callTool({ name: 'delete_thread', arguments: { thread_id: '1' } })).rejects.toThrow(
      'no tool of that name',
    );
  });

  it('by name: only these, in the order of the catalogue', async () => {
    const { names: left, instructions } = await names({ AGORA_THREADS_TOOLS: 'list_threads, create_thread,' });
    expect(left).toEqual(['create_thread', 'list_threads']);
    expect(instructions).toContain('AGORA_THREADS_TOOLS');
  });

  it('both: what is in both', async () => {
    const { names: left } = await names({
      AGORA_THREADS_READ_ONLY: '1',
      AGORA_THREADS_TOOLS: 'list_threads,delete_thread',
    });
    expect(left).toEqual(['list_threads']);
  });

  it.each([
    ['a misspelt tool', { AGORA_THREADS_TOOLS: 'list_thread' }],
    ['a tool that does not exist', { AGORA_THREADS_TOOLS: 'list_threads,send_message' }],
    ['a tool that is undocumented, alone', { AGORA_THREADS_TOOLS: 'list_group_threads' }],
    ['a tool that writes, where nothing may', { AGORA_THREADS_TOOLS: 'delete_thread', AGORA_THREADS_READ_ONLY: '1' }],
    ['neither yes nor no', { AGORA_THREADS_READ_ONLY: 'yes please' }],
  ])('%s is an error of every call', async (_what, env) => {
    const { call } = await connectClient({ env });
    const { text, isError } = await call('list_threads');
    expect(isError).toBe(true);
    expect(text).toMatchSnapshot();
  });

  it.each(['1', 'true'])('instructions stay under 1 KB with all that can be in them (%s)', async (flag) => {
    const { instructions } = await names({
      AGORA_THREADS_READ_ONLY: flag,
      AGORA_THREADS_TOOLS: 'list_threads',
      AGORA_THREADS_SANDBOX: flag,
    });
    expect(Buffer.byteLength(instructions ?? '')).toBeLessThan(1_024);
  });
});

describe('plain http beyond this machine', () => {
  /** A proxy that leads every host to one server, so that a host which is not this machine can be reached in a test. */
  async function startProxy(url: string): Promise<string> {
    const proxy = createServer();
    proxy.on('connect', (_request, socket) => {
      const onward = connect(Number(new URL(url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      for (const side of [onward, socket]) side.on('error', () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  it.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['', false],
  ])('with AGORA_CHAT_ALLOW_HTTP=%j: %s', async (allowed, sent) => {
    const server = await recordingServer(() => envelope({ entities: [] }));
    const env = {
      ...good,
      AGORA_CHAT_HOST: 'http://chat.test',
      AGORA_CHAT_ALLOW_HTTP: allowed,
      HTTP_PROXY: await startProxy(server.url),
    };
    const { call } = await connectClient({ env });
    const { isError, text } = await call('list_threads');
    expect(isError, text).toBe(!sent);
    expect(server.requests).toHaveLength(sent ? 1 : 0);
    if (sent) expect(server.requests[0]?.headers.host).toBe('chat.test');
    else expect(text).toContain('AGORA_CHAT_ALLOW_HTTP=1');
  });
});
