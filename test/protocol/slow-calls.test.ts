import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { connectClient, type FormHandler, type Outcome } from '../support/client.ts';
import { classicSettings, refusal } from '../support/http.ts';
import { accept } from '../support/rehearse.ts';
import { slowService } from '../support/slow-service.ts';
import { type ServiceRequest, threadsOf } from '../support/thread-service.ts';

/** Clients give up a call after 60 s. */
const MOST_MS = 55_000;
const WORK_MS = 45_000;

const rows = z.array(z.looseObject({ thread_id: z.string(), username: z.string().optional(), status: z.string() }));
const rowsOf = ({ structured }: Outcome) => rows.parse(structured['results']);
const carried = z.looseObject({ confirmation_code: z.string(), expires_at: z.string() });

describe('50 deletions on a slow service, in code mode', () => {
  it.each([
    [1_000, 1],
    [2_000, 2],
    [4_000, 3],
  ])('at %i ms a call: the first right code counts, and the rest needs no new question', async (latency, fewest) => {
    const threads = threadsOf('lin', 50, ['wei']);
    const { service, clock, timed } = await slowService(threads, () => latency);
    const { call } = await connectClient({ env: classicSettings(service.url), clock });
    const ids = threads.map(({ id }) => id);
    await timed(() => call('list_user_threads', { username: 'lin', limit: 50 }));

    const asked = await timed(() => call('delete_threads', { thread_ids: ids }));
    expect(asked.ms).toBeLessThanOrEqual(MOST_MS);
    expect(asked.outcome.structured['status'], asked.outcome.text).toBe('confirmation_required');
    // No name that was known is lost, however slow the looks are.
    expect(rowsOf(asked.outcome)).toMatchObject(threads.map(({ id, name }) => ({ thread_id: id, thread: { name } })));

    let code = carried.parse(asked.outcome.structured).confirmation_code;
    let left: readonly string[] = ids;
    let calls = 0;
    while (left.length > 0) {
      calls += 1;
      const { outcome, ms } = await timed(() => call('delete_threads', { thread_ids: left, confirmation_code: code }));
      expect(ms).toBeLessThanOrEqual(MOST_MS);
      const results = rowsOf(outcome);
      expect(results.map(({ thread_id }) => thread_id).sort()).toEqual([...left].sort());
      expect(results.filter(({ status }) => status !== 'deleted' && status !== 'not_tried')).toEqual([]);
      expect(outcome.structured['confirmed_by']).toBe('code');
      const before = left.length;
      left = results.flatMap(({ thread_id, status }) => (status === 'not_tried' ? [thread_id] : []));
      expect(left.length).toBeLessThan(before);
      if (left.length > 0) code = carried.parse(outcome.structured).confirmation_code;
    }
    expect(calls).toBeGreaterThanOrEqual(fewest);
    expect([...service.deleted].sort()).toEqual([...ids].sort());
  });
});

describe('100 removals from one thread, 12.4 s a batch', () => {
  it('end within 55 s with an outcome for each pair, and the same yes does the rest', async () => {
    const users = Array.from({ length: 100 }, (_, n) => `user-${n}`);
    const [thread] = threadsOf('lin', 1, users);
    const slowly = ({ endpoint }: ServiceRequest) => (endpoint === 'remove_members' ? 12_400 : 50);
    const { service, clock, timed } = await slowService(thread ? [thread] : [], slowly);
    let questions = 0;
    const form: FormHandler = (...about) => {
      questions += 1;
      return accept(...about);
    };
    const { call } = await connectClient({ env: classicSettings(service.url), clock, form });
    let args: Record<string, unknown> = { thread_ids: [thread?.id], usernames: users };
    let left = users;
    for (let calls = 1; left.length > 0; calls++) {
      const { outcome, ms } = await timed(() => call('remove_thread_members', args));
      expect(ms).toBeLessThanOrEqual(MOST_MS);
      const results = rowsOf(outcome);
      expect(results.map(({ username }) => username).sort()).toEqual([...left].sort());
      expect(outcome.structured['confirmed_by']).toBe('form');
      const untried = results.flatMap(({ username, status }) => (status === 'not_tried' ? [username ?? ''] : []));
      expect(results.filter(({ status }) => status === 'removed')).toHaveLength(left.length - untried.length);
      // Three batches are sent in the first 35 s.
      expect(left.length - untried.length).toBe(Math.min(30, left.length));
      left = untried;
      if (left.length === 0) {
        expect(outcome.structured['status']).toBe('done');
        expect(calls).toBe(4);
        break;
      }
      expect(outcome.structured['status']).toBe('partly_done');
      const { confirmation_code } = carried.parse(outcome.structured);
      args = { thread_ids: [thread?.id], usernames: left, confirmation_code };
    }
    expect(service.threads.get(thread?.id ?? '')?.members).toEqual(['lin']);
    expect(questions).toBe(1);
  });

  it('says what nobody knows where a batch is cut off at 45 s, and leaves what is behind it to the same yes', async () => {
    const users = Array.from({ length: 30 }, (_, n) => `user-${n}`);
    const slowly = ({ endpoint }: ServiceRequest) => (endpoint === 'remove_members' ? 25_000 : 50);
    const { service, clock, timed } = await slowService(threadsOf('lin', 1, users), slowly);
    const { call } = await connectClient({ env: classicSettings(service.url), clock, form: accept });
    const args = { thread_ids: [...service.threads.keys()], usernames: users };
    const { outcome, ms } = await timed(() => call('remove_thread_members', args));
    expect(ms).toBe(WORK_MS);
    expect(rowsOf(outcome).map(({ status }) => status)).toEqual([
      ...Array(10).fill('unknown'),
      ...Array(10).fill('not_tried'),
      ...Array(10).fill('removed'),
    ]);
    expect(outcome.structured['confirmation_code']).toBeDefined();
  });
});

describe('deletions at once under a low limit, with a 429 in between', () => {
  it.each([
    [1, 7],
    [2, 8],
  ])(
    '%i a second, %i at once: all end within their 45 s, and say what became of the thread',
    async (perSecond, count) => {
      const threads = threadsOf('lin', count, ['wei']);
      let deletions = 0;
      const { service, clock, timed } = await slowService(threads, () => 20, {
        before: ({ endpoint }) => {
          if (endpoint !== 'delete') return undefined;
          deletions += 1;
          return deletions === 2 ? refusal(429, 'reach_limit', 'This request has reached API limit.') : undefined;
        },
      });
      const env = { ...classicSettings(service.url), AGORA_THREADS_RATE_LIMIT: String(perSecond) };
      const { call } = await connectClient({ env, clock, form: accept });
      const start = clock.now();
      const ended: number[] = [];
      const { outcome } = await timed(() =>
        Promise.all(
          threads.map(async ({ id }) => {
            const one = await call('delete_thread', { thread_id: id });
            ended.push(clock.now() - start);
            return { id, ...one };
          }),
        ),
      );
      expect(Math.max(...ended)).toBeLessThanOrEqual(WORK_MS);
      for (const { id, structured, text, isError } of outcome) {
        if (isError) expect(text).toMatch(/^Error \[(out_of_time|local_rate_limit|rate_limited)\]/);
        expect(service.deleted.includes(id), text).toBe(structured['status'] === 'deleted');
      }
      expect(deletions).toBeGreaterThanOrEqual(2);
      expect(service.deleted).toHaveLength(count);
    },
  );
});

describe('a batch under a limit of one call a second', () => {
  it('leaves what it had no place for to the same yes, and asks once', async () => {
    const threads = threadsOf('lin', 20, ['wei']);
    const { service, clock, timed } = await slowService(threads, () => 20);
    let questions = 0;
    const form: FormHandler = (...about) => {
      questions += 1;
      return accept(...about);
    };
    const env = { ...classicSettings(service.url), AGORA_THREADS_RATE_LIMIT: '1' };
    const { call } = await connectClient({ env, clock, form });
    let args: Record<string, unknown> = { thread_ids: threads.map(({ id }) => id) };
    for (let left = threads.length; left > 0; ) {
      const { outcome, ms } = await timed(() => call('delete_threads', args));
      expect(ms).toBeLessThanOrEqual(WORK_MS);
      const results = rowsOf(outcome);
      expect(results.filter(({ status }) => status !== 'deleted' && status !== 'not_tried')).toEqual([]);
      const thread_ids = results.flatMap(({ thread_id, status }) => (status === 'not_tried' ? [thread_id] : []));
      expect(thread_ids.length).toBeLessThan(left);
      left = thread_ids.length;
      if (left > 0) args = { thread_ids, confirmation_code: carried.parse(outcome.structured).confirmation_code };
    }
    expect(service.deleted).toHaveLength(threads.length);
    expect(questions).toBe(1);
  });
});

describe('a call on a service that never answers', () => {
  it.each([
    ['list_user_threads', { username: 'lin', max_scan: 100 }],
    ['rename_thread', { thread_id: '240000000000000', name: 'x' }],
    ['add_thread_members', { thread_ids: ['240000000000000'], usernames: ['mia'] }],
    ['remove_thread_members', { thread_ids: ['240000000000000'], usernames: ['lin'] }],
    ['delete_thread', { thread_id: '240000000000000' }],
    ['delete_threads', { thread_ids: ['240000000000000', '240000000000001'] }],
    ['create_thread', { group_id: '21', msg_id: '1', name: 'x', owner: 'lin' }],
  ])('ends within 45 s: %s', async (tool, args) => {
    const { service, clock, timed } = await slowService(threadsOf('lin', 2), () => 0, { before: () => 'hang' });
    const env = { ...classicSettings(service.url), AGORA_THREADS_TIMEOUT_MS: '600000' };
    const { call } = await connectClient({ env, clock, form: accept });
    const { ms } = await timed(() => call(tool, args));
    expect(ms).toBeLessThanOrEqual(WORK_MS);
    expect(clock.waiting()).toBe(0);
  });
});

describe('a change whose first answer was lost', () => {
  it('may have been made, even where no permit came free to send it again', async () => {
    const { service, clock, timed } = await slowService(threadsOf('lin', 1), () => 0, {
      before: ({ target }) => (target === 'thread' ? 'hang' : { status: 503 }),
    });
    const env = {
      ...classicSettings(service.url),
      AGORA_THREADS_RATE_LIMIT: '1',
      AGORA_THREADS_TIMEOUT_MS: '600000',
    };
    const { call } = await connectClient({ env, clock });
    const { outcome } = await timed(async () => {
      const renamed = call('rename_thread', { thread_id: '240000000000000', name: 'x' });
      // Next in line, it keeps the only permit.
      const listed = call('list_threads');
      await listed;
      return renamed;
    });
    expect(service.requests.map(({ target }) => target)).toEqual(['thread/240000000000000', 'thread']);
    expect(outcome.text).toMatch(/^Error \[local_rate_limit\]/);
    expect(outcome.text).toContain('may have been made');
  });
});

describe('an open question', () => {
  it('takes none of the time: a call has all of what was left after a late yes', async () => {
    const { service, clock, timed } = await slowService(threadsOf('lin', 1), () => 5_000);
    const form: FormHandler = async (...about) => {
      await new Promise<void>((resolve) => clock.after(4 * 60_000, resolve));
      return accept(...about);
    };
    const { call } = await connectClient({ env: classicSettings(service.url), clock, form });
    const args = { thread_id: [...service.threads.keys()][0] };
    const { outcome, ms } = await timed(() => call('delete_thread', args));
    expect(outcome.structured, outcome.text).toMatchObject({ status: 'deleted', confirmed_by: 'form' });
    expect(ms).toBeGreaterThan(4 * 60_000);
  });
});
