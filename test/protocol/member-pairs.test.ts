import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { connectClient, type FormHandler } from '../support/client.ts';
import { tokens } from '../support/count-tokens.ts';
import { classicSettings, envelope, recordingServer, refusal } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';
import { accept } from '../support/rehearse.ts';
import { type ServiceOptions, threadService, threadsOf } from '../support/thread-service.ts';

// Users and threads: each user in each thread is a change of its own, with an outcome of its own.

const TOOLS = ['add_thread_members', 'remove_thread_members'] as const;
const DONE = { add_thread_members: 'added', remove_thread_members: 'removed' } as const;
const CHANGE = { add_thread_members: 'add_members', remove_thread_members: 'remove_members' } as const;
type MemberTool = (typeof TOOLS)[number];

const usersOf = (count: number): string[] => Array.from({ length: count }, (_, n) => `user-${n}`);
const rows = z.array(
  z.object({ thread_id: z.string(), username: z.string(), status: z.string(), error: z.string().optional() }),
);
/** The list, with its first item again where there is room for it. */
const twiceAtMost = (items: readonly string[], most: number) => [...items, ...items.slice(0, 1)].slice(0, most);
const pairsOf = (ids: readonly string[], users: readonly string[]) =>
  ids.flatMap((thread_id) => users.map((username) => ({ thread_id, username })));
const sorted = (pairs: readonly { thread_id: string; username: string }[]): string[] =>
  pairs.map(({ thread_id, username }) => `${thread_id} ${username}`).sort();

/** 64 characters that tokenizers know no words in. */
function mixed(n: number): string {
  let state = n + 1;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return ALPHABET[state % ALPHABET.length] ?? '';
  };
  return Array.from({ length: 64 }, next).join('');
}
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-';

async function start(threads: number, members: readonly string[], options: ServiceOptions = {}) {
  const service = await threadService(threadsOf('lin', threads, members), options);
  const questions: string[] = [];
  const form: FormHandler = (question, ...rest) => {
    questions.push(question);
    return accept(question, ...rest);
  };
  const client = await connectClient({ env: classicSettings(service.url), clock: skippingClock(), form });
  const ids = [...service.threads.keys()];
  const changes = () => service.requests.filter(({ endpoint }) => /^(add|remove)_members$/.test(endpoint));
  return { service, questions, ids, changes, ...client };
}

describe.each(TOOLS)('%s', (tool) => {
  it.each([
    [50, 4],
    [2, 100],
    [1, 100],
    [8, 25],
    [1, 1],
  ])('changes %i threads by %i users, each pair once, and asks at most once', async (threads, count) => {
    const users = usersOf(count);
    const { call, service, ids, questions, changes } = await start(
      threads,
      tool === 'remove_thread_members' ? users : [],
    );
    const { structured } = await call(tool, { thread_ids: twiceAtMost(ids, 50), usernames: twiceAtMost(users, 100) });
    expect(structured).toMatchObject({ status: 'done' });
    const shown = rows.parse(structured['results']);
    expect(new Set(shown.map(({ status }) => status))).toEqual(new Set([DONE[tool]]));
    const leftOut = z.record(z.string(), z.int()).parse(structured['left_out'] ?? {});
    expect(shown.length + (leftOut[DONE[tool]] ?? 0)).toBe(threads * count);
    if (leftOut[DONE[tool]] === undefined) expect(sorted(shown)).toEqual(sorted(pairsOf(ids, users)));

    const sent = changes().flatMap(({ target, body }) =>
      z
        .object({ usernames: z.array(z.string()).max(10) })
        .parse(JSON.parse(body))
        .usernames.map((username) => ({ thread_id: target, username })),
    );
    expect(sorted(sent)).toEqual(sorted(pairsOf(ids, users)));
    for (const { members } of service.threads.values()) {
      expect(members).toEqual(tool === 'add_thread_members' ? ['lin', ...users] : ['lin']);
    }
    expect(questions).toHaveLength(tool === 'remove_thread_members' ? 1 : 0);
  });

  it.each([
    ['more pairs than 200', 3, 67],
    ['more threads than 50', 51, 1],
    ['more users than 100', 1, 101],
  ])('refuses %s before anything is sent', async (_what, threads, count) => {
    const { call, service, questions } = await start(1, []);
    const thread_ids = threadsOf('lin', threads).map(({ id }) => id);
    const { text } = await call(tool, { thread_ids, usernames: usersOf(count) });
    expect(text).toContain('Error [bad_arguments]');
    expect([...service.requests, ...questions]).toEqual([]);
  });

  it('takes pairs that are named twice as one', async () => {
    const { call, ids } = await start(1, []);
    const twice = Array.from({ length: 50 }, () => ids[0]);
    const { isError } = await call(tool, { thread_ids: twice, usernames: usersOf(100) });
    expect(isError).toBe(false);
  });

  it('goes on with the others where one thread is gone, and puts what failed first', async () => {
    const users = usersOf(12);
    const gone = new Set<string>();
    const { call, service, ids } = await start(4, tool === 'remove_thread_members' ? users : [], {
      // It goes after the looks, just before the change itself.
      before: ({ endpoint, target }) =>
        endpoint === CHANGE[tool] && gone.has(target) ? refusal(404, 'group_error', 'thread not found.') : undefined,
    });
    const [, second = ''] = ids;
    gone.add(second);
    const { structured, text } = await call(tool, { thread_ids: ids, usernames: users });
    expect(structured['status']).toBe('partly_done');
    const results = rows.parse(structured['results']);
    const others = ids.filter((id) => id !== second);
    expect(results.slice(0, 12)).toEqual(
      users.map((username, n) => ({
        thread_id: second,
        username,
        status: 'failed',
        error: n < 10 ? expect.stringMatching(/^thread_not_found: /) : 'not sent, after the failure before it',
      })),
    );
    expect(results.slice(12)).toEqual(pairsOf(others, users).map((pair) => ({ ...pair, status: DONE[tool] })));
    expect(text).toContain(`36 ${DONE[tool]}, 12 failed`);
    expect(text).toContain(`thread ${second} failed (thread_not_found`);
    expect(
      service.requests.filter(({ endpoint, target }) => endpoint === CHANGE[tool] && target === second),
    ).toHaveLength(1);
  });

  it('sends nothing more to any thread once the service refuses all of them', async () => {
    const users = usersOf(20);
    const { call, ids, changes } = await start(10, tool === 'remove_thread_members' ? users : [], {
      before: ({ endpoint }) =>
        endpoint === CHANGE[tool] ? refusal(403, 'group_error', 'thread not open.') : undefined,
    });
    const { text } = await call(tool, { thread_ids: ids, usernames: users });
    expect(text).toContain('Error [threads_not_enabled]');
    // Eight are under way at the same time.
    expect(changes().length).toBeLessThanOrEqual(8);
  });

  it('sends nothing more once nobody can say what became of a batch', async () => {
    const users = usersOf(20);
    const { call, ids, changes } = await start(9, tool === 'remove_thread_members' ? users : [], {
      // Each answer is lost, and then the members cannot be read.
      before: ({ endpoint }) =>
        endpoint === CHANGE[tool] || changes().length > 0 ? refusal(503, 'web_application', 'busy') : undefined,
    });
    const { structured } = await call(tool, { thread_ids: ids, usernames: users });
    // Eight threads are under way at the same time, each with its first ten users.
    expect(structured['summary']).toContain('100 failed, 80 unknown');
    expect(new Set(changes().map(({ target }) => target)).size).toBe(8);
    for (const { status, error } of rows.parse(structured['results'])) {
      if (status === 'failed') expect(error).toBe('not sent, after the failure before it');
    }
  });

  it('is an error where all threads are gone, and nothing was written', async () => {
    const { call, ids, changes, service, questions } = await start(3, []);
    service.threads.clear();
    const { text } = await call(tool, { thread_ids: ids, usernames: ['mia'] });
    expect(text).toContain('Error [thread_not_found]');
    expect(questions).toEqual([]);
    expect(changes().length).toBe(tool === 'add_thread_members' ? 3 : 0);
  });

  it.each([
    ['plain ids', (n: number) => `user-${n}-`.padEnd(64, 'x')],
    ['mixed characters', mixed],
    ['Chinese', (n: number) => `${n}`.padEnd(4, '-') + '用'.repeat(20)],
    ['emoji', (n: number) => `${n}`.padEnd(4, '-') + '👩🏽'.repeat(7)],
    ['what has to be escaped', (n: number) => `${n}`.padEnd(4, '-') + '\u202e'.repeat(20)],
  ])('stays under 10,000 tokens with the longest ids, and counts what is left out: %s', async (_what, userOf) => {
    const users = Array.from({ length: 100 }, (_, n) => userOf(n));
    const lasting = Array.from({ length: 2 }, (_, n) => `${'9'.repeat(31)}${n + 1}`);
    const server = await recordingServer(({ method, url, body }) => {
      if (method === 'GET') return envelope({ data: { affiliations: ['lin'] }, entities: [] });
      if (url.includes(lasting[0] ?? '')) return refusal(404, 'group_error', 'thread not found.');
      const { usernames } = z.object({ usernames: z.array(z.string()) }).parse(JSON.parse(body));
      return envelope({ data: { status: 'ok' }, entities: usernames.map((user) => ({ user, result: true })) });
    });
    const env = { ...classicSettings(server.url), AGORA_THREADS_RATE_LIMIT: '1000000' };
    const { call } = await connectClient({ env, clock: skippingClock(), form: accept });
    const { structured, text } = await call(tool, { thread_ids: lasting, usernames: users });
    expect(tokens(JSON.stringify(structured))).toBeLessThan(10_000);
    expect(tokens(text)).toBeLessThan(10_000);

    const shown = rows.parse(structured['results']);
    const leftOut = z.record(z.string(), z.int()).parse(structured['left_out']);
    const cut = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
    expect(shown.length + cut).toBe(200);
    expect(structured['summary']).toContain(`${cut} of the rows have no room here`);
    // What did not succeed is shown first, and what did is left out first.
    expect(leftOut[DONE[tool]]).toBeGreaterThan(0);
    if (leftOut['failed'] !== undefined) expect(leftOut[DONE[tool]]).toBe(100);
    expect(structured['summary']).toMatch(new RegExp(`: 100 ${DONE[tool]}, 100 failed`));
  });
});

describe('the arguments of members', () => {
  const refusing = async (tool: MemberTool | 'delete_threads', args: Record<string, unknown>) => {
    const { call, service } = await start(2, []);
    const { text } = await call(tool, args);
    expect(text).toContain('Error [bad_arguments]');
    expect(service.requests).toEqual([]);
    return text;
  };
  const [first, second] = threadsOf('lin', 2).map(({ id }) => id);

  it('thread_id is taken for thread_ids, and a code for one is a code for the other', async () => {
    const service = await threadService(threadsOf('lin', 1, ['wei']));
    const { call } = await connectClient({ env: classicSettings(service.url) });
    const asked = await call('remove_thread_members', { thread_id: first, usernames: 'wei', confirmation_code: '' });
    expect(asked.structured['status']).toBe('confirmation_required');
    expect(asked.text).not.toContain('wrong');
    const { confirmation_code } = asked.structured;
    const args = { thread_ids: [first], usernames: ['wei'], confirmation_code: ` ${confirmation_code} ` };
    const done = await call('remove_thread_members', args);
    expect(done.structured).toMatchObject({
      status: 'done',
      confirmed_by: 'code',
      results: [{ thread_id: first, username: 'wei', status: 'removed' }],
    });
  });

  it.each([...TOOLS, 'delete_threads'] as const)('both thread_id and thread_ids are refused: %s', async (tool) => {
    const users = tool === 'delete_threads' ? {} : { usernames: ['mia'] };
    const text = await refusing(tool, { thread_id: first, thread_ids: [second], ...users });
    expect(text).toContain('thread_id');
  });

  it.each(TOOLS)('leading zeros are refused: %s', async (tool) => {
    const text = await refusing(tool, { thread_ids: [first, `00${second}`], usernames: ['mia'] });
    expect(text).toContain('without leading zeros');
  });
});
