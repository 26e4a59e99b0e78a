import { describe, expect, it } from 'vitest';
import { connectClient, type FormHandler } from '../support/client.ts';
import { classicSettings, refusal } from '../support/http.ts';
import { type ManualClock, manualClock, skippingClock } from '../support/manual-clock.ts';
import { accept } from '../support/rehearse.ts';
import { threadService, threadsOf } from '../support/thread-service.ts';

/** Twelve threads; the time of a call is over for further sendings once five of them are deleted. */
async function slowService(clock: ManualClock) {
  const service = await threadService(threadsOf('lin', 12), {
    after: ({ endpoint }) => {
      if (endpoint === 'delete' && service.deleted.length === 5) clock.advance(36_000);
      return undefined;
    },
  });
  return {
    service,
    ids: [...service.threads.keys()],
    env: { ...classicSettings(service.url), AGORA_THREADS_TIMEOUT_MS: '60000' },
  };
}

describe('the rest of a yes', () => {
  it.each([
    ['auto', 'form'],
    ['person', 'form'],
    ['auto', 'code'],
    ['code', 'code'],
  ] as const)('needs no new question, and repeats how it was confirmed (mode %s, by %s)', async (mode, by) => {
    const clock = manualClock();
    const { service, ids, env } = await slowService(clock);
    let questions = 0;
    const { call } = await connectClient({
      env: { ...env, AGORA_THREADS_CONFIRM: mode },
      clock,
      ...(by === 'form' && {
        form: (...shown) => {
          questions += 1;
          return questions === 1 ? accept(...shown) : { action: 'decline' };
        },
      }),
    });
    let first = await call('delete_threads', { thread_ids: ids });
    if (by === 'code') {
      const { confirmation_code } = first.structured;
      first = await call('delete_threads', { thread_ids: ids, confirmation_code });
    }
    expect(first.structured).toMatchObject({ status: 'partly_done', confirmed_by: by });
    const rows = first.structured['results'] as { thread_id: string; status: string }[];
    const rest = rows.filter(({ status }) => status === 'not_tried').map(({ thread_id }) => thread_id);
    expect(rest.length).toBeGreaterThan(0);
    const { confirmation_code, expires_at } = first.structured;
    expect(first.text).toContain(
      `the same yes covers it: call delete_threads with thread_ids ${JSON.stringify(rest)} and confirmation_code ${confirmation_code} before ${expires_at}.`,
    );

    if (by === 'code') {
      const other = await call('delete_threads', { thread_ids: rest.slice(1), confirmation_code });
      expect(other.structured['status']).toBe('confirmation_required');
    }
    const asked = questions;
    const second = await call('delete_threads', { thread_ids: rest, confirmation_code });
    expect(questions).toBe(asked);
    expect(second.structured).toMatchObject({ status: 'done', confirmed_by: by });
    expect(second.structured['results']).toHaveLength(rest.length);
    expect(second.structured).not.toHaveProperty('confirmation_code');
    expect([...service.deleted].sort()).toEqual(ids);
    const again = await call('delete_threads', { thread_ids: rest, confirmation_code });
    expect(again.structured['confirmed_by']).toBeUndefined();
  });

  it.each([
    ['the same threads', 0, 'form'],
    ['some of them', 1, 'form'],
    ['the same threads', 0, 'click'],
    ['some of them', 1, 'click'],
  ] as const)('is taken back by a later no to %s', async (_which, from, by) => {
    const clock = manualClock();
    const { service, ids, env } = await slowService(clock);
    const answers = [{ action: 'accept', content: { confirm: true } }];
    const form: FormHandler = () => answers.shift() ?? { action: 'decline' };
    const { call } = await connectClient({ env, clock, ...(by === 'form' ? { form } : { views: true }) });
    const click = async (approval: unknown, answer: string) => {
      if (by === 'click') await call('answer_confirmation', { approval, answer });
    };

    const question = await call('delete_threads', { thread_ids: ids });
    await click(question.view['approval'], 'yes');
    const first = by === 'form' ? question : await call('delete_threads', { thread_ids: ids });
    const { results, confirmation_code } = first.structured;
    const rows = results as { thread_id: string; status: string }[];
    const rest = rows.filter(({ status }) => status === 'not_tried').map(({ thread_id }) => thread_id);
    expect(confirmation_code).toBeDefined();

    const again = await call('delete_threads', { thread_ids: rest.slice(from) });
    await click(again.view['approval'], 'no');
    const late = await call('delete_threads', { thread_ids: rest, confirmation_code });
    // The no to the very same call is told first.
    expect(late.structured['status']).toBe(by === 'click' && from > 0 ? 'confirmation_required' : 'declined');
    expect(service.deleted).toHaveLength(ids.length - rest.length);
  });

  it('is for the names that the person saw', async () => {
    const clock = manualClock();
    const { service, ids, env } = await slowService(clock);
    const { call } = await connectClient({ env, clock, form: accept });
    const first = await call('delete_threads', { thread_ids: ids });
    const rows = first.structured['results'] as { thread_id: string; status: string }[];
    const rest = rows.filter(({ status }) => status === 'not_tried').map(({ thread_id }) => thread_id);
    const renamed = service.threads.get(rest[0] ?? '');
    if (renamed) renamed.name = 'Keep this';
    const { confirmation_code } = first.structured;
    const second = await call('delete_threads', { thread_ids: rest, confirmation_code });
    expect(second.structured['results']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ thread_id: rest[0], status: 'failed', error: expect.stringContaining('renamed') }),
      ]),
    );
    expect(service.deleted).not.toContain(rest[0]);
  });

  it('of a removal is for the pairs that were not tried, and for no others', async () => {
    const clock = manualClock();
    const users = Array.from({ length: 25 }, (_, n) => `user-${n}`);
    const threads = threadsOf('lin', 2, users);
    const [first = '', second = ''] = threads.map(({ id }) => id);
    let batches = 0;
    let timeIsOver = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      timeIsOver = resolve;
    });
    // Two batches of the first thread are done, and one of the second, once the time is over for further ones.
    const service = await threadService(threads, {
      before: async ({ endpoint, target }) => {
        if (endpoint === 'remove_members' && target === second) await over;
        return undefined;
      },
      after: ({ endpoint, target }) => {
        if (endpoint !== 'remove_members' || target !== first || ++batches !== 2) return undefined;
        clock.advance(36_000);
        timeIsOver();
        return undefined;
      },
    });
    const env = { ...classicSettings(service.url), AGORA_THREADS_TIMEOUT_MS: '60000' };
    let questions = 0;
    const form: FormHandler = (...shown) => {
      questions += 1;
      return accept(...shown);
    };
    const { call } = await connectClient({ env, clock, form });
    const thread_ids = [first, second];
    const begun = await call('remove_thread_members', { thread_ids, usernames: users });
    const rows = begun.structured['results'] as { thread_id: string; username: string; status: string }[];
    expect(rows).toHaveLength(50);
    const untried = rows.filter(({ status }) => status === 'not_tried');
    expect(thread_ids.map((id) => untried.filter(({ thread_id }) => thread_id === id).length)).toEqual([5, 15]);
    for (const { status } of rows) expect(['removed', 'not_tried']).toContain(status);
    const { confirmation_code } = begun.structured;
    // Put back one who was removed from both and one who was removed from the first: the rest of the yes is for neither.
    service.threads.get(first)?.members.push('user-0', 'user-10');
    service.threads.get(second)?.members.push('user-0');
    const usernames = [...new Set(untried.map(({ username }) => username))];
    expect(usernames).toContain('user-10');
    const rest = await call('remove_thread_members', { thread_ids, usernames, confirmation_code });
    expect(questions).toBe(1);
    expect(rest.structured).toMatchObject({ status: 'done', confirmed_by: 'form' });
    expect(rest.structured['results']).toHaveLength(20);
    expect(service.threads.get(first)?.members).toEqual(['lin', 'user-0', 'user-10']);
    expect(service.threads.get(second)?.members).toEqual(['lin', 'user-0']);
  });
});

describe('AGORA_THREADS_MAX_DELETES', () => {
  it('refuses a call that would go over it before anybody is asked, and says when there is room', async () => {
    const clock = manualClock();
    const service = await threadService(threadsOf('lin', 4));
    let questions = 0;
    const form: FormHandler = (...shown) => {
      questions += 1;
      return accept(...shown);
    };
    const env = { ...classicSettings(service.url), AGORA_THREADS_MAX_DELETES: '3' };
    const { call } = await connectClient({ env, clock, form });
    const [one = '', ...others] = service.threads.keys();
    expect((await call('delete_thread', { thread_id: one })).structured['status']).toBe('deleted');
    const refused = await call('delete_threads', { thread_ids: others });
    expect(refused.text).toBe(
      [
        'Error [cap_reached]: delete_threads failed: at most 3 threads may be deleted in 60 minutes here (AGORA_THREADS_MAX_DELETES); 2 left, 3 asked for.',
        'Nothing was changed. Trying again may help in 60 min.',
        'Next: Tell the user that there is room for 3 at 2026-11-23T01:00:00Z. The operator can raise AGORA_THREADS_MAX_DELETES.',
      ].join('\n'),
    );
    expect(questions).toBe(1);
    expect(service.deleted).toEqual([one]);
    clock.advance(60 * 60_000);
    expect((await call('delete_threads', { thread_ids: others })).structured['status']).toBe('done');
  });

  it('has room for a call whose other threads are gone already', async () => {
    const service = await threadService(threadsOf('lin', 2));
    const thread_ids = [...service.threads.keys()];
    service.threads.delete(thread_ids[0] ?? '');
    const env = { ...classicSettings(service.url), AGORA_THREADS_MAX_DELETES: '1' };
    const { call } = await connectClient({ env, form: accept });
    expect((await call('delete_threads', { thread_ids })).structured['status']).toBe('done');
    expect(service.deleted).toEqual([thread_ids[1]]);
  });

  it('counts a deletion once, however often it is sent, and one whose answer was lost', async () => {
    let sendings = 0;
    const service = await threadService(threadsOf('lin', 3), {
      before({ endpoint, target }) {
        if (endpoint !== 'delete') return undefined;
        sendings += 1;
        if (target === lost) return 'reset';
        return sendings === 1 ? refusal(503, 'web_application', 'busy') : undefined;
      },
    });
    const [twice, lost, third] = service.threads.keys();
    const env = { ...classicSettings(service.url), AGORA_THREADS_MAX_DELETES: '2' };
    const { call } = await connectClient({ env, clock: skippingClock(), form: accept });
    const statusOf = async (thread_id: unknown) => (await call('delete_thread', { thread_id })).structured['status'];
    expect([await statusOf(twice), sendings]).toEqual(['deleted', 2]);
    expect(await statusOf(lost)).toBe('unknown');
    expect((await call('delete_thread', { thread_id: third })).text).toContain('0 left, 1 asked for');
    // The client may not have got that result.
    service.threads.delete(lost ?? '');
    const later = await call('delete_thread', { thread_id: lost });
    expect(later.structured['status']).toBe('already_gone');
    expect(later.text).toMatch(/This session deleted it at .* \(the answer was lost\)/);
  });

  it('counts nothing for a thread that was left alone after all', async () => {
    const service = await threadService(threadsOf('lin', 2));
    const [one = '', other = ''] = service.threads.keys();
    const form: FormHandler = (...shown) => {
      const thread = service.threads.get(one);
      if (thread) thread.name = 'Renamed while the user is asked';
      return accept(...shown);
    };
    const env = { ...classicSettings(service.url), AGORA_THREADS_MAX_DELETES: '1' };
    const { call } = await connectClient({ env, form });
    expect((await call('delete_thread', { thread_id: one })).text).toContain('its name has changed');
    expect((await call('delete_thread', { thread_id: other })).structured['status']).toBe('deleted');
    expect(service.deleted).toEqual([other]);
  });
});
