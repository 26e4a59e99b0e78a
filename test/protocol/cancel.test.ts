import { describe, expect, it } from 'vitest';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, type Recorded, type Reply, recordingServer, refusal } from '../support/http.ts';
import { manualClock } from '../support/manual-clock.ts';
import { accept } from '../support/rehearse.ts';
import { quietness, until } from '../support/turns.ts';

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A call that is given up once the server has seen `after` requests; then time goes on, and nothing more may come. */
async function giveUp(
  reply: (index: number) => Reply,
  {
    after,
    tool,
    args,
    env = {},
  }: { after: number; tool: string; args: Record<string, unknown>; env?: Record<string, string> },
) {
  let seen: (() => void) | undefined;
  const enough = new Promise<void>((resolve) => {
    seen = resolve;
  });
  const server = await recordingServer((_request, index) => {
    if (index + 1 === after) seen?.();
    return reply(index);
  });
  const clock = manualClock();
  const { call, client } = await connectClient({ env: { ...classicSettings(server.url), ...env }, clock });
  const abort = new AbortController();
  const given = call(tool, args, { signal: abort.signal });
  await enough;
  await settle();
  abort.abort();
  await expect(given).rejects.toThrow();
  await client.ping();
  const waiting = clock.waiting(); // before time goes on, which would end every wait
  for (let second = 0; second < 120; second++) clock.advance(1_000);
  await settle();
  return { requests: server.requests, waiting };
}

describe('a call that is given up sends nothing more', () => {
  it('while the service does not answer', async () => {
    const { requests, waiting } = await giveUp(() => 'hang', { after: 1, tool: 'list_threads', args: {} });
    expect(requests).toHaveLength(1);
    expect(waiting).toBe(0); // no time limit is left running
  });

  it('while it waits for a second try', async () => {
    const { requests, waiting } = await giveUp(() => ({ status: 503, raw: '' }), {
      after: 1,
      tool: 'list_threads',
      args: {},
    });
    expect(requests).toHaveLength(1);
    expect(waiting).toBe(0);
  });

  it('while it waits out a Retry-After', async () => {
    const reply = (): Reply => ({ ...refusal(429, 'reach_limit', 'x'), headers: { 'retry-after': '20' } });
    const { requests, waiting } = await giveUp(reply, { after: 1, tool: 'list_threads', args: {} });
    expect(requests).toHaveLength(1);
    expect(waiting).toBe(0);
  });

  it('while it waits for a place under the rate limit', async () => {
    // The page is short, so that the same call asks once more, and has to wait for its second.
    const { requests, waiting } = await giveUp(
      () => envelope({ entities: [{ id: '1' }], properties: { cursor: 'a' } }),
      {
        after: 1,
        tool: 'list_threads',
        args: { limit: 2 },
        env: { AGORA_THREADS_RATE_LIMIT: '1' },
      },
    );
    expect(requests).toHaveLength(1);
    expect(waiting).toBe(0);
  });

  it('between two batches of members', async () => {
    const usernames = Array.from({ length: 30 }, (_, n) => `user-${n}`);
    const { requests, waiting } = await giveUp(() => envelope({ data: { status: 'ok' } }), {
      after: 1,
      tool: 'add_thread_members',
      args: { thread_id: '1', usernames },
      env: { AGORA_THREADS_RATE_LIMIT: '1' },
    });
    expect(requests).toHaveLength(1);
    expect(waiting).toBe(0);
  });

  it('while it looks for what became of a lost create', async () => {
    const args = { group_id: '1', msg_id: '2', name: 'x', owner: 'lin' };
    // 1: the create, its answer lost; 2: the first look, which finds nothing; then a second is waited.
    const { requests, waiting } = await giveUp(
      (index) => (index === 0 ? { status: 502, raw: '' } : envelope({ entities: [] })),
      {
        after: 2,
        tool: 'create_thread',
        args,
      },
    );
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(waiting).toBe(0);
  });
});

describe('a write that is given up at any of its requests', () => {
  const THREAD = '240000000000009';
  const users = Array.from({ length: 12 }, (_, n) => `user-${n}`);
  const WRITES: readonly [string, Record<string, unknown>, sends: number][] = [
    ['create_thread', { group_id: '1', msg_id: '2', name: 'x', owner: 'lin' }, 1],
    ['rename_thread', { thread_id: THREAD, name: 'x' }, 1],
    // Two requests for the preview, two for the look after the yes, then the deletion.
    ['delete_thread', { thread_id: THREAD }, 5],
    ['delete_threads', { thread_ids: ['240000000000010', '240000000000011'] }, 6], // without members no list is searched
    ['add_thread_members', { thread_id: THREAD, usernames: users }, 2],
    ['remove_thread_members', { thread_id: THREAD, usernames: users }, 6],
  ];
  const good = ({ method, url, body }: Recorded): Reply => {
    if (method === 'GET')
      return envelope({ data: { affiliations: url.includes(THREAD) ? ['lin'] : [] }, entities: [] });
    if (method === 'PUT') return envelope({ data: { name: 'x' } });
    if (method === 'POST') return envelope({ data: { status: 'ok', thread_id: THREAD } });
    if (!url.endsWith('/users')) return envelope({ data: { status: 'ok' } });
    const { usernames } = JSON.parse(body) as { usernames: string[] };
    return envelope({ entities: usernames.map((user) => ({ user, result: true })) });
  };
  /** What the call stands in when it is given up: an attempt, a wait that was asked for, one of its own, or a look. */
  const STAGES: readonly [string, Reply][] = [
    ['no answer comes', 'hang'],
    ['it waits as long as it was asked to', { ...refusal(429, 'reach_limit', 'x'), headers: { 'retry-after': '20' } }],
    ['it waits to try again, or to look', { status: 502, raw: '' }],
  ];

  it.each(
    WRITES.flatMap(([tool, args, sends]) => STAGES.map(([stage, reply]) => [tool, sends, stage, args, reply] as const)),
  )('%s, %i requests, while %s', async (tool, sends, _stage, args, reply) => {
    const quiet = await quietness();
    for (let at = 1; at <= sends; at++) {
      const server = await recordingServer((request, index) => (index + 1 < at ? good(request) : reply));
      const clock = manualClock();
      const { call } = await connectClient({ env: classicSettings(server.url), clock, form: accept });
      const abort = new AbortController();
      const given = call(tool, args, { signal: abort.signal });
      given.catch(() => undefined);
      await until(() => server.requests.length >= at, `request ${at}`);
      await quiet();
      const sent = server.requests.length;
      abort.abort();
      await expect(given).rejects.toThrow();
      await quiet();
      expect(clock.waiting(), `timers after request ${at}`).toBe(0);
      for (let second = 0; second < 120; second++) clock.advance(1_000);
      await quiet();
      expect(server.requests.map(({ method, url }) => `${method} ${url}`).slice(sent)).toEqual([]);
    }
  });

  it.each(WRITES)('%s %j sends %i requests where it is not given up', async (tool, args, sends) => {
    const server = await recordingServer(good);
    const { call } = await connectClient({ env: classicSettings(server.url), clock: manualClock(), form: accept });
    expect((await call(tool, args)).isError).toBe(false);
    expect(server.requests).toHaveLength(sends);
  });
});
