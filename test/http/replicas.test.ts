import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { refereed } from '../support/mcp.ts';
import { noWaitOver } from '../support/preloads.ts';
import { startTeam, type Team } from '../support/team.ts';

const SUBJECTS = ['lin', 'wei', 'mia'];
const YES = { action: 'accept', content: { confirm: true } } as const;
const NO = { action: 'decline' } as const;
type Said = typeof YES | typeof NO;

let team: Team;
beforeAll(async () => {
  // A call of the service for each of 50 looks must not wait for the limit of a second.
  team = await startTeam({
    subjects: SUBJECTS,
    env: { AGORA_THREADS_RATE_LIMIT: '400' },
    sandbox: { callsPerSecond: 400 },
    // What ends by SIGTERM ends within five seconds by its own clock.
    flags: noWaitOver(5_000),
  });
});
afterAll(async () => {
  expect(await team.nginx.errors()).not.toMatch(/\[(emerg|alert|crit)\]/);
  await team.close();
});

/** Threads that no other test uses. */
let unused: string[] = [];
beforeAll(() => {
  unused = [...team.sandbox.state.threads.keys()];
});
beforeEach(async () => {
  for (const replica of [team.a, team.b]) if (!replica.runs()) await replica.start();
  team.sandbox.state.requests.splice(0);
});
const nextThread = (): string => unused.shift() ?? '';
const deletions = (): number => team.sandbox.state.requests.filter(({ method }) => method === 'DELETE').length;

const structure = z.object({
  structuredContent: z.looseObject({ status: z.string().optional(), summary: z.string() }),
});

/** One person's client, with what it answers to forms. */
async function connect(number: number, onForm: () => Promise<Said>) {
  const subject = SUBJECTS[number % SUBJECTS.length] ?? '';
  const authorization = `Bearer ${team.tokenOf(subject)}`;
  const transport = new StreamableHTTPClientTransport(team.url, { requestInit: { headers: { authorization } } });
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
  const errors: unknown[] = [];
  client.onerror = (error) => errors.push(error);
  client.setRequestHandler(ElicitRequestSchema, onForm);
  await client.connect(refereed(transport));
  onTestFinished(() => client.close());
  return {
    errors,
    replica: (transport.sessionId ?? '').split('.')[0],
    list: () => client.callTool({ name: 'list_threads', arguments: { limit: 1 } }),
    async remove(thread_id: string, signal?: AbortSignal): Promise<string | undefined> {
      const options = { timeout: 60_000, ...(signal && { signal }) };
      const result = await client.callTool({ name: 'delete_thread', arguments: { thread_id } }, undefined, options);
      return structure.parse(result).structuredContent.status;
    },
  };
}

const isGone = (error: unknown): boolean => error instanceof StreamableHTTPError && error.code === 404;

describe('two replicas behind nginx', () => {
  it('ask each of 50 sessions by form, and get each answer', async () => {
    const sessions = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        let forms = 0;
        const client = await connect(n, async () => {
          forms += 1;
          return n % 2 === 0 ? YES : NO;
        });
        return { client, thread: nextThread(), forms: () => forms };
      }),
    );
    expect(new Set(sessions.map(({ client }) => client.replica))).toEqual(new Set(['a', 'b']));
    const outcomes = await Promise.all(sessions.map(({ client, thread }) => client.remove(thread)));
    expect(outcomes).toEqual(sessions.map((_, n) => (n % 2 === 0 ? 'deleted' : 'declined')));
    expect(sessions.map(({ forms }) => forms())).toEqual(sessions.map(() => 1));
    const { threads } = team.sandbox.state;
    expect(sessions.map(({ thread }) => threads.has(thread))).toEqual(sessions.map((_, n) => n % 2 === 1));
  });

  it('lose one by -9 under 20 open questions: nothing is deleted, and its clients go on in the other', async () => {
    const { clients, opened } = await openQuestions(20);
    const lost = clients.filter(({ replica }) => replica === 'a');
    const kept = clients.filter(({ replica }) => replica === 'b');
    expect([lost.length > 0, kept.length > 0]).toEqual([true, true]);
    await expect.poll(opened).toBe(20);

    await team.a.kill();
    for (const { answer } of lost) answer(YES);
    await expect.poll(() => lost.every(({ errors }) => errors.some(isGone))).toBe(true);
    for (const { answer } of kept) answer(NO);
    expect(await Promise.all(kept.map(({ outcome }) => outcome))).toEqual(kept.map(() => 'declined'));
    expect(deletions()).toBe(0);

    const again = await Promise.all(lost.map((_, n) => connect(n, async () => YES)));
    expect(again.map(({ replica }) => replica)).toEqual(again.map(() => 'b'));
    const outcomes = await Promise.all(again.map((client, n) => client.remove(lost[n]?.thread ?? '')));
    expect(outcomes).toEqual(again.map(() => 'deleted'));
  });

  it('end one by SIGTERM: its question is answered, and new sessions begin in the other at once', async () => {
    const { clients, opened } = await openQuestions(4);
    await expect.poll(opened).toBe(4);
    const stopped = team.a.stop();
    const fresh = await Promise.all(Array.from({ length: 10 }, (_, n) => connect(n, async () => YES)));
    expect(fresh.map(({ replica }) => replica)).toEqual(fresh.map(() => 'b'));
    expect(await stopped).toMatchObject({ code: 0 });
    const ended = clients.filter(({ replica }) => replica === 'a');
    expect(ended.length).toBeGreaterThan(0);
    expect(await Promise.all(ended.map(({ outcome }) => outcome))).toEqual(ended.map(() => 'declined'));
    expect(deletions()).toBe(0);
    for (const client of ended) await expect(client.list()).rejects.toSatisfy(isGone);
    for (const { answer } of clients) answer(NO);
  });

  it('are both away: an old session is unknown, and a new one has to wait', async () => {
    const client = await connect(0, async () => YES);
    await Promise.all([team.a.kill(), team.b.kill()]);
    await expect(client.list()).rejects.toSatisfy(isGone);
    await expect(connect(0, async () => YES)).rejects.toMatchObject({ code: 503 });
  });

  it('share the rate limit, show their own metrics, and hide them behind nginx', async () => {
    const headers = { authorization: `Bearer ${team.tokenOf('lin')}` };
    const clients = await Promise.all([0, 1, 2, 3].map((n) => connect(n, async () => YES)));
    await Promise.all(clients.map((client) => client.list()));
    for (const replica of [team.a, team.b]) {
      const text = await (await fetch(`${replica.origin}/metrics`, { headers })).text();
      expect(text).toContain('\nagora_threads_redis_shared 1\n');
      expect(text).toContain('\nagora_threads_calls_total{tool="list_threads",outcome="ok"} ');
      expect((await fetch(`${replica.origin}/metrics`)).status).toBe(401);
    }
    for (const path of ['/metrics', '/healthz', '/readyz', '/']) {
      expect((await fetch(new URL(path, team.url), { headers })).status).toBe(404);
    }
  });
});

/** Clients that each have called for a deletion and wait for their person. */
async function openQuestions(count: number) {
  let opened = 0;
  const clients = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      let answer: (said: Said) => void = () => undefined;
      const said = new Promise<Said>((resolve) => {
        answer = resolve;
      });
      const client = await connect(n, () => {
        opened += 1;
        return said;
      });
      const thread = nextThread();
      const ended = new AbortController();
      onTestFinished(() => ended.abort());
      const outcome = client.remove(thread, ended.signal).catch(() => 'lost');
      return { ...client, thread, answer, outcome };
    }),
  );
  return { clients, opened: () => opened };
}
