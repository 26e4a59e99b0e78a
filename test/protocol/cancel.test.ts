import { describe, expect, it } from 'vitest';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, type Recorded, type Reply, recordingServer, refusal } from '../support/http.ts';
import { manualClock } from '../support/manual-clock.ts';
import { accept } from '../support/rehearse.ts';
import { quietness } from '../support/turns.ts';
import { until } from '../support/until.ts';

/**
 * Gives up a call once the server has seen `at` requests and all has come to rest, then lets two minutes pass.
 *
 * @returns all requests, how many of them came after that, and the timers that were still running
 */
async function giveUp(
  at: number,
  [tool, args]: readonly [tool: string, args: Record<string, unknown>],
  reply: (request: Recorded, index: number) => Reply,
  env: Record<string, string> = {},
) {
  const quiet = await quietness();
  const server = await recordingServer(reply);
  const clock = manualClock();
  const { call } = await connectClient({ env: { ...classicSettings(server.url), ...env }, clock, form: accept });
  const abort = new AbortController();
  const given = call(tool, args, { signal: abort.signal });
  given.catch(() => undefined);
  await until(() => server.requests.length >= at, `request ${at}`);
  await quiet();
  const before = server.requests.length;
  abort.abort();
  await expect(given).rejects.toThrow();
  await quiet();
  const waiting = clock.waiting(); // before time passes, which would end every wait
  for (let second = 0; second < 120; second++) clock.advance(1_000);
  await quiet();
  return { requests: server.requests, late: server.requests.length - before, waiting };
}

describe('a call that is given up sends nothing more', () => {
  const LIST = ['list_threads', { limit: 2 }] as const;
  const ONE_A_SECOND = { AGORA_THREADS_RATE_LIMIT: '1' };

  it.each<[string, Reply]>([
    ['while the service does not answer', 'hang'],
    ['while it waits for a second try', { status: 503, raw: '' }],
    ['while it waits out a Retry-After', { ...refusal(429, 'reach_limit', 'x'), headers: { 'retry-after': '20' } }],
  ])('%s', async (_when, reply) => {
    const { requests, waiting } = await giveUp(1, LIST, () => reply);
    expect(requests).toHaveLength(1);
    expect(waiting).toBe(0);
  });

  it('while it waits for a place under the rate limit', async () => {
    // The page is short, so the same call needs another one, for which it has to wait.
    const page = envelope({ entities: [{ id: '1' }], properties: { cursor: 'a' } });
    const { requests, waiting } = await giveUp(1, LIST, () => page, ONE_A_SECOND);
    expect(requests).toHaveLength(1);
    expect(waiting).toBe(0);
  });

  it('between two batches of members', async () => {
    const usernames = Array.from({ length: 30 }, (_, n) => `user-${n}`);
    const call = ['add_thread_members', { thread_ids: ['1'], usernames }] as const;
    const { requests, waiting } = await giveUp(1, call, () => envelope({ data: { status: 'ok' } }), ONE_A_SECOND);
    expect(requests).toHaveLength(1);
    expect(waiting).toBe(0);
  });

  it('while it looks for what became of a lost create', async () => {
    const call = ['create_thread', { group_id: '1', msg_id: '2', name: 'x', owner: 'lin' }] as const;
    // 1: the create, whose answer is lost; 2: the first look, which finds nothing and is followed by a wait.
    const { requests, waiting } = await giveUp(2, call, (_request, index) =>
      index === 0 ? { status: 502, raw: '' } : envelope({ entities: [] }),
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
    // Two requests for the look before the question, two for the look after the yes, then the deletion.
    ['delete_thread', { thread_id: THREAD }, 5],
    ['delete_threads', { thread_ids: ['240000000000010', '240000000000011'] }, 6], // without members no list is searched
    ['add_thread_members', { thread_ids: [THREAD], usernames: users }, 2],
    ['remove_thread_members', { thread_ids: [THREAD], usernames: users }, 6],
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
  /** What the call is doing when it is given up: an attempt, a wait the service asked for, one of its own, or a look. */
  const STAGES: readonly [string, Reply][] = [
    ['no answer comes', 'hang'],
    ['it waits as long as it was asked to', { ...refusal(429, 'reach_limit', 'x'), headers: { 'retry-after': '20' } }],
    ['it waits to try again, or to look', { status: 502, raw: '' }],
  ];

  it.each(
    WRITES.flatMap(([tool, args, sends]) => STAGES.map(([stage, reply]) => [tool, sends, stage, args, reply] as const)),
  )('%s, %i requests, while %s', async (tool, sends, _stage, args, reply) => {
    for (let at = 1; at <= sends; at++) {
      const { late, waiting } = await giveUp(at, [tool, args], (request, index) =>
        index + 1 < at ? good(request) : reply,
      );
      expect(waiting, `timers after request ${at}`).toBe(0);
      expect(late, `requests after request ${at}`).toBe(0);
    }
  });

  it.each(WRITES)('%s %j sends %i requests where it is not given up', async (tool, args, sends) => {
    const server = await recordingServer(good);
    const { call } = await connectClient({ env: classicSettings(server.url), clock: manualClock(), form: accept });
    expect((await call(tool, args)).isError).toBe(false);
    expect(server.requests).toHaveLength(sends);
  });
});
