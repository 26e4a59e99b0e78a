import { describe, expect, it } from 'vitest';
import { SANDBOX, SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { NOW, P, readPage, sandboxWith, threadIdOf } from './sandbox-client.ts';

const [message] = SANDBOX_HINTS.freeMessages;
const body = { group_id: message.group_id, name: 'Refund question', msg_id: message.id, owner: message.owner };
const REFUNDS = message.group_id;

describe.each([
  ['the classic URL form', P],
  ['the app-id URL form', `/app-id/${SANDBOX.appId}`],
])('%s', (_form, prefix) => {
  it('answers the nine calls in the shapes of the samples', async () => {
    const { sandbox, send } = await sandboxWith();
    const around = (action: string, path: string) => ({
      action,
      applicationName: 'helpdesk',
      organization: 'acme',
      duration: 0,
      timestamp: NOW,
      uri: `${sandbox.url}${prefix}${path}`,
    });

    const created = await send('POST', `${prefix}/thread`, { body });
    const id = threadIdOf(created);
    expect(id).toMatch(/^\d{15}$/);
    expect(created).toMatchObject({ status: 200, json: { ...around('post', '/thread'), data: { thread_id: id } } });
    expect(created.headers['content-type']).toMatch(/^application\/json/);

    const renamed = await send('PUT', `${prefix}/thread/${id}`, { body: { name: 'Refund (done)' } });
    expect(renamed.json).toEqual({ ...around('put', `/thread/${id}`), data: { name: 'Refund (done)' } });

    const thread = { id, name: 'Refund (done)', owner: 'lin', msgId: message.id, groupId: REFUNDS, created: NOW };
    const cursor = expect.stringMatching(/^[A-Za-z0-9+/]+$/);
    const all = await send('GET', `${prefix}/thread?limit=1`);
    expect(all.json).toEqual({ ...around('get', '/thread'), entities: [{ id }], properties: { cursor } });
    for (const path of ['/threads/user/lin', `/threads/chatgroups/${REFUNDS}/user/lin`]) {
      const list = await send('GET', `${prefix}${path}?limit=1`);
      expect(list.json).toEqual({ ...around('get', path), entities: [thread], properties: { cursor } });
    }

    const users = `/thread/${id}/users`;
    const added = await send('POST', `${prefix}${users}`, { body: { usernames: ['wei', 'mia', 'wei', 'lin'] } });
    expect(added.json).toEqual({ ...around('post', `/thread/${id}/joined_thread`), data: { status: 'ok' } });

    const members = await send('GET', `${prefix}${users}?limit=50`);
    const { applicationName: _a, organization: _o, ...bare } = around('get', users);
    expect(members.json).toEqual({ ...bare, data: { affiliations: ['lin', 'wei', 'mia'] }, properties: { cursor } });

    const removed = await send('DELETE', `${prefix}${users}`, { body: { usernames: ['mia', 'tom', 'nobody'] } });
    expect(removed.json).toEqual({
      ...around('delete', users),
      entities: [
        { result: true, user: 'mia' },
        { result: false, user: 'tom' },
        { result: false, user: 'nobody' },
      ],
    });

    const deleted = await send('DELETE', `${prefix}/thread/${id}`);
    expect(deleted.json).toEqual({ ...around('delete', `/thread/${id}`), data: { status: 'ok' } });
    expect((await send('GET', `${prefix}${users}`)).status).toBe(404);
    for (const path of [
      '/thread',
      '/threads/user/lin',
      '/threads/user/wei',
      `/threads/chatgroups/${REFUNDS}/user/lin`,
    ]) {
      expect(readPage(await send('GET', `${prefix}${path}?limit=1`)).ids).not.toContain(id);
    }
    // The message is free again.
    expect((await send('POST', `${prefix}/thread`, { body })).status).toBe(200);
  });

  it('answers the two calls that only the web SDKs make', async () => {
    const { sandbox, send } = await sandboxWith();
    const [{ seq: _seq, ...first } = { seq: 0, id: '' }] = sandbox.state.created(REFUNDS).reverse();
    const detail = await send('GET', `${prefix}/thread/${first.id}`);
    const affiliations_count = sandbox.state.members(first.id).length;
    expect(detail).toMatchObject({ status: 200, json: { data: { ...first, affiliations_count } } });
    const list = await send('GET', `${prefix}/threads/chatgroups/${REFUNDS}?limit=2`);
    expect(list).toMatchObject({ status: 200, json: { entities: [first, { groupId: REFUNDS }] } });
    expect((await send('GET', `${prefix}/threads/chatgroups/1`)).json).toMatchObject({
      error_description: 'group not found.',
    });
  });
});

describe('ids in a body', () => {
  it('are taken as bare numbers without losing a digit', async () => {
    const { sandbox, send } = await sandboxWith();
    const raw = `{"name":"a \\"msg_id\\": 1 b","group_id": ${message.group_id},"msg_id" :${message.id},"owner":"lin"}`;
    const created = await send('POST', `${P}/thread`, { body: raw });
    expect(created.status).toBe(200);
    expect(sandbox.state.threads.get(threadIdOf(created))).toMatchObject({
      msgId: message.id,
      name: 'a "msg_id": 1 b',
    });
  });

  it('that were rounded on the way find nothing', async () => {
    const { send } = await sandboxWith();
    const reply = await send('POST', `${P}/thread`, { body: { ...body, msg_id: Number(message.id) } });
    expect(reply).toMatchObject({ status: 404, json: { error_description: 'msg not exist.' } });
  });

  it.each(['1.5', '-1', '1e18', 'true', 'null', '[]'])('of %s are unreadable', async (msgId) => {
    const { send } = await sandboxWith();
    const reply = await send('POST', `${P}/thread`, {
      body: `{"group_id":"1","msg_id":${msgId},"name":"n","owner":"lin"}`,
    });
    expect(reply).toMatchObject({ status: 400, json: { error: 'param_illegal' } });
  });
});

describe('new threads', () => {
  it('have increasing ids, the same in each sandbox of one seed', async () => {
    const ids = async () => {
      const { send } = await sandboxWith();
      const created: string[] = [];
      for (const { id: msg_id, group_id, owner } of SANDBOX_HINTS.freeMessages) {
        created.push(threadIdOf(await send('POST', `${P}/thread`, { body: { msg_id, group_id, owner, name: 'n' } })));
      }
      return created;
    };
    const first = await ids();
    expect(await ids()).toEqual(first);
    expect([...first].sort()).toEqual(first);
  });

  it('come last in time even where the clock stands before the seeded data', async () => {
    const { send } = await sandboxWith({ now: () => 1_000 });
    const id = threadIdOf(await send('POST', `${P}/thread`, { body }));
    expect(readPage(await send('GET', `${P}/thread?limit=1`)).ids).toEqual([id]);
  });

  it('may have names of any script up to 64 characters, counted as code points', async () => {
    const { send } = await sandboxWith();
    const name = '😀'.repeat(64);
    expect((await send('POST', `${P}/thread`, { body: { ...body, name } })).status).toBe(200);
    const [thread] = readPage(await send('GET', `${P}/thread?limit=1`)).ids;
    expect((await send('PUT', `${P}/thread/${thread}`, { body: { name: '\u202E"\n' } })).json).toMatchObject({
      data: { name: '\u202E"\n' },
    });
  });
});

describe('the path', () => {
  it('is split before it is decoded, once', async () => {
    const { sandbox, send } = await sandboxWith();
    const odd = ['a/../b?x=1#', '..', '名字', '%6cin', 'a+b c'];
    sandbox.state.addGroup('210000000000099', 'Odd', odd);
    for (const user of odd) {
      const reply = await send('GET', `${P}/threads/user/${encodeURIComponent(user)}`);
      expect(reply, user).toMatchObject({ status: 200, json: { entities: [] } });
    }
    // Twice encoded is another user, and an encoded slash is no separator.
    expect((await send('GET', `${P}/threads/user/%256cin`)).json).toMatchObject({ entities: [] });
    expect((await send('GET', `${P}/threads%2Fuser/lin`)).json).toMatchObject({ error: 'resource_not_found' });
    expect((await send('GET', `${P}/threads/user/x%2F..%2Flin`)).json).toMatchObject({
      error: 'service_resource_not_found',
    });
    expect((await send('GET', `${P}/threads/user/x/../lin`)).json).toMatchObject({ error: 'resource_not_found' });
    expect((await send('GET', `${P}/threads/user/%6cin`)).status).toBe(200);
    expect((await send('GET', `${P}/threads/user/%zz`)).json).toMatchObject({ error: 'illegal_argument' });
  });

  it('may come in absolute form, as proxies send it', async () => {
    const { send } = await sandboxWith();
    expect((await send('GET', `http://a.example${P}/thread?limit=1`)).status).toBe(200);
  });

  it('and each request are kept for the tests to see, up to a bound', async () => {
    const { sandbox, send } = await sandboxWith();
    await send('GET', `${P}/threads/user/%6cin?limit=1`);
    await send('DELETE', `${P}/thread/1`);
    expect(sandbox.state.requests).toEqual([
      { method: 'GET', path: `${P}/threads/user/%6cin`, query: 'limit=1', status: 200 },
      { method: 'DELETE', path: `${P}/thread/1`, query: '', status: 404 },
    ]);
    for (let count = 0; count < 6_000; count++) sandbox.state.see('GET', '/', '');
    expect(sandbox.state.requests.length).toBe(5_000);
  });
});

describe('starting and ending', () => {
  it('takes the port it is given, and says when it is taken', async () => {
    const { sandbox } = await sandboxWith();
    const { port, origin } = new URL(sandbox.url);
    expect(origin).toBe(`http://127.0.0.1:${port}`);
    await expect(sandboxWith({ port: Number(port) })).rejects.toThrow(/EADDRINUSE/);
  });

  it('ends at once, also with requests that nobody answers', async () => {
    const { sandbox, send } = await sandboxWith({ faults: [{ on: '*', kind: 'no_answer' }] });
    const lost = send('GET', `${P}/thread`);
    const failure = expect(lost).rejects.toThrow();
    // The request has to be there before the end comes.
    while (sandbox.state.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await sandbox.close();
    await sandbox.close();
    await failure;
  });
});
