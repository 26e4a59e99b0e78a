import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { AT_ONCE } from '../../src/toolkit/targets.ts';
import { connectClient } from '../support/client.ts';
import { tokens } from '../support/count-tokens.ts';
import { classicSettings, envelope, recordingServer, refusal } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';
import { accept, appSettings, rehearse } from '../support/rehearse.ts';

const idsOf = (structured: Record<string, unknown>): string[] =>
  (structured['threads'] as { id: string }[]).map(({ id }) => id);

/** Names of 64 characters that take many tokens: rare ideographs, and emoji of several characters each. */
const WORST = ['𪜶', '👩🏽‍🚀', 'ꙮ', '⟨', 'ﷺ', 'x'].map((unit) => [...unit.repeat(64)].slice(0, 64).join(''));

/** Threads 1 and 2; the second is gone while it is in `gone`. */
async function threadsOfWhichOneIsGone() {
  const gone = new Set(['2']);
  const server = await recordingServer(({ method, url }) => {
    if (method === 'DELETE') return envelope({ data: { status: 'ok' } });
    if (gone.has(/thread\/(\d+)/.exec(url)?.[1] ?? '')) return refusal(404, 'group_error', 'thread not found.');
    return envelope({ data: { affiliations: [] }, entities: [] });
  });
  return { gone, server };
}

describe('delete_threads', () => {
  it('asks once, sends one deletion for each thread, and keeps the last record of each', async () => {
    let asked = '';
    let questions = 0;
    const { call, sandbox } = await rehearse([], {
      form: (message) => {
        asked = message;
        questions += 1;
        return { action: 'accept', content: { confirm: true } };
      },
    });
    const { structured } = await call('list_user_threads', { username: 'lin', limit: 4 });
    const thread_ids = idsOf(structured);
    const { text, structured: result } = await call('delete_threads', { thread_ids });
    expect(questions).toBe(1);
    const steady = (value: string) =>
      value.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replace(/127\.0\.0\.1:\d+/, 'HOST');
    expect(steady(asked)).toMatchSnapshot();
    expect(steady(text)).toMatchSnapshot();
    expect(result['status']).toBe('done');
    for (const id of thread_ids) expect(sandbox.state.threads.has(id)).toBe(false);
    expect(sandbox.state.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(4);
    expect(steady((await call('delete_threads', { thread_ids })).text)).toMatchSnapshot();
  });

  it('does not delete what the question called gone if it is back', async () => {
    const { gone, server } = await threadsOfWhichOneIsGone();
    const form: typeof accept = (message, ...rest) => {
      expect(message.split('\n')).toContain('- 2 (already gone, name unknown)');
      gone.clear();
      return accept(message, ...rest);
    };
    const { call } = await connectClient({ env: classicSettings(server.url), form, clock: skippingClock() });
    const { structured } = await call('delete_threads', { thread_ids: ['1', '2'] });
    expect(structured['results']).toMatchObject([
      { thread_id: '2', status: 'already_gone' },
      { thread_id: '1', status: 'deleted' },
    ]);
    expect(server.requests.flatMap(({ method, url }) => (method === 'DELETE' ? [url.split('/').at(-1)] : []))).toEqual([
      '1',
    ]);
  });

  it('does not delete with a code what was gone when it was issued, and asks about it in a new call', async () => {
    const { gone, server } = await threadsOfWhichOneIsGone();
    const { call } = await connectClient({ env: classicSettings(server.url), clock: skippingClock() });
    const args = { thread_ids: ['1', '2'] };
    const first = await call('delete_threads', args);
    gone.clear();
    const { confirmation_code } = first.structured;
    const second = await call('delete_threads', { ...args, confirmation_code });
    expect(second.structured).toMatchObject({
      status: 'done',
      results: [
        { thread_id: '2', status: 'already_gone' },
        { thread_id: '1', status: 'deleted' },
      ],
    });
    const deleted = () =>
      server.requests.flatMap(({ method, url }) => (method === 'DELETE' ? [url.split('/').at(-1)] : []));
    expect(deleted()).toEqual(['1']);
    const third = await call('delete_threads', { thread_ids: ['2'] });
    expect(third.structured).toMatchObject({
      status: 'confirmation_required',
      results: [{ thread_id: '2', status: 'not_deleted_yet' }],
    });
    expect(deleted()).toEqual(['1']);
  });

  it('takes one thread too, and asks about it as delete_thread does', async () => {
    const { server } = await threadsOfWhichOneIsGone();
    const { call } = await connectClient({ env: classicSettings(server.url), clock: skippingClock() });
    const several = await call('delete_threads', { thread_ids: ['1'] });
    const single = await call('delete_thread', { thread_id: '1' });
    const question = (text: string) => text.split('\n').slice(1, 5);
    expect(question(several.text)).toEqual(question(single.text));
    expect(question(single.text)[0]).toBe('Delete thread 1 (name unknown, not verified)?');
  });

  it('says of how many the name could not be checked', async () => {
    const { server } = await threadsOfWhichOneIsGone();
    const { call } = await connectClient({ env: classicSettings(server.url), form: accept, clock: skippingClock() });
    const { structured } = await call('delete_threads', { thread_ids: ['1', '3'] });
    expect(structured['summary']).toContain('The names of 2 of them could not be checked just before.');
    const single = await call('delete_thread', { thread_id: '4' });
    expect(single.structured['summary']).toContain('Its name could not be checked just before.');
  });

  it('stops at a failure that every further thread would meet, and is an error where nothing was written', async () => {
    const server = await recordingServer(({ method }) =>
      method === 'DELETE'
        ? refusal(401, 'unauthorized', 'Unable to authenticate')
        : envelope({ data: { affiliations: [] }, entities: [] }),
    );
    const { call } = await connectClient({ env: classicSettings(server.url), form: accept, clock: skippingClock() });
    const thread_ids = Array.from({ length: 20 }, (_, n) => String(n + 1));
    expect((await call('delete_threads', { thread_ids })).text).toContain('Error [unauthorized]');
    expect(server.requests.filter(({ method }) => method === 'DELETE').length).toBeLessThanOrEqual(AT_ONCE);
  });

  it('asks within 20 s, though the service answers no look', async () => {
    const clock = skippingClock();
    const server = await recordingServer(() => 'hang');
    const started = clock.now();
    let asked = 0;
    const form = () => {
      asked = clock.now() - started;
      return { action: 'decline' };
    };
    const { call } = await connectClient({ env: classicSettings(server.url), form, clock });
    const thread_ids = Array.from({ length: 20 }, (_, n) => String(n + 1));
    const done = call('delete_threads', { thread_ids }).then(({ structured }) => structured['status']);
    while (asked === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      if (server.requests.length > 0) clock.advance(250);
    }
    expect(await done).toBe('declined');
    expect(asked).toBeLessThanOrEqual(20_500);
  });

  it('stays under 10,000 tokens with the longest owners too, in its question and in either form', async () => {
    const owner = '\u200b'.repeat(21);
    const server = await recordingServer(({ url }) => {
      if (url.includes('/users')) return envelope({ data: { affiliations: [owner] } });
      const entities = Array.from({ length: 50 }, (_, n) => ({ id: String(n + 1), name: WORST[n % 6], owner }));
      return envelope({ entities });
    });
    let question = '';
    const form = (message: string) => {
      question = message;
      return { action: 'decline' };
    };
    const { call } = await connectClient({ env: classicSettings(server.url), form, clock: skippingClock() });
    const thread_ids = Array.from({ length: 50 }, (_, n) => String(n + 1));
    const { text, structured } = await call('delete_threads', { thread_ids });
    for (const form of [question, text, JSON.stringify(structured)]) expect(tokens(form)).toBeLessThan(10_000);
  });

  it('counts a thread given twice once', async () => {
    const { call, sandbox } = await rehearse([], { form: accept });
    const [one = '', other = ''] = sandbox.state.threads.keys();
    const { structured } = await call('delete_threads', { thread_ids: [one, other, one] });
    expect(structured['results']).toMatchObject([
      { thread_id: one, status: 'deleted', thread: { id: one } },
      { thread_id: other, status: 'deleted', thread: { id: other } },
    ]);
    expect(structured['results']).toHaveLength(2);
    expect(sandbox.state.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(2);
  });

  it('is unknown where the answer is lost and the look afterwards fails too', async () => {
    let deleted = false;
    const server = await recordingServer(({ method }) => {
      if (method === 'DELETE') {
        deleted = true;
        return 'reset';
      }
      return deleted ? refusal(500, 'web_application', 'no') : envelope({ data: { affiliations: [] }, entities: [] });
    });
    const { call } = await connectClient({ env: classicSettings(server.url), form: accept, clock: skippingClock() });
    const { structured, text } = await call('delete_thread', { thread_id: '1' });
    expect(structured).toMatchObject({
      status: 'unknown',
      confirmed_by: 'form',
      thread: { id: '1', member_count: '0' },
    });
    expect(text).toContain('It is not known whether thread 1 was deleted');
    // A look before the second sending failed, so there was no second sending.
    expect(server.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  it('tells each outcome apart: one failure does not hide the others', async () => {
    const server = await recordingServer(({ method, url }) => {
      const id = url.split('/').at(-1);
      if (method !== 'DELETE') return envelope({ data: { affiliations: ['lin'] }, entities: [] });
      if (id === '1') return envelope({ data: { status: 'ok' } });
      if (id === '2') return refusal(404, 'group_error', 'thread not found.');
      if (id === '3') return refusal(403, 'forbidden_op', 'no');
      return { raw: '' };
    });
    const { call } = await connectClient({ env: classicSettings(server.url), form: accept, clock: skippingClock() });
    const { structured, text } = await call('delete_threads', { thread_ids: ['1', '2', '3', '4'] });
    expect(structured['status']).toBe('partly_done');
    expect(structured['results']).toMatchObject([
      { thread_id: '4', status: 'unknown' },
      { thread_id: '3', status: 'failed' },
      { thread_id: '2', status: 'already_gone' },
      { thread_id: '1', status: 'deleted' },
    ]);
    expect(text).toMatchSnapshot();
  });

  it('deletes nothing without a yes; a code is bound to the very threads', async () => {
    const { call, sandbox } = await rehearse([]);
    const thread_ids = [...sandbox.state.threads.keys()].slice(0, 3);
    const first = await call('delete_threads', { thread_ids });
    expect(first.structured['status']).toBe('confirmation_required');
    const { confirmation_code } = first.structured;
    const fewer = await call('delete_threads', { thread_ids: thread_ids.slice(1), confirmation_code });
    expect(fewer.structured['status']).toBe('confirmation_required');
    expect(sandbox.state.requests.some(({ method }) => method === 'DELETE')).toBe(false);
    const done = await call('delete_threads', { thread_ids, confirmation_code });
    expect(done.structured['status']).toBe('done');
  });

  it.each([[[]], [['01']], [Array.from({ length: 51 }, (_, n) => String(n + 1))], [[1, 2]], [['1', 'x']]])(
    'refuses %j',
    async (thread_ids) => {
      const server = await recordingServer(() => envelope({}));
      const { call } = await connectClient({ env: classicSettings(server.url) });
      expect((await call('delete_threads', { thread_ids })).text).toContain('Error [bad_arguments]');
      expect(server.requests).toEqual([]);
    },
  );

  it('reports how far it has come', async () => {
    const { call, sandbox } = await rehearse([], { form: accept });
    const progress: unknown[] = [];
    const thread_ids = [...sandbox.state.threads.keys()].slice(0, 5);
    await call('delete_threads', { thread_ids }, { onprogress: (step) => progress.push(step) });
    expect(progress).toHaveLength(10);
    expect(progress[4]).toMatchObject({ message: 'Looked at 5 of 5 threads' });
    expect(progress.at(-1)).toMatchObject({ progress: 5, total: 5, message: '5 of 5 threads' });
  });

  it('of 50 with the longest names asks once, sends at most 50, and stays under 10,000 tokens in either form', async () => {
    const clock = skippingClock();
    const sandbox = await startSandbox({ now: () => clock.now(), callsPerSecond: 1_000_000 });
    const client = async (form?: typeof accept) =>
      connectClient({ env: appSettings(sandbox), clock, ...(form && { form }) });
    const { call } = await client();
    const page = await call('list_user_threads', { username: 'lin', limit: 50 });
    const thread_ids = idsOf(page.structured);
    expect(thread_ids).toHaveLength(50);
    for (const [i, id] of thread_ids.entries()) sandbox.state.rename(id, WORST[i % WORST.length] ?? 'x');
    await call('list_user_threads', { username: 'lin', limit: 50 });
    const preview = await call('delete_threads', { thread_ids });
    const { call: callWithForm } = await client(accept);
    const done = await callWithForm('delete_threads', { thread_ids });
    expect(done.structured['status']).toBe('done');
    for (const { text, structured } of [preview, done]) {
      expect(tokens(text)).toBeLessThan(10_000);
      expect(tokens(JSON.stringify(structured))).toBeLessThan(10_000);
    }
    expect(sandbox.state.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(50);
    await sandbox.close();
  });
});

describe('while the question is open', () => {
  it('a thread that was renamed is not deleted: the yes was for another name', async () => {
    const { call, sandbox } = await rehearse([], {
      form: () => {
        sandbox.state.rename(thread_id, 'Keep this');
        return { action: 'accept', content: { confirm: true } };
      },
    });
    const { structured } = await call('list_user_threads', { username: 'lin', limit: 2 });
    const [thread_id = '', other = ''] = idsOf(structured);
    const { text } = await call('delete_thread', { thread_id });
    expect(text).toMatchSnapshot();
    sandbox.state.rename(thread_id, 'Before');
    await call('list_user_threads', { username: 'lin', limit: 2 });
    const batch = await call('delete_threads', { thread_ids: [thread_id, other] });
    expect(batch.structured['results']).toMatchObject([
      { thread_id, status: 'failed', error: 'renamed: its name has changed since the user was asked' },
      { thread_id: other, status: 'deleted' },
    ]);
    expect(batch.structured['status']).toBe('partly_done');
    expect(sandbox.state.threads.has(thread_id)).toBe(true);
  });

  it('a code counts for the name that was shown', async () => {
    const { call, sandbox } = await rehearse([]);
    const { structured } = await call('list_user_threads', { username: 'lin', limit: 1 });
    const [thread_id = ''] = idsOf(structured);
    const first = await call('delete_thread', { thread_id });
    sandbox.state.rename(thread_id, 'Keep this');
    const { confirmation_code } = first.structured;
    const second = await call('delete_thread', { thread_id, confirmation_code });
    expect(second.structured).toMatchObject({ status: 'declined', confirmed_by: 'code' });
    expect(second.text).toContain('to "Keep this"');
    expect(sandbox.state.threads.has(thread_id)).toBe(true);
    const third = await call('delete_thread', { thread_id });
    expect(third.structured['status']).toBe('confirmation_required');
    expect(third.text).toContain('Delete thread "Keep this"?');
  });

  it('a thread that somebody else deleted is already_gone, and no deletion is sent', async () => {
    const { call, sandbox } = await rehearse([], {
      form: () => {
        sandbox.state.delete(thread_id);
        return { action: 'accept', content: { confirm: true } };
      },
    });
    const { structured } = await call('list_user_threads', { username: 'lin', limit: 1 });
    const [thread_id = ''] = idsOf(structured);
    const outcome = await call('delete_thread', { thread_id });
    expect(outcome.structured).toMatchObject({ status: 'already_gone', confirmed_by: 'form' });
    expect(sandbox.state.requests.some(({ method }) => method === 'DELETE')).toBe(false);
  });
});

describe('remove_thread_members', () => {
  it('removes nobody from what the question called gone if it is back', async () => {
    const { gone, server } = await threadsOfWhichOneIsGone();
    const form: typeof accept = (message, ...rest) => {
      expect(message).toContain('from 1 thread (');
      expect(message).toContain('1 gone');
      gone.clear();
      return accept(message, ...rest);
    };
    const { call } = await connectClient({ env: classicSettings(server.url), form, clock: skippingClock() });
    const { structured } = await call('remove_thread_members', { thread_ids: ['1', '2'], usernames: ['lin'] });
    expect(structured['results']).toContainEqual(expect.objectContaining({ thread_id: '2', status: 'failed' }));
    expect(server.requests.flatMap(({ method, url }) => (method === 'DELETE' ? [url.split('/').at(-2)] : []))).toEqual([
      '1',
    ]);
  });
});
