import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SANDBOX, SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { NOW, P, sandboxWith } from './sandbox-client.ts';

const [REFUNDS] = SANDBOX_HINTS.groups;
const BUGS = '210000000000005';
const EVERYONE = '210000000000006';

const groupPage = z.object({
  data: z.array(z.looseObject({ groupid: z.string() })),
  count: z.int(),
  cursor: z.string().optional(),
});

describe.each([
  ['the classic URL form', P],
  ['the app-id URL form', `/app-id/${SANDBOX.appId}`],
])('%s', (_form, prefix) => {
  it('answers the calls on groups and users in the shapes of the samples', async () => {
    const { sandbox, send } = await sandboxWith();
    sandbox.state.addGroup('210000000000009', 'Launch 🚀', ['mia', 'lin']);
    const around = (path: string) => ({
      action: 'get',
      applicationName: 'helpdesk',
      organization: 'acme',
      duration: 0,
      timestamp: NOW,
      uri: `${sandbox.url}${prefix}${path}`,
    });

    const list = await send('GET', `${prefix}/chatgroups?limit=1`);
    expect(list.json).toEqual({
      ...around('/chatgroups'),
      data: [
        {
          groupid: '210000000000009',
          groupname: 'Launch 🚀',
          owner: 'acme#helpdesk_mia',
          affiliations: 2,
          type: 'group',
          lastModified: String(NOW),
        },
      ],
      count: 1,
      cursor: expect.stringMatching(/^[\w-]+$/),
    });

    const ofUser = await send('GET', `${prefix}/chatgroups/user/mia?pagesize=1&pagenum=5`);
    expect(ofUser.json).toMatchObject({
      ...around('/chatgroups/user/mia'),
      entities: [{ groupId: EVERYONE, id: EVERYONE, name: 'Everyone', owner: 'lin' }],
      total: 7,
    });
    const older = await send('GET', `${prefix}/users/priya/joined_chatgroups`);
    expect(older.json).toEqual({
      ...around('/users/priya/joined_chatgroups'),
      data: [
        { groupid: '210000000000003', groupname: 'Billing' },
        { groupid: '210000000000004', groupname: 'VIP 客户' },
        { groupid: BUGS, groupname: 'Bug reports' },
        { groupid: EVERYONE, groupname: 'Everyone' },
      ],
      count: 4,
    });

    const members = await send('GET', `${prefix}/chatgroups/210000000000009/users`);
    expect(members.json).toEqual({
      ...around('/chatgroups/210000000000009/users'),
      data: [{ owner: 'mia' }, { member: 'lin' }],
      count: 2,
    });

    const details = await send('GET', `${prefix}/chatgroups/210000000000009,1`);
    expect(details.json).toMatchObject({
      data: [
        {
          id: '210000000000009',
          name: 'Launch 🚀',
          owner: 'mia',
          affiliations_count: 2,
          affiliations: [{ owner: 'mia' }, { member: 'lin' }],
          created: NOW,
        },
        { id: '1', error: "group id doesn't exist" },
      ],
    });

    const user = await send('GET', `${prefix}/users/mia`);
    expect(user.json).toMatchObject({ ...around('/users/mia'), entities: [{ username: 'mia' }], count: 1 });
  });
});

describe('the groups of the app', () => {
  it('come newest first, each once, and end with a page that has neither items nor a cursor', async () => {
    const { sandbox, send } = await sandboxWith();
    const read: string[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const page = groupPage.parse((await send('GET', `${P}/chatgroups?limit=4&cursor=${cursor}`)).json);
      expect(page.count).toBe(page.data.length);
      read.push(...page.data.map(({ groupid }) => groupid));
      cursor = page.cursor;
    }
    expect(read).toEqual([...sandbox.state.groups.keys()].reverse());
  });

  it('are 10 a page where nothing else is asked for, and at most 1,000', async () => {
    const { sandbox, send } = await sandboxWith();
    for (let n = 0; n < 1_100; n++) sandbox.state.addGroup(String(220_000_000_000_000 + n), `Group ${n}`, ['lin']);
    const count = async (query: string) => groupPage.parse((await send('GET', `${P}/chatgroups${query}`)).json).count;
    expect(await count('')).toBe(10);
    expect(await count('?limit=0')).toBe(10);
    expect(await count('?limit=5000')).toBe(1_000);
  });

  it('refuse a cursor that the server did not make', async () => {
    const { send } = await sandboxWith();
    expect(await send('GET', `${P}/chatgroups?cursor=nonsense`)).toMatchObject({
      status: 400,
      json: { error_description: 'cursor is invalid' },
    });
  });
});

describe('lists with numbered pages', () => {
  const userGroups = z.object({ entities: z.array(z.looseObject({ id: z.string() })), total: z.int() });
  const groupMembers = z.object({ data: z.array(z.record(z.string(), z.string())) });

  it('of a user’s groups begin at 0, with 5 a page and at most 20', async () => {
    const { sandbox, send } = await sandboxWith();
    for (let n = 0; n < 30; n++) sandbox.state.addGroup(String(220_000_000_000_000 + n), `Group ${n}`, ['tom']);
    const ids = async (query: string) =>
      userGroups.parse((await send('GET', `${P}/chatgroups/user/tom${query}`)).json).entities.map(({ id }) => id);
    expect(await ids('')).toEqual(await ids('?pagenum=0&pagesize=5'));
    expect(await ids('?pagesize=100')).toHaveLength(20);
    expect(await ids('?pagesize=100&pagenum=1')).toHaveLength(14);
    expect(await ids('?pagesize=100&pagenum=2')).toEqual([]);
  });

  it('of a group’s members begin at 1', async () => {
    const { send } = await sandboxWith();
    const members = async (query: string) =>
      groupMembers
        .parse((await send('GET', `${P}/chatgroups/${EVERYONE}/users${query}`)).json)
        .data.map((entry) => Object.values(entry)[0]);
    const all = await members('');
    expect(all).toHaveLength(132);
    expect([...(await members('?pagesize=100&pagenum=1')), ...(await members('?pagesize=100&pagenum=2'))]).toEqual(all);
    expect(await members('?pagesize=100&pagenum=3')).toEqual([]);
  });
});

describe('what does not exist', () => {
  it.each([
    ['/chatgroups/1/users', 'resource_not_found', 'grpID 1 does not exist!'],
    ['/chatgroups/1', 'resource_not_found', 'grpID 1 does not exist!'],
    ['/users/nobody', 'service_resource_not_found', 'Service resource not found'],
    ['/chatgroups/user/nobody', 'service_resource_not_found', 'Service resource not found'],
    ['/users/nobody/joined_chatgroups', 'service_resource_not_found', 'Service resource not found'],
  ])('%s is a 404', async (path, error, error_description) => {
    const { send } = await sandboxWith();
    expect(await send('GET', P + path)).toMatchObject({ status: 404, json: { error, error_description } });
  });

  it('more than 100 ids at once are refused', async () => {
    const { send } = await sandboxWith();
    const ids = Array.from({ length: 101 }, (_, n) => String(n)).join(',');
    expect((await send('GET', `${P}/chatgroups/${ids}`)).status).toBe(400);
  });
});

it('groups are read also where threads are not enabled', async () => {
  const { sandbox, send } = await sandboxWith();
  sandbox.state.open = false;
  expect((await send('GET', `${P}/chatgroups`)).status).toBe(200);
  expect((await send('GET', `${P}/thread`)).status).toBe(403);
});

it('a user’s groups are limited to 50 calls a second', async () => {
  const { send } = await sandboxWith();
  const statuses = async (path: string) => {
    const replies = await Promise.all(Array.from({ length: 51 }, () => send('GET', P + path)));
    return replies.filter(({ status }) => status === 429).length;
  };
  expect(await statuses('/chatgroups/user/lin')).toBe(1);
  expect(await statuses(`/chatgroups/${REFUNDS.id}/users`)).toBe(0);
});

it('a stuck cursor of the groups is stuck where theirs belongs', async () => {
  const { send } = await sandboxWith({ faults: [{ on: 'list_groups', kind: 'stuck_cursor' }] });
  const first = groupPage.parse((await send('GET', `${P}/chatgroups?limit=2`)).json);
  const second = groupPage.parse((await send('GET', `${P}/chatgroups?limit=2&cursor=${first.cursor}`)).json);
  expect(second.cursor).toBe(first.cursor);
  expect(second.data).not.toEqual(first.data);
});
