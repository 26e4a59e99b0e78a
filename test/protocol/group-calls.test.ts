import { describe, expect, it } from 'vitest';
import type { AgoraError } from '../../src/agora/errors.ts';
import type { Groups } from '../../src/agora/groups.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { connectApp } from '../support/connect-app.ts';
import { classicSettings, envelope, type Recorded, recordingServer, refusal } from '../support/http.ts';
import { sandboxWith } from '../unit/sandbox-client.ts';

const never = new AbortController().signal;
const APP_ID = '0123456789abcdef0123456789abcdef';

const CALLS: readonly [name: string, path: string, make: (groups: Groups) => Promise<unknown>][] = [
  ['groups of the app', '/chatgroups?limit=1000', (groups) => groups.list({ limit: 1_000 }, never)],
  [
    'the next page of them',
    '/chatgroups?limit=2&cursor=a%2Bb%3D',
    (groups) => groups.list({ limit: 2, cursor: 'a+b=' }, never),
  ],
  [
    'groups of a user',
    '/chatgroups/user/%E5%90%8D?pagesize=20&pagenum=0',
    (groups) => groups.listOfUser('名', { limit: 20 }, never),
  ],
  [
    'members of a group',
    '/chatgroups/21/users?pagenum=1&pagesize=1000',
    (groups) => groups.listMembers('21', { page: 0, size: 1_000 }, never),
  ],
  ['details of groups', '/chatgroups/21,22', (groups) => groups.get(['21', '22'], never)],
  ['one user', '/users/a%2F..%2Fb', (groups) => groups.getUser('a/../b', never)],
];

const answers = ({ url }: Recorded) => {
  if (url.includes('/chatgroups/user/')) return envelope({ entities: [], total: 0 });
  if (url.includes('/users/a')) return envelope({ entities: [{ username: 'a/../b' }] });
  return envelope({ data: [], count: 0 });
};

describe.each([
  ['classic', { AGORA_CHAT_APP_KEY: 'acme#helpdesk' }, '/acme/helpdesk'],
  ['app-id', { AGORA_APP_ID: APP_ID }, `/app-id/${APP_ID}`],
])('the %s URL form', (_form, app, prefix) => {
  it.each(CALLS)('%s: sends exactly the documented request', async (_name, path, make) => {
    const server = await recordingServer(answers);
    const { groups } = await connectApp({ AGORA_CHAT_HOST: server.url, ...app, AGORA_CHAT_APP_TOKEN: 'x' });
    await make(groups);
    expect(server.requests).toEqual([
      {
        method: 'GET',
        url: prefix + path,
        body: '',
        headers: {
          host: new URL(server.url).host,
          connection: 'keep-alive',
          accept: 'application/json',
          authorization: 'Bearer x',
          'user-agent': 'agora-threads-mcp/0.0.0',
        },
      },
    ]);
  });
});

describe('answers', () => {
  const answered = async (payload: Record<string, unknown>) => {
    const server = await recordingServer(() => envelope(payload));
    return (await connectApp(classicSettings(server.url))).groups;
  };

  it('give owners without the prefix of the app, and the cursor from the top level', async () => {
    const row = { groupid: '21', groupname: 'Refunds', owner: 'acme#helpdesk_li_n', affiliations: 7, type: 'group' };
    const bare = { ...row, groupid: 22, owner: 'lin' };
    const groups = await answered({ data: [row, bare], count: 2, cursor: 'next', properties: { cursor: 'wrong' } });
    expect(await groups.list({ limit: 2 }, never)).toEqual({
      items: [
        { id: '21', name: 'Refunds', owner: 'li_n', memberCount: 7 },
        { id: '22', name: 'Refunds', owner: 'lin', memberCount: 7 },
      ],
      cursor: 'next',
    });
  });

  it.each([undefined, null, ''])('end the groups of the app with the cursor %j', async (cursor) => {
    const groups = await answered({ data: [{ groupid: '21' }], cursor });
    expect(await groups.list({ limit: 2 }, never)).toEqual({ items: [{ id: '21' }] });
  });

  it('leave out unknown groups among several', async () => {
    const groups = await answered({
      data: [
        { id: '21', error: "group id doesn't exist" },
        { id: '22', name: 'Shipping', owner: 'wei', affiliations_count: 2, affiliations: [{ owner: 'wei' }, {}] },
      ],
    });
    expect(await groups.get(['21', '22'], never)).toEqual([
      { id: '22', name: 'Shipping', owner: 'wei', memberCount: 2 },
    ]);
  });

  it.each([{}, { data: [{ groupname: 'no id' }] }, { data: 'x' }])(
    'that hold no groups are no list: %j',
    async (body) => {
      const groups = await answered(body);
      await expect(groups.list({ limit: 2 }, never)).rejects.toMatchObject({ code: 'unreadable_answer' });
    },
  );
});

describe('the groups of a user', () => {
  const page = { limit: 20 };

  it.each([
    [404, 'resource_not_found'],
    [405, 'method_not_allowed'],
  ])('are asked for in the older form where the newer one answers %i, and from then on', async (status, error) => {
    const server = await recordingServer(({ url }) =>
      url.includes('joined_chatgroups')
        ? envelope({ data: [{ groupid: '21', groupname: 'Refunds' }] })
        : refusal(status, error, 'no such address'),
    );
    const { groups } = await connectApp(classicSettings(server.url));
    const refunds = { items: [{ id: '21', name: 'Refunds' }] };
    expect(await groups.listOfUser('lin', page, never)).toEqual(refunds);
    expect(await groups.listOfUser('lin', page, never)).toEqual(refunds);
    expect(await groups.listOfUser('lin', { ...page, cursor: '1' }, never)).toEqual({ items: [] });
    const paths = server.requests.map(({ url }) => url.replace(/\?.*/, ''));
    expect(paths.filter((path) => path === '/acme/helpdesk/chatgroups/user/lin')).toHaveLength(1);
    expect(paths.at(-1)).toBe('/acme/helpdesk/users/lin/joined_chatgroups');
  });

  it('are asked for in the newer form again after an unknown user', async () => {
    const { sandbox } = await sandboxWith();
    const { groups } = await connectApp({ ...classicSettings(sandbox.url), AGORA_CHAT_APP_TOKEN: SANDBOX.appToken });
    await expect(groups.listOfUser('Lin', page, never)).rejects.toMatchObject({ code: 'user_not_found' });
    expect((await groups.listOfUser('lin', page, never)).items).toHaveLength(6);
    expect(sandbox.state.requests.at(-1)?.path).toBe('/acme/helpdesk/chatgroups/user/lin');
  });
});

describe('refusals', () => {
  const codeOf = async (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'none',
      (error: AgoraError) => error.code,
    );

  it.each<[string, (groups: Groups) => Promise<unknown>]>([
    ['group_not_found', (groups) => groups.listMembers('1', { page: 0, size: 1 }, never)],
    ['group_not_found', (groups) => groups.get(['1'], never)],
    ['user_not_found', (groups) => groups.getUser('nobody', never)],
    ['user_not_found', (groups) => groups.listOfUser('nobody', { limit: 1 }, never)],
  ])('of the sandbox are %s', async (code, make) => {
    const { groups } = await connectApp();
    expect(await codeOf(make(groups))).toBe(code);
  });

  it('that speak of no user are not taken for an unknown one', async () => {
    const server = await recordingServer(() => refusal(404, 'resource_not_found', 'no such address'));
    const { groups } = await connectApp(classicSettings(server.url));
    expect(await codeOf(groups.getUser('lin', never))).toBe('user_or_group_not_found');
    expect(await codeOf(groups.listMembers('1', { page: 0, size: 1 }, never))).toBe('user_or_group_not_found');
  });
});
