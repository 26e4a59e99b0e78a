import { describe, expect, it } from 'vitest';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, recordingServer, refusal } from '../support/http.ts';
import { accept } from '../support/sandbox.ts';

const THREAD = '240000000000009';
const users = (count: number): string[] => Array.from({ length: count }, (_, n) => `user-${n}`);
const sentUsers = (requests: readonly { method: string; body: string }[], method: string): string[][] =>
  requests.flatMap((request) => (request.method === method ? [JSON.parse(request.body).usernames] : []));

describe('add_thread_members', () => {
  it('sends 10 at a time, each user once', async () => {
    const server = await recordingServer(() => envelope({ data: { status: 'ok' } }));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured } = await call('add_thread_members', { thread_id: THREAD, usernames: [...users(25), 'user-3'] });
    expect(sentUsers(server.requests, 'POST').map((batch) => batch.length)).toEqual([10, 10, 5]);
    expect(sentUsers(server.requests, 'POST').flat()).toEqual(users(25));
    expect(structured['status']).toBe('done');
  });

  it('tells half-way failures apart: what was done, what failed, what was never sent', async () => {
    let batch = 0;
    const server = await recordingServer(() => {
      batch += 1;
      return batch === 1 ? envelope({ data: { status: 'ok' } }) : refusal(403, 'forbidden_op', 'banned');
    });
    // The second batch is refused as a whole; one by one its users are refused too, each for itself.
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured, text } = await call('add_thread_members', { thread_id: THREAD, usernames: users(12) });
    expect(structured['status']).toBe('partly_done');
    expect(text).toMatchSnapshot();
  });

  it('stops where nothing further can work, and says what was not sent', async () => {
    let batch = 0;
    const server = await recordingServer(() => {
      batch += 1;
      return batch === 1 ? envelope({ data: { status: 'ok' } }) : refusal(404, 'group_error', 'thread not found.');
    });
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured, text } = await call('add_thread_members', { thread_id: THREAD, usernames: users(35) });
    expect(structured['status']).toBe('partly_done');
    expect(server.requests).toHaveLength(2);
    expect(text).toMatchSnapshot();
  });

  it('is an error where nothing was added and nothing can be', async () => {
    const server = await recordingServer(() => refusal(404, 'group_error', 'thread not found.'));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { text } = await call('add_thread_members', { thread_id: THREAD, usernames: users(12) });
    expect(text).toContain('Error [thread_not_found]');
    expect(server.requests).toHaveLength(1);
  });

  it.each([[[]], [users(101)], [['lin', '']], ['lin'], [['..']]])('refuses %j', async (usernames) => {
    const server = await recordingServer(() => envelope({}));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    expect((await call('add_thread_members', { thread_id: THREAD, usernames })).text).toContain(
      'Error [bad_arguments]',
    );
    expect(server.requests).toEqual([]);
  });
});

describe('remove_thread_members', () => {
  const removal = (reply: (usernames: string[]) => unknown) =>
    recordingServer(({ method, body }) =>
      method === 'DELETE'
        ? envelope({ entities: reply(JSON.parse(body).usernames) })
        : envelope({ data: { affiliations: users(3) }, entities: [] }),
    );

  it('removes nobody where the thread got another name after the question', async () => {
    let name = 'Before';
    const server = await recordingServer(({ url }) =>
      url.includes('/users')
        ? envelope({ data: { affiliations: ['lin'] } })
        : envelope({ entities: [{ id: THREAD, name }] }),
    );
    const form: typeof accept = (...about) => {
      name = 'After';
      return accept(...about);
    };
    const { call } = await connectClient({ env: classicSettings(server.url), form });
    const { text, structured } = await call('remove_thread_members', { thread_id: THREAD, usernames: ['lin'] });
    expect(structured['status']).toBe('declined');
    expect(text).toContain('the question named it "Before", and its name is "After" now');
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('asks nobody about a thread that is gone', async () => {
    const server = await recordingServer(() => refusal(404, 'group_error', 'thread not found.'));
    const form = () => {
      throw new Error('asked');
    };
    const { call } = await connectClient({ env: classicSettings(server.url), form });
    const { text } = await call('remove_thread_members', { thread_id: THREAD, usernames: users(2) });
    expect(text).toContain('Error [thread_not_found]');
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('asks once for all, sends 10 at a time, and takes a 200 apart', async () => {
    const server = await removal((names) => names.map((user) => ({ user, result: user !== 'user-11' })));
    let asked = 0;
    const form = () => {
      asked += 1;
      return { action: 'accept', content: { confirm: true } };
    };
    const { call } = await connectClient({ env: classicSettings(server.url), form });
    const { structured, text } = await call('remove_thread_members', { thread_id: THREAD, usernames: users(12) });
    expect(asked).toBe(1);
    expect(sentUsers(server.requests, 'DELETE').map((batch) => batch.length)).toEqual([10, 2]);
    expect(structured['status']).toBe('partly_done');
    expect(text).toMatchSnapshot();
  });

  it('does not take silence about a user for success', async () => {
    const server = await removal((names) => names.slice(1).map((user) => ({ user, result: true })));
    const { call } = await connectClient({ env: classicSettings(server.url), form: accept });
    const { structured } = await call('remove_thread_members', { thread_id: THREAD, usernames: users(2) });
    expect(structured['results']).toMatchObject([{ status: 'unknown' }, { status: 'removed' }]);
  });

  it('removes nobody without a yes; a code is bound to the users', async () => {
    const server = await removal((names) => names.map((user) => ({ user, result: true })));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const first = await call('remove_thread_members', { thread_id: THREAD, usernames: ['user-1'] });
    expect(first.structured['status']).toBe('confirmation_required');
    const { confirmation_code } = first.structured;
    expect(
      first.text
        .replace(String(confirmation_code), 'CODE2345')
        .replace(/\d{4}-.*Z/, 'TIME')
        .replace(/(?<=127\.0\.0\.1:)\d+/, 'PORT'),
    ).toMatchSnapshot();
    const other = await call('remove_thread_members', { thread_id: THREAD, usernames: ['user-2'], confirmation_code });
    expect(other.structured['status']).toBe('confirmation_required');
    expect(sentUsers(server.requests, 'DELETE')).toEqual([]);
    const done = await call('remove_thread_members', { thread_id: THREAD, usernames: ['user-1'], confirmation_code });
    expect(done.structured['status']).toBe('done');
    expect(sentUsers(server.requests, 'DELETE')).toEqual([['user-1']]);
  });
});

describe('list_thread_members', () => {
  const members = (count: number) =>
    recordingServer(({ url }) => {
      const query = new URL(url, 'http://x').searchParams;
      const from = Number(query.get('cursor') ?? 0);
      const to = from + Number(query.get('limit'));
      return envelope({ data: { affiliations: users(count).slice(from, to) }, properties: { cursor: String(to) } });
    });

  it.each([
    ['a page', 5, { limit: 2 }],
    ['all of a few', 2, { limit: 50 }],
    ['nobody', 0, {}],
    ['a count of all', 120, { limit: 3, max_scan: 1_000 }],
    ['a count that stops', 120, { limit: 3, max_scan: 60 }],
  ])('%s', async (_what, count, args) => {
    const server = await members(count);
    const { call } = await connectClient({ env: classicSettings(server.url) });
    expect((await call('list_thread_members', { thread_id: THREAD, ...args })).text).toMatchSnapshot();
  });

  it('pages through all, each once', async () => {
    const server = await members(23);
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const seen: unknown[] = [];
    let cursor: unknown;
    do {
      const { structured } = await call('list_thread_members', {
        thread_id: THREAD,
        limit: 7,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...(structured['members'] as unknown[]));
      cursor = structured['next_cursor'];
    } while (cursor !== undefined);
    expect(seen).toEqual(users(23));
  });
});

describe('the undocumented calls', () => {
  const settings = (url: string) => ({ ...classicSettings(url), AGORA_CHAT_UNDOCUMENTED: '1' });

  it('are there only where the operator asks for them', async () => {
    const server = await recordingServer(() => envelope({}));
    const names = async (env: Record<string, string>) =>
      (await (await connectClient({ env })).client.listTools()).tools.map(({ name }) => name);
    expect(await names(classicSettings(server.url))).not.toContain('get_thread');
    expect((await names(settings(server.url))).slice(-2)).toEqual(['get_thread', 'list_group_threads']);
  });

  it.each([
    ['get_thread', { thread_id: THREAD }],
    ['list_group_threads', { group_id: '21' }],
  ])('%s explains a refusal, and gives what it gets', async (tool, args) => {
    const refusing = await recordingServer(() => refusal(401, 'unauthorized', 'Unable to authenticate (OAuth)'));
    const { call } = await connectClient({ env: settings(refusing.url) });
    expect((await call(tool, args)).text).toMatchSnapshot();
    const row = { id: THREAD, name: 'Refund', owner: 'lin', groupId: '21', msgId: '1180000000000000123', created: 1 };
    const giving = await recordingServer(() => envelope({ data: { ...row, affiliations_count: 3 }, entities: [row] }));
    const other = await connectClient({ env: settings(giving.url) });
    expect((await other.call(tool, args)).text).toMatchSnapshot();
  });
});
