import { describe, expect, it } from 'vitest';
import { connectClient, type FormHandler, type TestClient } from '../support/client.ts';
import { classicSettings, envelope, type RecordingServer, recordingServer } from '../support/http.ts';
import { manualClock } from '../support/manual-clock.ts';
import { threadService, threadsOf } from '../support/thread-service.ts';

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
    const { structured, text } = await call('delete_thread', { thread_id: THREAD });
    expect(structured).toMatchObject({ status: 'deleted', confirmed_by: 'form' });
    expect(text).toContain("confirmed in the client's form");
    expect(deletions(server)).toEqual([`/acme/helpdesk/thread/${THREAD}`]);
  });

  const DECLINED = 'the user declined.';
  const FAILED = 'the client could not show the question, or sent back something other than an answer.';
  const REFUSALS: readonly [string, FormHandler, string][] = [
    ['decline', () => ({ action: 'decline' }), DECLINED],
    ['cancel', () => ({ action: 'cancel' }), 'the question was closed without an answer.'],
    [
      'accept with false',
      () => ({ action: 'accept', content: { confirm: false } }),
      'the form was accepted, but the box was not ticked.',
    ],
    ['accept with the word "true"', () => ({ action: 'accept', content: { confirm: 'true' } }), FAILED],
    ['accept with 1', () => ({ action: 'accept', content: { confirm: 1 } }), FAILED],
    ['accept without content', () => ({ action: 'accept' }), FAILED],
    ['accept with empty content', () => ({ action: 'accept', content: {} }), FAILED],
    ['decline with true', () => ({ action: 'decline', content: { confirm: true } }), DECLINED],
    ['an action that does not exist', () => ({ action: 'yes', content: { confirm: true } }), FAILED],
    ['an empty answer', () => ({}), FAILED],
    [
      'an error of the client',
      () => {
        throw new Error('no window');
      },
      FAILED,
    ],
  ];
  it.each(REFUSALS)('deletes nothing on %s, and says what came back', async (_what, form, why) => {
    const server = await service();
    const clock = manualClock();
    const { call } = await connectClient({
      env: classicSettings(server.url),
      clock,
      form: (...shown) => {
        clock.advance(1_000);
        return form(...shown);
      },
    });
    const { structured, isError, text } = await call('delete_thread', { thread_id: THREAD });
    expect(isError, text).toBe(false);
    expect(structured['status']).toBe('declined');
    expect(structured).not.toHaveProperty('confirmed_by');
    expect(text).toMatch(/^Nothing was deleted: /);
    expect(text).toContain(why);
    expect(text).toContain('Do not try again unless the user asks for it.');
    expect(deletions(server)).toEqual([]);
  });

  it.each([
    [999, true],
    [1_000, false],
  ])('declined after %i ms: it may be that nobody saw it (%s)', async (ms, said) => {
    const server = await service();
    const clock = manualClock();
    const form: FormHandler = () => {
      clock.advance(ms);
      return { action: 'decline' };
    };
    const { call } = await connectClient({ env: classicSettings(server.url), clock, form });
    const { text } = await call('delete_thread', { thread_id: THREAD });
    expect(text.includes('may be running without a person')).toBe(said);
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
    expect(text).toContain('nobody answered the question within 5 minutes');
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

  it('costs at most twenty calls, however many members and threads there are', async () => {
    const server = await recordingServer((_request, index) => {
      const affiliations = Array.from({ length: 50 }, (_, n) => `user-${index * 50 + n}`);
      const entities = Array.from({ length: 50 }, (_, n) => ({ id: String(index * 50 + n + 1), name: 'Another' }));
      return envelope({ data: { affiliations }, entities, properties: { cursor: `after-${index}` } });
    });
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured } = await call('delete_thread', { thread_id: '240000000000009' });
    expect(structured['status']).toBe('confirmation_required');
    expect(structured['thread']).toMatchObject({ member_count: '550 or more' });
    expect(server.requests).toHaveLength(20);
  });

  it.each([
    [59_999, 'Before'],
    [60_000, 'After'],
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
    expect(asked.split('\n')[0]).toBe(`Delete thread "${name}"?`);
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
        `Delete thread ${THREAD} (name unknown, not verified)?`,
        '0 members, group, owner and date unknown',
        `Cannot be undone. App acme#helpdesk on ${new URL(server.url).host}`,
        `Messages are deleted too. Thread ${THREAD}`,
      ].join('\n'),
      requestedSchema: {
        type: 'object',
        properties: { confirm: { type: 'boolean', title: 'Delete this thread for good', default: false } },
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
    expect(done.structured).toMatchObject({ status: 'deleted', confirmed_by: 'code' });
    expect(done.text).toContain('confirmed by a second call with a code');
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

  it.each([
    [15 * 60_000 - 1, 'deleted'],
    [15 * 60_000, 'confirmation_required'],
  ])('lives fifteen minutes: after %i ms %s', async (ms, status) => {
    const { server, clock, client } = await withCodes();
    const confirmation_code = await ask(client);
    clock.advance(ms);
    const late = await client.call('delete_thread', { thread_id: THREAD, confirmation_code });
    expect(late.structured['status']).toBe(status);
    expect(deletions(server)).toHaveLength(status === 'deleted' ? 1 : 0);
  });

  it('counts for arguments that mean the same once they are healed', async () => {
    const { server, client } = await withCodes();
    const first = await client.call('delete_threads', { thread_ids: [THREAD] });
    const code = String(first.structured['confirmation_code']);
    const done = await client.call('delete_threads', { thread_id: ` ${THREAD}`, confirmation_code: ` ${code} ` });
    expect(done.structured).toMatchObject({ status: 'done', confirmed_by: 'code' });
    expect(deletions(server)).toHaveLength(1);
  });

  it('that was right gives no second preview: what is found then is an outcome', async () => {
    const [thread] = threadsOf('lin', 1);
    const service = await threadService(thread ? [thread] : []);
    const client = await connectClient({ env: classicSettings(service.url), clock: manualClock() });
    const thread_id = thread?.id ?? '';
    const confirmation_code = await ask(client, thread_id);
    if (thread) thread.name = 'Keep this';
    const { structured, text } = await client.call('delete_thread', { thread_id, confirmation_code });
    expect(structured).toMatchObject({ status: 'declined', confirmed_by: 'code' });
    expect(structured).not.toHaveProperty('confirmation_code');
    expect(text).toContain('its name has changed since the user was asked, from "Thread 0" to "Keep this"');
    expect(service.deleted).toEqual([]);
  });

  it('is asked for where a client declares only URL elicitation', async () => {
    const server = await service();
    const { call } = await connectClient({ env: classicSettings(server.url), elicitation: { url: {} } });
    expect((await call('delete_thread', { thread_id: THREAD })).structured['status']).toBe('confirmation_required');
  });
});

describe('the operator decides how', () => {
  it.each(['person', 'elicitation'])('%s: no form, no deletion, and no code', async (mode) => {
    const server = await service();
    const env = { ...classicSettings(server.url), AGORA_THREADS_CONFIRM: mode };
    const { call } = await connectClient({ env });
    const { structured, text } = await call('delete_thread', { thread_id: THREAD, confirmation_code: 'ABCDEFGH' });
    expect(structured['status']).toBe('declined');
    expect(structured).not.toHaveProperty('confirmation_code');
    expect(text).toContain('AGORA_THREADS_CONFIRM=person');
    expect(text).toContain('a client that shows forms');
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
