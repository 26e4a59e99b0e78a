import { describe, expect, it } from 'vitest';
import { connectClient } from '../support/client.ts';
import { manualClock } from '../support/clock.ts';
import { classicSettings, envelope, type Reply, recordingServer, refusal } from '../support/http.ts';

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
  for (let second = 0; second < 120; second++) clock.advance(1_000);
  await settle();
  return { requests: server.requests, waiting: clock.waiting() };
}

describe('a call that is given up sends nothing more', () => {
  it('while the service does not answer', async () => {
    const { requests, waiting } = await giveUp(() => 'hang', { after: 1, tool: 'list_threads', args: {} });
    expect(requests).toHaveLength(1);
    expect(waiting).toBe(0); // no time limit is left running
  });

  it('while it waits for a second try', async () => {
    const { requests } = await giveUp(() => ({ status: 503, raw: '' }), { after: 1, tool: 'list_threads', args: {} });
    expect(requests).toHaveLength(1);
  });

  it('while it waits out a Retry-After', async () => {
    const reply = (): Reply => ({ ...refusal(429, 'reach_limit', 'x'), headers: { 'retry-after': '20' } });
    const { requests } = await giveUp(reply, { after: 1, tool: 'list_threads', args: {} });
    expect(requests).toHaveLength(1);
  });

  it('while it waits for a place under the rate limit', async () => {
    // The page is short, so that the same call asks once more, and has to wait for its second.
    const { requests } = await giveUp(() => envelope({ entities: [{ id: '1' }], properties: { cursor: 'a' } }), {
      after: 1,
      tool: 'list_threads',
      args: { limit: 2 },
      env: { AGORA_THREADS_RATE_LIMIT: '1' },
    });
    expect(requests).toHaveLength(1);
  });

  it('between two batches of members', async () => {
    const usernames = Array.from({ length: 30 }, (_, n) => `user-${n}`);
    const { requests } = await giveUp(() => envelope({ data: { status: 'ok' } }), {
      after: 1,
      tool: 'add_thread_members',
      args: { thread_id: '1', usernames },
      env: { AGORA_THREADS_RATE_LIMIT: '1' },
    });
    expect(requests).toHaveLength(1);
  });

  it('while it looks for what became of a lost create', async () => {
    const args = { group_id: '1', msg_id: '2', name: 'x', owner: 'lin' };
    // 1: the create, its answer lost; 2: the first look, which finds nothing; then a second is waited.
    const { requests } = await giveUp(
      (index) => (index === 0 ? { status: 502, raw: '' } : envelope({ entities: [] })),
      {
        after: 2,
        tool: 'create_thread',
        args,
      },
    );
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });
});
