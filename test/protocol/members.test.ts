import { describe, expect, it } from 'vitest';
import { connectClient } from '../support/client.ts';
import { type Answer, classicSettings, envelope, recordingServer, refusal } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';
import { accept } from '../support/rehearse.ts';
import { threadService, threadsOf } from '../support/thread-service.ts';
import { undated } from '../support/undated.ts';

const THREAD = '240000000000009';
const users = (count: number): string[] => Array.from({ length: count }, (_, n) => `user-${n}`);
const sentUsers = (requests: readonly { method: string; body: string }[], method: string): string[][] =>
  requests.flatMap((request) => (request.method === method ? [JSON.parse(request.body).usernames] : []));

describe('add_thread_members', () => {
  it('sends 10 at a time, each user once', async () => {
    const server = await recordingServer(() => envelope({ data: { status: 'ok' } }));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured } = await call('add_thread_members', {
      thread_ids: [THREAD],
      usernames: [...users(25), 'user-3'],
    });
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
    // The second batch is refused as a whole, then its users one by one.
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured, text } = await call('add_thread_members', { thread_ids: [THREAD], usernames: users(12) });
    expect(structured['status']).toBe('partly_done');
    expect(undated(text)).toMatchSnapshot();
  });

  it('stops where nothing further can work, and says what was not sent', async () => {
    let batch = 0;
    const server = await recordingServer(() => {
      batch += 1;
      return batch === 1 ? envelope({ data: { status: 'ok' } }) : refusal(404, 'group_error', 'thread not found.');
    });
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured, text } = await call('add_thread_members', { thread_ids: [THREAD], usernames: users(35) });
    expect(structured['status']).toBe('partly_done');
    expect(server.requests).toHaveLength(2);
    expect(undated(text)).toMatchSnapshot();
  });

  it('is an error where nothing was added and nothing can be', async () => {
    const server = await recordingServer(() => refusal(404, 'group_error', 'thread not found.'));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { text } = await call('add_thread_members', { thread_ids: [THREAD], usernames: users(12) });
    expect(text).toContain('Error [thread_not_found]');
    expect(server.requests).toHaveLength(1);
  });

  it.each([[[]], [users(101)], [['lin', '']], [['..']]])('refuses %j', async (usernames) => {
    const server = await recordingServer(() => envelope({}));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    expect((await call('add_thread_members', { thread_ids: [THREAD], usernames })).text).toContain(
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
    const { text, structured } = await call('remove_thread_members', { thread_ids: [THREAD], usernames: ['lin'] });
    expect(structured).toMatchObject({
      status: 'partly_done',
      results: [{ thread_id: THREAD, username: 'lin', status: 'failed', error: expect.stringMatching('^renamed: ') }],
    });
    expect(text).toContain('its name has changed since the user was asked, from "Before" to "After"');
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('asks nobody about a thread that is gone', async () => {
    const server = await recordingServer(() => refusal(404, 'group_error', 'thread not found.'));
    const form = () => {
      throw new Error('asked');
    };
    const { call } = await connectClient({ env: classicSettings(server.url), form });
    const { text } = await call('remove_thread_members', { thread_ids: [THREAD], usernames: users(2) });
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
    const { structured, text } = await call('remove_thread_members', { thread_ids: [THREAD], usernames: users(12) });
    expect(asked).toBe(1);
    expect(sentUsers(server.requests, 'DELETE').map((batch) => batch.length)).toEqual([10, 2]);
    expect(structured['status']).toBe('partly_done');
    expect(undated(text)).toMatchSnapshot();
  });

  it('claims no removal of a user whom the list shows in another case', async () => {
    const server = await recordingServer(({ method }) =>
      method === 'DELETE' ? 'reset' : envelope({ data: { affiliations: ['lin'] }, entities: [] }),
    );
    const { call } = await connectClient({ env: classicSettings(server.url), form: accept, clock: skippingClock() });
    const { structured } = await call('remove_thread_members', { thread_ids: ['1'], usernames: ['Lin'] });
    expect(structured['results']).toMatchObject([{ username: 'Lin', status: 'unknown' }]);
  });

  it('does not take silence about a user for success', async () => {
    const server = await removal((names) => names.slice(1).map((user) => ({ user, result: true })));
    const { call } = await connectClient({ env: classicSettings(server.url), form: accept });
    const { structured } = await call('remove_thread_members', { thread_ids: [THREAD], usernames: users(2) });
    expect(structured['results']).toMatchObject([{ status: 'unknown' }, { status: 'removed' }]);
  });

  it('removes nobody without a yes; a code is bound to the users', async () => {
    const server = await removal((names) => names.map((user) => ({ user, result: true })));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const first = await call('remove_thread_members', { thread_ids: [THREAD], usernames: ['user-1'] });
    expect(first.structured['status']).toBe('confirmation_required');
    const { confirmation_code } = first.structured;
    expect(
      first.text
        .replace(String(confirmation_code), 'CODE2345')
        .replace(/\d{4}-.*Z/, 'TIME')
        .replace(/(?<=127\.0\.0\.1:)\d+/, 'PORT'),
    ).toMatchSnapshot();
    const other = await call('remove_thread_members', {
      thread_ids: [THREAD],
      usernames: ['user-2'],
      confirmation_code,
    });
    expect(other.structured['status']).toBe('confirmation_required');
    expect(sentUsers(server.requests, 'DELETE')).toEqual([]);
    const done = await call('remove_thread_members', {
      thread_ids: [THREAD],
      usernames: ['user-1'],
      confirmation_code,
    });
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
    expect(undated((await call('list_thread_members', { thread_id: THREAD, ...args })).text)).toMatchSnapshot();
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
  const settings = (url: string) => ({ ...classicSettings(url), AGORA_THREADS_UNDOCUMENTED: '1' });

  it('are there only where the operator asks for them', async () => {
    const server = await recordingServer(() => envelope({}));
    const names = async (env: Record<string, string>) =>
      (await (await connectClient({ env })).client.listTools()).tools.map(({ name }) => name);
    expect(await names(classicSettings(server.url))).not.toContain('list_group_threads');
    expect((await names(settings(server.url))).at(-1)).toBe('list_group_threads');
  });

  it('list_group_threads asks for no page of none', async () => {
    const server = await recordingServer(() => envelope({ entities: [] }));
    const { call } = await connectClient({ env: settings(server.url) });
    const { text } = await call('list_group_threads', { group_id: '21', limit: 0 });
    expect(text).toContain('limit must be at least 1, or 0 with max_scan to count only (got 0).');
    expect((await call('list_group_threads', { group_id: '21', limit: 0, max_scan: 5 })).isError).toBe(false);
  });

  it.each([
    ['get_thread', { thread_id: THREAD }],
    ['list_group_threads', { group_id: '21' }],
  ])('%s explains a refusal, and gives what it gets', async (tool, args) => {
    const refusing = await recordingServer(() => refusal(401, 'unauthorized', 'Unable to authenticate (OAuth)'));
    const { call } = await connectClient({ env: settings(refusing.url) });
    expect(undated((await call(tool, args)).text)).toMatchSnapshot();
    const row = { id: THREAD, name: 'Refund', owner: 'lin', groupId: '21', msgId: '1180000000000000123', created: 1 };
    const giving = await recordingServer(() => envelope({ data: { ...row, affiliations_count: 3 }, entities: [row] }));
    const other = await connectClient({ env: settings(giving.url) });
    expect(undated((await other.call(tool, args)).text)).toMatchSnapshot();
  });
});

describe('a batch that is refused for the sake of one user', () => {
  const refusing = (bad: (names: readonly string[]) => Answer | undefined) =>
    recordingServer(({ method, body }) =>
      method === 'POST'
        ? (bad(JSON.parse(body).usernames) ?? envelope({ data: { status: 'ok' } }))
        : envelope({ data: { affiliations: [] } }),
    );

  it.each([
    ['user_not_in_group', refusal(404, 'group_error', 'user not in group.')],
    ['user_thread_limit', refusal(403, 'group_error', 'user join thread reach limit.')],
    ['user_or_group_not_found', refusal(404, 'service_resource_not_found', 'Service resource not found')],
    ['forbidden', refusal(403, 'forbidden_op', 'no')],
  ])('is sent one by one: %s', async (code, answer) => {
    const server = await refusing((names) => (names.includes('user-2') ? answer : undefined));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured } = await call('add_thread_members', { thread_ids: [THREAD], usernames: users(12) });
    const results = [
      { username: 'user-2', status: 'failed', error: expect.stringMatching(`^${code}: `) },
      ...users(12).flatMap((username) => (username === 'user-2' ? [] : [{ username, status: 'added' }])),
    ];
    expect(structured).toMatchObject({ status: 'partly_done', results });
    expect(sentUsers(server.requests, 'POST').map((batch) => batch.length)).toEqual([10, ...Array(10).fill(1), 2]);
  });

  it('stops one by one too where nothing further can work', async () => {
    const server = await refusing((names) => {
      if (names.length > 1) return refusal(404, 'group_error', 'user not in group.');
      return names[0] === 'user-2' ? refusal(404, 'group_error', 'thread not found.') : undefined;
    });
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured } = await call('add_thread_members', { thread_ids: [THREAD], usernames: users(12) });
    const notSent = { status: 'failed', error: 'not sent, after the failure before it' };
    expect(structured['results']).toMatchObject([
      { username: 'user-2', status: 'failed', error: expect.stringMatching('^thread_not_found: ') },
      ...Array(9).fill(notSent),
      { username: 'user-0', status: 'added' },
      { username: 'user-1', status: 'added' },
    ]);
    expect(sentUsers(server.requests, 'POST').map((batch) => batch.length)).toEqual([10, 1, 1, 1]);
  });
});

describe('a removal that is sent again after its answer was lost', () => {
  it('believes the second answer only of those who are still in the list', async () => {
    let sendings = 0;
    const service = await threadService(threadsOf('lin', 1, ['wei', 'mia']), {
      after: ({ endpoint, target }) => {
        if (endpoint !== 'remove_members') return undefined;
        sendings += 1;
        if (sendings === 1) return 'reset';
        service.threads.get(target)?.members.push('mia');
        return undefined;
      },
    });
    const { call } = await connectClient({ env: classicSettings(service.url), clock: skippingClock(), form: accept });
    const [thread_id] = service.threads.keys();
    const usernames = ['wei', 'mia'];
    const { structured } = await call('remove_thread_members', { thread_ids: [thread_id], usernames });
    expect(sendings).toBe(2);
    expect(structured).toMatchObject({
      status: 'partly_done',
      results: [
        { username: 'mia', status: 'not_removed' },
        { username: 'wei', status: 'removed', error: expect.stringContaining('is no member now') },
      ],
    });
  });
});

describe('an answer about members that is lost', () => {
  const LOST: Answer = { status: 502, raw: '<html></html>' };
  const WHY = 'the answer was lost (server_error: the service or a gateway before it failed)';
  const page = (affiliations: readonly string[], cursor?: string): Answer =>
    envelope({ data: { affiliations }, entities: [], properties: { cursor } });
  const change = async (tool: string, list: (limit: string | null, cursor: string | null, sent: boolean) => Answer) => {
    let sent = false;
    const server = await recordingServer(({ method, url }) => {
      const query = new URL(url, 'http://x').searchParams;
      if (method === 'GET') return list(query.get('limit'), query.get('cursor'), sent);
      sent = true;
      return LOST;
    });
    const { call } = await connectClient({ env: classicSettings(server.url), clock: skippingClock(), form: accept });
    const { structured } = await call(tool, { thread_ids: [THREAD], usernames: ['lin', 'wei'] });
    return structured['results'];
  };

  it.each([
    [
      'add_thread_members',
      { thread_id: THREAD, username: 'wei', status: 'unknown', error: `${WHY}; adding the user again is safe` },
      { thread_id: THREAD, username: 'lin', status: 'added' },
    ],
    [
      'remove_thread_members',
      {
        thread_id: THREAD,
        username: 'lin',
        status: 'unknown',
        error: `${WHY}, and a moment later the user was still a member; removing the user again is safe`,
      },
      { thread_id: THREAD, username: 'wei', status: 'removed', error: `${WHY}; the user is no member now` },
    ],
  ])('is settled by the member list, and the result says how it was lost: %s', async (tool, ...results) => {
    expect(await change(tool, () => page(['lin']))).toEqual(results);
  });

  it.each<[string, (cursor: string | null) => Answer]>([
    ['whose second page is refused', (cursor) => (cursor ? refusal(403, 'forbidden_op', 'no') : page(['mia'], 'a'))],
    ['whose cursor is stuck', () => page(['mia'], 'a')],
    ['that is refused', () => refusal(403, 'forbidden_op', 'no')],
  ])('makes no claim about who was removed, with a list %s', async (_what, list) => {
    const results = await change('remove_thread_members', (_limit, cursor, sent) =>
      sent ? list(cursor) : page(['lin', 'wei']),
    );
    const unknown = { status: 'unknown', error: `${WHY}; removing the user again is safe` };
    expect(results).toEqual([
      { thread_id: THREAD, username: 'lin', ...unknown },
      { thread_id: THREAD, username: 'wei', ...unknown },
    ]);
  });
});
