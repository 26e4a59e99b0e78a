import { describe, expect, it } from 'vitest';
import { connectClient, type FormHandler, type TestClient } from '../support/client.ts';
import { classicSettings, envelope, type RecordingServer, recordingServer } from '../support/http.ts';
import { manualClock } from '../support/manual-clock.ts';

const THREAD = '240000000000009';
const OTHER = '240000000000010';

/** A service on which every deletion would succeed. */
const service = (): Promise<RecordingServer> =>
  recordingServer(({ method }) =>
    method === 'DELETE' ? envelope({ data: { status: 'ok' } }) : envelope({ data: { affiliations: [] } }),
  );

const deletions = (server: RecordingServer): string[] =>
  server.requests.flatMap(({ method, url }) => (method === 'DELETE' ? [url] : []));

const accepting = { action: 'accept', content: { confirm: true } };

describe('a form', () => {
  it('deletes on accept with true, and on nothing else', async () => {
    const server = await service();
    const { call } = await connectClient({ env: classicSettings(server.url), form: () => accepting });
    expect((await call('delete_thread', { thread_id: THREAD })).structured['status']).toBe('deleted');
    expect(deletions(server)).toEqual([`/acme/helpdesk/thread/${THREAD}`]);
  });

  const REFUSALS: readonly [string, FormHandler][] = [
    ['decline', () => ({ action: 'decline' })],
    ['cancel', () => ({ action: 'cancel' })],
    ['accept with false', () => ({ action: 'accept', content: { confirm: false } })],
    ['accept with the word "true"', () => ({ action: 'accept', content: { confirm: 'true' } })],
    ['accept with 1', () => ({ action: 'accept', content: { confirm: 1 } })],
    ['accept without content', () => ({ action: 'accept' })],
    ['accept with empty content', () => ({ action: 'accept', content: {} })],
    ['decline with true', () => ({ action: 'decline', content: { confirm: true } })],
    ['an action that does not exist', () => ({ action: 'yes', content: { confirm: true } })],
    ['an empty answer', () => ({})],
    [
      'an error of the client',
      () => {
        throw new Error('no window');
      },
    ],
  ];
  it.each(REFUSALS)('deletes nothing on %s', async (_what, form) => {
    const server = await service();
    const { call } = await connectClient({ env: classicSettings(server.url), form });
    const { structured, isError, text } = await call('delete_thread', { thread_id: THREAD });
    expect(isError, text).toBe(false);
    expect(structured['status']).toBe('declined');
    expect(text).toContain('Nothing was deleted');
    expect(deletions(server)).toEqual([]);
  });

  it('ignores a code from the model', async () => {
    const server = await service();
    const { call } = await connectClient({ env: classicSettings(server.url), form: () => ({ action: 'decline' }) });
    const { structured } = await call('delete_thread', { thread_id: THREAD, confirmation_code: 'ABCDEFGH' });
    expect(structured['status']).toBe('declined');
    expect(deletions(server)).toEqual([]);
  });

  it('deletes nothing when nobody answers within five minutes, and closes the question', async () => {
    const server = await service();
    const clock = manualClock();
    let open: (() => void) | undefined;
    const shown = new Promise<void>((resolve) => {
      open = resolve;
    });
    let closed = false;
    const { call } = await connectClient({
      env: classicSettings(server.url),
      clock,
      form: (_message, _params, signal) => {
        open?.();
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            closed = true;
            resolve(accepting); // the late yes
          });
        });
      },
    });
    const beats: unknown[] = [];
    const answer = call('delete_thread', { thread_id: THREAD }, { onprogress: (progress) => beats.push(progress) });
    await shown;
    clock.advance(5 * 60_000);
    const { structured, text } = await answer;
    expect(structured['status']).toBe('declined');
    expect(text).toContain('within 5 minutes');
    expect(closed).toBe(true);
    expect(beats.length).toBeGreaterThanOrEqual(19); // one every 15 s
    expect(deletions(server)).toEqual([]);
  });

  it('deletes nothing when the yes comes after the call was given up', async () => {
    const server = await service();
    const giveUp = new AbortController();
    let late: (() => void) | undefined;
    const closed = new Promise<void>((resolve) => {
      late = resolve;
    });
    const { call, client } = await connectClient({
      env: classicSettings(server.url),
      form: (_message, _params, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve(accepting);
            late?.();
          });
          giveUp.abort();
        }),
    });
    await expect(call('delete_thread', { thread_id: THREAD }, { signal: giveUp.signal })).rejects.toThrow();
    await closed;
    await client.ping();
    expect(deletions(server)).toEqual([]);
  });

  it('costs at most four calls, however many members and threads there are', async () => {
    const affiliations = Array.from({ length: 50 }, (_, n) => `user-${n}`);
    const entities = Array.from({ length: 50 }, (_, n) => ({ id: String(n + 1), name: 'Another' }));
    const server = await recordingServer(({ url }) =>
      envelope(url.includes('/users') ? { data: { affiliations } } : { entities, properties: { cursor: 'more' } }),
    );
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured } = await call('delete_thread', { thread_id: '240000000000009' });
    expect(structured['status']).toBe('confirmation_required');
    expect(structured['thread']).toMatchObject({ member_count: '50 or more' });
    expect(server.requests).toHaveLength(4);
  });

  it.each([
    [60_000, 'Before'],
    [60_001, 'After'],
  ])('calls the thread as a list showed it at most a minute ago: after %i ms "%s"', async (age, name) => {
    let current = 'Before';
    const server = await recordingServer(({ url }) =>
      url.includes('/users')
        ? envelope({ data: { affiliations: ['lin'] } })
        : envelope({ entities: [{ id: THREAD, name: current }] }),
    );
    const clock = manualClock();
    let asked = '';
    const form: FormHandler = (question) => {
      asked = question;
      return { action: 'decline' };
    };
    const { call } = await connectClient({ env: classicSettings(server.url), clock, form });
    await call('list_user_threads', { username: 'lin' });
    current = 'After';
    clock.advance(age);
    await call('delete_thread', { thread_id: THREAD });
    expect(asked).toContain(`Thread ${THREAD} "${name}"`);
  });

  it('names the loss, the app and the host', async () => {
    const server = await service();
    let asked: unknown;
    const { call } = await connectClient({
      env: classicSettings(server.url),
      form: (_message, params) => {
        asked = params;
        return { action: 'decline' };
      },
    });
    await call('delete_thread', { thread_id: THREAD });
    expect(asked).toEqual({
      message: [
        'Delete this thread for good?',
        `Thread ${THREAD}`,
        'Group unknown, owner unknown, age unknown, 0 members, name unknown',
        `App "acme#helpdesk" on ${new URL(server.url).host}`,
        'Its messages go with it. This cannot be undone.',
      ].join('\n'),
      requestedSchema: {
        type: 'object',
        properties: { confirm: { type: 'boolean', title: 'Delete this thread for good' } },
        required: ['confirm'],
      },
    });
  });
});

describe('a code', () => {
  const ask = async ({ call }: TestClient, thread_id = THREAD): Promise<string> => {
    const { structured } = await call('delete_thread', { thread_id });
    expect(structured['status']).toBe('confirmation_required');
    return String(structured['confirmation_code']);
  };

  const withCodes = async () => {
    const server = await service();
    const clock = manualClock();
    const client = await connectClient({ env: classicSettings(server.url), clock });
    return { server, clock, client };
  };

  it('deletes at the second call, once', async () => {
    const { server, client } = await withCodes();
    const confirmation_code = await ask(client);
    expect(deletions(server)).toEqual([]);
    const done = await client.call('delete_thread', { thread_id: THREAD, confirmation_code });
    expect(done.structured['status']).toBe('deleted');
    const again = await client.call('delete_thread', { thread_id: THREAD, confirmation_code });
    expect(again.structured['status']).toBe('confirmation_required');
    expect(again.text).toContain('used');
    expect(deletions(server)).toHaveLength(1);
  });

  it.each([
    ['made up', async () => 'ABCDEFGH'],
    ['empty', async () => ''],
    ['of another thread', (client: TestClient) => ask(client, OTHER)],
  ])('that is %s gives a new preview', async (_what, get) => {
    const { server, client } = await withCodes();
    const confirmation_code = await get(client);
    const { structured } = await client.call('delete_thread', { thread_id: THREAD, confirmation_code });
    expect(structured['status']).toBe('confirmation_required');
    expect(structured['confirmation_code']).not.toBe(confirmation_code);
    expect(deletions(server)).toEqual([]);
  });

  it('expires after five minutes', async () => {
    const { server, clock, client } = await withCodes();
    const confirmation_code = await ask(client);
    clock.advance(5 * 60_000);
    const late = await client.call('delete_thread', { thread_id: THREAD, confirmation_code });
    expect(late.structured['status']).toBe('confirmation_required');
    expect(deletions(server)).toEqual([]);
  });

  it('is asked for where a client declares only URL elicitation', async () => {
    const server = await service();
    const { call } = await connectClient({ env: classicSettings(server.url), elicitation: { url: {} } });
    expect((await call('delete_thread', { thread_id: THREAD })).structured['status']).toBe('confirmation_required');
  });
});

describe('the operator decides how', () => {
  it('elicitation: no form, no deletion', async () => {
    const server = await service();
    const env = { ...classicSettings(server.url), AGORA_THREADS_CONFIRM: 'elicitation' };
    const { call } = await connectClient({ env });
    const { structured, text } = await call('delete_thread', { thread_id: THREAD, confirmation_code: 'ABCDEFGH' });
    expect(structured['status']).toBe('declined');
    expect(text).toContain('AGORA_THREADS_CONFIRM');
    expect(deletions(server)).toEqual([]);
  });

  it('code: a client with forms gets a code', async () => {
    const server = await service();
    const env = { ...classicSettings(server.url), AGORA_THREADS_CONFIRM: 'code' };
    const { call } = await connectClient({ env, form: () => accepting });
    const { structured } = await call('delete_thread', { thread_id: THREAD });
    expect(structured['status']).toBe('confirmation_required');
    expect(deletions(server)).toEqual([]);
  });
});
