import { describe, expect, it } from 'vitest';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, type Recorded, recordingServer } from '../support/http.ts';

const GROUP = '210000000000001';
const MESSAGE = '1180000000000000123'; // 19 digits: a JavaScript number would end in 000 or 128
const THREAD = '240000000000009';
const APP_ID = '0123456789abcdef0123456789abcdef';

/** One call of each tool, and the request that the fact sheet asks for. */
const CALLS: readonly {
  tool: string;
  args: Record<string, unknown>;
  method: string;
  path: string;
  body?: unknown;
}[] = [
  {
    tool: 'create_thread',
    args: { group_id: GROUP, msg_id: MESSAGE, name: 'Refund "1207" 退款', owner: 'lin' },
    method: 'POST',
    path: '/thread',
    body: { group_id: GROUP, name: 'Refund "1207" 退款', msg_id: MESSAGE, owner: 'lin' },
  },
  {
    tool: 'rename_thread',
    args: { thread_id: THREAD, name: 'Done' },
    method: 'PUT',
    path: `/thread/${THREAD}`,
    body: { name: 'Done' },
  },
  { tool: 'delete_thread', args: { thread_id: THREAD }, method: 'DELETE', path: `/thread/${THREAD}` },
  { tool: 'list_threads', args: {}, method: 'GET', path: '/thread?limit=20&sort=desc' },
  {
    tool: 'list_user_threads',
    args: { username: 'lin', limit: 50, sort: 'asc' },
    method: 'GET',
    path: '/threads/user/lin?limit=50&sort=asc',
  },
  {
    tool: 'list_user_group_threads',
    args: { group_id: GROUP, username: 'lin', limit: 1 },
    method: 'GET',
    path: `/threads/chatgroups/${GROUP}/user/lin?limit=1&sort=desc`,
  },
  {
    tool: 'list_thread_members',
    args: { thread_id: THREAD, limit: 50 },
    method: 'GET',
    path: `/thread/${THREAD}/users?limit=50`,
  },
  {
    tool: 'add_thread_members',
    args: { thread_id: THREAD, usernames: ['mia', '名字'] },
    method: 'POST',
    path: `/thread/${THREAD}/users`,
    body: { usernames: ['mia', '名字'] },
  },
  {
    // A DELETE with a body, which clients and samples like to forget.
    tool: 'remove_thread_members',
    args: { thread_id: THREAD, usernames: ['mia', 'tom'] },
    method: 'DELETE',
    path: `/thread/${THREAD}/users`,
    body: { usernames: ['mia', 'tom'] },
  },
  { tool: 'find_threads', args: {}, method: 'GET', path: '/thread?limit=50&sort=desc' },
  { tool: 'find_groups', args: {}, method: 'GET', path: '/chatgroups?limit=1000' },
  {
    tool: 'find_groups',
    args: { username: 'lin' },
    method: 'GET',
    path: '/chatgroups/user/lin?pagesize=20&pagenum=0',
  },
  { tool: 'get_thread', args: { thread_id: THREAD }, method: 'GET', path: `/thread/${THREAD}` },
  {
    tool: 'list_group_threads',
    args: { group_id: GROUP },
    method: 'GET',
    path: `/threads/chatgroups/${GROUP}?limit=20`,
  },
];

const answers = ({ method, url }: Recorded) => {
  if (url.endsWith('/users?limit=50')) return envelope({ data: { affiliations: [] } });
  if (url.endsWith('/users')) {
    if (method === 'POST') return envelope({ data: { status: 'ok' } });
    return envelope({
      entities: [
        { result: true, user: 'mia' },
        { result: false, user: 'tom' },
      ],
    });
  }
  if (/\/chatgroups\?/.test(url)) return envelope({ data: [], count: 0 });
  if (method === 'GET' && url.endsWith(`/${THREAD}`)) return envelope({ data: { id: THREAD, name: 'x' } });
  if (method === 'POST') return envelope({ data: { thread_id: THREAD } });
  if (method === 'PUT') return envelope({ data: { name: 'Done' } });
  if (method === 'DELETE') return envelope({ data: { status: 'ok' } });
  // Neither is empty: an empty list of a user is settled by a look at the user.
  if (url.includes('/chatgroups/user/')) return envelope({ entities: [{ groupId: GROUP, name: 'x' }], total: 1 });
  return envelope({ entities: /\/threads\/.*user\//.test(url) ? [{ id: THREAD, name: 'x' }] : [], properties: {} });
};

const yes = () => ({ action: 'accept', content: { confirm: true } });

describe.each([
  ['classic', { AGORA_CHAT_APP_KEY: 'acme#helpdesk' }, '/acme/helpdesk'],
  ['org and app name', { AGORA_CHAT_ORG_NAME: 'acme', AGORA_CHAT_APP_NAME: 'helpdesk' }, '/acme/helpdesk'],
  ['app-id', { AGORA_APP_ID: APP_ID }, `/app-id/${APP_ID}`],
])('the %s URL form', (_form, app, prefix) => {
  it.each(CALLS)('$tool sends exactly the documented request', async ({ tool, args, method, path, body }) => {
    const server = await recordingServer(answers);
    const env = { AGORA_CHAT_HOST: server.url, ...app, AGORA_CHAT_APP_TOKEN: 'x', AGORA_THREADS_UNDOCUMENTED: '1' };
    const { call } = await connectClient({ env, form: yes });
    const { isError, text } = await call(tool, args);
    expect(isError, text).toBe(false);

    // A deletion looks at the thread's members before it asks and before it deletes; the last request is the call.
    const request = server.requests.at(-1);
    const { headers = {}, ...rest } = request ?? {};
    expect(rest).toEqual({ method, url: `${prefix}${path}`, body: body === undefined ? '' : JSON.stringify(body) });
    expect(headers).toEqual({
      host: new URL(server.url).host,
      connection: 'keep-alive',
      accept: 'application/json',
      authorization: 'Bearer x',
      'user-agent': 'agora-threads-mcp/0.0.0',
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(JSON.stringify(body))) }),
    });
    if (!/^(delete|remove)_/.test(tool)) expect(server.requests).toHaveLength(1);
  });
});

describe('path parts', () => {
  const cases: readonly [string, string | undefined][] = [
    ['a/../b?x=1#', 'a%2F..%2Fb%3Fx%3D1%23'],
    ['名字', '%E5%90%8D%E5%AD%97'],
    ['a b%2e', 'a%20b%252e'],
    ['...', '...'],
    ['..', undefined],
    ['.', undefined],
  ];
  it.each(cases)('the user name %j stays in its segment, or is refused', async (username, encoded) => {
    const server = await recordingServer(answers);
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { isError } = await call('list_user_threads', { username });
    expect(isError).toBe(encoded === undefined);
    expect(server.requests.map(({ url }) => url)).toEqual(
      encoded === undefined ? [] : [`/acme/helpdesk/threads/user/${encoded}?limit=20&sort=desc`],
    );
  });

  it('the app key is encoded too', async () => {
    const server = await recordingServer(answers);
    const { call } = await connectClient({ env: { ...classicSettings(server.url), AGORA_CHAT_APP_KEY: 'a%2Fb#c;d' } });
    await call('list_threads');
    expect(server.requests.map(({ url }) => url)).toEqual(['/a%252Fb/c%3Bd/thread?limit=20&sort=desc']);
  });
});

describe('cursors of the service', () => {
  it('travel back unchanged', async () => {
    const vendor = 'a+b/c=&d 中';
    const server = await recordingServer((_request, index) =>
      envelope({ entities: index === 0 ? [{ id: THREAD }] : [], properties: { cursor: vendor } }),
    );
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const first = await call('list_threads', { limit: 1 });
    await call('list_threads', { limit: 1, cursor: first.structured['next_cursor'] });
    const query = new URL(server.requests[1]?.url ?? '', server.url).searchParams;
    expect(query.get('cursor')).toBe(vendor);
  });
});
