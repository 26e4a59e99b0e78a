import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { SENDING_MS } from '../../src/toolkit/call-time.ts';
import { CODE_WAITS_MS, CONFIRM_TIME_MS } from '../../src/toolkit/gate.ts';
import { connectClient, type TestClient } from '../support/client.ts';
import { classicSettings, refusal } from '../support/http.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { type ServiceOptions, type ThreadService, threadService, threadsOf } from '../support/thread-service.ts';

// A person answers in the view that is drawn below the result of a tool that deletes. Here the test is the view: it sends
// what the page sends, with the approval that only the page gets.

interface Scene {
  readonly client: TestClient;
  readonly clock: ManualClock;
  readonly service: ThreadService;
  readonly ids: readonly string[];
  /** Sends an answer of the view. */
  readonly answer: (approval: unknown, answer: string) => ReturnType<TestClient['call']>;
}

async function start(env: Record<string, string> = {}, options: ServiceOptions = {}, threads = 3): Promise<Scene> {
  const list = threadsOf('lin', threads);
  const service = await threadService(list, options);
  const clock = manualClock();
  const client = await connectClient({ env: { ...classicSettings(service.url), ...env }, clock, views: true });
  return {
    client,
    clock,
    service,
    ids: list.map(({ id }) => id),
    answer: (approval, answer) => client.call('answer_confirmation', { approval, answer }),
  };
}

const ask = ({ client, ids }: Scene) => client.call('delete_thread', { thread_id: ids[0] });

describe('a question in a view', () => {
  it('is told to the model and to the view, each in its own words', async () => {
    const scene = await start();
    const { text, structured, view } = await ask(scene);
    const { approval, host, ...facts } = view;
    const host_ = String(host);
    expect(text.replace(host_, 'HOST').replace(String(structured['confirmation_code']), 'CODE')).toMatchInlineSnapshot(`
      "Nothing was deleted yet.
      Delete thread "Thread 0"?
      Group 210000000000001, by lin, 2026-01-01, 1 member
      Cannot be undone. App acme#helpdesk on HOST
      Messages are deleted too. Thread 240000000000000, group 210000000000001
      The user is asked in the view below this result. End your turn and wait; calling again shows the same question.
      Only if the user says that there is no button, and agrees in the chat: call delete_thread again with the same arguments and confirmation_code CODE, which counts from 2026-11-23T00:00:10Z and not once the view was drawn."
    `);
    expect(structured).toMatchObject({ status: 'confirmation_required', expires_at: '2026-11-23T00:15:00Z' });
    expect(facts).toMatchInlineSnapshot(`
      {
        "action": "delete",
        "app": "acme#helpdesk",
        "items": [
          {
            "created_at": "2026-01-01T00:00:00Z",
            "group_id": "210000000000001",
            "id": "240000000000000",
            "member_count": "1",
            "msg_id": "1180000000000000000",
            "name": "Thread 0",
            "owner": "lin",
            "verified": true,
          },
        ],
        "kind": "confirm",
        "sandbox": false,
      }
    `);
    expect(approval).toMatch(/^[\w-]{32}$/);
  });

  it('is answered by a click: the deletion runs in that call', async () => {
    const scene = await start();
    const { view } = await ask(scene);
    const shown = await scene.answer(view['approval'], 'shown');
    expect(shown.structured).toEqual({ summary: 'The question is open.', state: 'open' });
    expect(scene.service.deleted).toEqual([]);
    const yes = await scene.answer(view['approval'], 'yes');
    expect(yes.structured).toMatchObject({ state: 'settled', status: 'deleted', confirmed_by: 'click' });
    expect(yes.text).toMatchInlineSnapshot(`
      "Deleted thread 240000000000000 "Thread 0" for good in app "acme#helpdesk", confirmed by a click at 00:00 UTC. restore_thread can make it again while its parent message is kept, but without its messages.
      It was: name "Thread 0", owner lin, group_id 210000000000001, msg_id 1180000000000000000, created_at 2026-01-01T00:00:00Z, members lin."
    `);
    expect(scene.service.deleted).toEqual([scene.ids[0]]);
  });

  it('answered with no deletes nothing', async () => {
    const scene = await start();
    const { view } = await ask(scene);
    const no = await scene.answer(view['approval'], 'no');
    expect(no.structured).toMatchObject({ state: 'declined', status: 'declined' });
    expect((await scene.answer(view['approval'], 'yes')).structured).toMatchObject({
      state: 'settled',
      status: 'declined',
    });
    expect(scene.service.deleted).toEqual([]);
  });
  it('is the same however often the model calls: a person may be reading it', async () => {
    const scene = await start();
    const first = await ask(scene);
    scene.clock.advance(60_000);
    const again = await ask(scene);
    expect(again).toEqual(first);
    const yes = await scene.answer(first.view['approval'], 'yes');
    expect(yes.structured).toMatchObject({ state: 'settled', status: 'deleted' });
  });

  it('is another one once the thread has another name, and the old one is closed', async () => {
    const scene = await start();
    const first = await ask(scene);
    const [thread] = scene.service.threads.values();
    if (thread) thread.name = 'Keep this';
    scene.clock.advance(60_000);
    const second = await ask(scene);
    expect(second.view['items']).toMatchObject([{ name: 'Keep this' }]);
    expect(await scene.answer(first.view['approval'], 'yes')).toMatchObject({
      isError: true,
      text: 'Error [closed]: This question is no longer open. To be asked again, use the chat.',
      structured: { state: 'closed' },
    });
    expect(scene.service.deleted).toEqual([]);
  });

  it('lists all that would be lost, with the names of groups', async () => {
    const scene = await start({ AGORA_THREADS_CONFIRM: 'person' });
    const { view, structured, text } = await scene.client.call('remove_thread_members', {
      thread_ids: scene.ids.slice(0, 2),
      usernames: ['lin', 'mia'],
    });
    expect(view).toMatchObject({ kind: 'confirm', action: 'remove', users: ['lin', 'mia'] });
    expect(view['items']).toHaveLength(2);
    expect(structured).not.toHaveProperty('confirmation_code');
    expect(text).not.toContain('confirmation_code');
    const yes = await scene.answer(view['approval'], 'yes');
    expect(yes.structured).toMatchObject({ state: 'settled', status: 'partly_done', confirmed_by: 'click' });
    expect([...scene.service.threads.values()].map(({ members }) => members)).toEqual([[], [], ['lin']]);
  });
});

describe('what the view gets', () => {
  it('holds names of others as data: nothing invisible, nothing that turns direction or ends a line', async () => {
    const name = `<b onclick="x">\u202e\u200b\n\u001b[31m${'字'.repeat(200)}</b>`;
    const scene = await start();
    const [thread] = scene.service.threads.values();
    if (thread) thread.name = name;
    const { view } = await ask(scene);
    expect(JSON.stringify(view)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\\[nu]/u);
    const [item] = z.array(z.object({ name: z.string() })).parse(view['items']);
    expect(item?.name).toMatch(/^<b onclick="x">⟨U\+202E⟩⟨U\+200B⟩⟨U\+000A⟩⟨U\+001B⟩\[31m字{200}<\/b>$/);
  });
});

describe('what the model is told after a click', () => {
  it('is the outcome, once, in the structure of its tool', async () => {
    const scene = await start();
    const { view } = await ask(scene);
    const yes = await scene.answer(view['approval'], 'yes');
    scene.clock.advance(120_000);
    const told = await ask(scene);
    const { state: _state, ...structure } = yes.structured;
    expect(told).toEqual({ text: yes.text, structured: structure, isError: false, view: {} });
    expect(told.text).toContain('confirmed by a click at 00:00 UTC');
    expect((await ask(scene)).structured['status']).toBe('already_gone');
    expect(scene.service.deleted).toHaveLength(1);
  });

  it('is the outcome, with the day of the click where that is not today', async () => {
    const scene = await start();
    const { view } = await ask(scene);
    await scene.answer(view['approval'], 'yes');
    scene.clock.advance(24 * 60 * 60_000);
    expect((await ask(scene)).text).toContain(
      'for good in app "acme#helpdesk", confirmed by a click at 2026-11-23 00:00 UTC.',
    );
  });

  it('is that they said no, with the day where that is not today', async () => {
    const scene = await start();
    const { view } = await ask(scene);
    await scene.answer(view['approval'], 'no');
    scene.clock.advance(24 * 60 * 60_000);
    expect((await ask(scene)).text).toBe(
      'Nothing was deleted: the user clicked no at 2026-11-23 00:00 UTC. Ask again only if they want it.',
    );
  });

  it('is that they said no, once; the call after that asks again', async () => {
    const scene = await start();
    const { view } = await ask(scene);
    await scene.answer(view['approval'], 'no');
    const told = await ask(scene);
    expect(told.structured).toMatchObject({ status: 'declined' });
    expect(told.text).toBe('Nothing was deleted: the user clicked no at 00:00 UTC. Ask again only if they want it.');
    const again = await ask(scene);
    expect(again.structured['status']).toBe('confirmation_required');
    expect(again.view['approval']).not.toBe(view['approval']);
  });

  it('waits for a deletion that is under way', async () => {
    const hold = gate();
    const scene = await start({}, { before: ({ endpoint }) => hold.at(endpoint === 'delete') });
    const { view } = await ask(scene);
    const yes = scene.answer(view['approval'], 'yes');
    await hold.reached;
    expect((await scene.answer(view['approval'], 'shown')).structured['state']).toBe('working');
    expect((await scene.answer(view['approval'], 'yes')).structured['state']).toBe('working');
    const told = ask(scene);
    hold.open();
    expect((await told).structured).toMatchObject({ status: 'deleted', confirmed_by: 'click' });
    expect((await yes).structured).toMatchObject({ state: 'settled', status: 'deleted' });
    expect(scene.service.deleted).toHaveLength(1);
  });

  it('is not that the thread is gone, where the click came during the looks of its call', async () => {
    const hold = gate();
    let held = false;
    const scene = await start({}, { before: ({ endpoint }) => hold.at(held && endpoint === 'members') });
    const { view } = await ask(scene);
    held = true;
    const calling = ask(scene);
    await hold.reached;
    held = false;
    await scene.answer(view['approval'], 'yes');
    hold.open();
    expect((await calling).structured).toMatchObject({ status: 'deleted', confirmed_by: 'click' });
  });

  it('is the error where the deletion failed, and the view shows it as the outcome', async () => {
    const refused = refusal(403, 'forbidden', 'no permission');
    const scene = await start({}, { before: ({ endpoint }) => (endpoint === 'delete' ? refused : undefined) });
    const { view } = await ask(scene);
    const yes = await scene.answer(view['approval'], 'yes');
    expect(yes).toMatchObject({ isError: true, structured: { state: 'settled' } });
    expect(yes.text).toMatchInlineSnapshot(
      `"Error [refused]: It failed after the yes: the service refused the request without a reason known here. The service said: "no permission" (HTTP 403). Check the arguments against the words of the service."`,
    );
    expect(await scene.answer(view['approval'], 'shown')).toEqual(yes);
    const told = await ask(scene);
    expect(told.isError).toBe(true);
    expect(told.text).toMatchInlineSnapshot(`
      "Error [refused]: delete_thread failed: the service refused the request without a reason known here, after the user clicked yes at 00:00 UTC. The service said: "no permission" (HTTP 403).
      Nothing was changed. Trying again with the same arguments does not help.
      Next: Check the arguments against the words of the service."
    `);
    expect((await ask(scene)).structured['status']).toBe('confirmation_required');
  });

  it('names what the same yes still covers where the time was over', async () => {
    const scene = await start(
      {},
      {
        before({ endpoint }) {
          if (endpoint === 'delete' && scene.service.deleted.length === 0) scene.clock.advance(SENDING_MS);
          return undefined;
        },
      },
      12,
    );
    const args = { thread_ids: scene.ids };
    const { view } = await scene.client.call('delete_threads', args);
    await scene.answer(view['approval'], 'yes');
    const told = await scene.client.call('delete_threads', args);
    expect(told.structured).toMatchObject({ status: 'partly_done', confirmed_by: 'click' });
    const rows = z.array(z.object({ thread_id: z.string(), status: z.string() })).parse(told.structured['results']);
    const left = rows.filter(({ status }) => status === 'not_tried').map(({ thread_id }) => thread_id);
    expect(left.length).toBeGreaterThan(0);
    const { confirmation_code } = told.structured;
    const rest = await scene.client.call('delete_threads', { thread_ids: left, confirmation_code });
    expect(rest.structured).toMatchObject({ status: 'done', confirmed_by: 'click' });
    expect([...scene.service.deleted].sort()).toEqual([...scene.ids].sort());
  });
});

describe('a yes', () => {
  it('is for what was shown: nothing is sent for a thread that was renamed meanwhile', async () => {
    const scene = await start();
    const { view } = await ask(scene);
    const [thread] = scene.service.threads.values();
    if (thread) thread.name = 'Keep this';
    const yes = await scene.answer(view['approval'], 'yes');
    expect(yes.structured).toMatchObject({ state: 'settled', status: 'declined', confirmed_by: 'click' });
    expect(yes.text).toContain('its name has changed since the user was asked');
    expect(scene.service.deleted).toEqual([]);
  });

  it('goes on where the host gives up waiting for it', async () => {
    const hold = gate();
    const scene = await start({}, { before: ({ endpoint }) => hold.at(endpoint === 'delete') });
    const { view } = await ask(scene);
    const { approval } = view;
    const giveUp = new AbortController();
    const yes = scene.client.call('answer_confirmation', { approval, answer: 'yes' }, { signal: giveUp.signal });
    await hold.reached;
    giveUp.abort();
    await expect(yes).rejects.toThrow();
    expect((await scene.answer(approval, 'shown')).structured['state']).toBe('working');
    hold.open();
    expect((await ask(scene)).structured).toMatchObject({ status: 'deleted', confirmed_by: 'click' });
    expect((await scene.answer(approval, 'shown')).structured).toMatchObject({ state: 'settled', status: 'deleted' });
  });

  it('is given up with the connection: nothing further is sent', async () => {
    const hold = gate();
    const scene = await start({}, { before: ({ endpoint }, index) => hold.at(endpoint === 'members' && index > 2) });
    const { view } = await ask(scene);
    const yes = scene.answer(view['approval'], 'yes').catch(() => 'ended');
    await hold.reached;
    await scene.client.client.close();
    hold.open();
    expect(await yes).toBe('ended');
    // A whole call of another session, in which the deletion would long be done.
    const other = await connectClient({ env: classicSettings(scene.service.url), clock: scene.clock });
    await other.call('delete_thread', { thread_id: scene.ids[0] });
    expect(scene.service.deleted).toEqual([]);
  });

  it('counts for AGORA_THREADS_MAX_DELETES like any other', async () => {
    const scene = await start({ AGORA_THREADS_MAX_DELETES: '1' });
    const first = await ask(scene);
    const second = await scene.client.call('delete_thread', { thread_id: scene.ids[1] });
    expect((await scene.answer(first.view['approval'], 'yes')).structured['status']).toBe('deleted');
    const late = await scene.answer(second.view['approval'], 'yes');
    expect(late.text).toContain('Error [cap_reached]: It failed after the yes: at most 1');
    expect(scene.service.deleted).toEqual([scene.ids[0]]);
  });

  it('without an approval is for no question', async () => {
    const scene = await start();
    await ask(scene);
    const none = await scene.client.call('answer_confirmation', { answer: 'yes' });
    expect(none).toMatchObject({ isError: true, structured: { state: 'unknown' } });
    expect(scene.service.deleted).toEqual([]);
  });

  it('works in the session that asked, and in no other', async () => {
    const scene = await start();
    const other = await connectClient({ env: classicSettings(scene.service.url), clock: scene.clock, views: true });
    const { view } = await ask(scene);
    const { approval } = view;
    expect(await other.call('answer_confirmation', { approval, answer: 'yes' })).toMatchObject({
      isError: true,
      text: 'Error [unknown]: This session has no such question. To be asked again, use the chat.',
      structured: { state: 'unknown' },
    });
    expect(scene.service.deleted).toEqual([]);
  });
});

describe('a code beside a view', () => {
  it.each([
    [CODE_WAITS_MS - 1, 'confirmation_required'],
    [CODE_WAITS_MS, 'deleted'],
    [CONFIRM_TIME_MS, 'confirmation_required'],
  ])('after %i ms: %s', async (ms, status) => {
    const scene = await start();
    const first = await ask(scene);
    const { confirmation_code } = first.structured;
    scene.clock.advance(ms);
    const second = await scene.client.call('delete_thread', { thread_id: scene.ids[0], confirmation_code });
    expect(second.structured['status']).toBe(status);
    expect(scene.service.deleted).toHaveLength(status === 'deleted' ? 1 : 0);
    if (status === 'deleted') expect(second.structured['confirmed_by']).toBe('code');
  });

  it('too early is answered with the same question and code, and uses nothing up', async () => {
    const scene = await start();
    const first = await ask(scene);
    const { confirmation_code } = first.structured;
    const early = await scene.client.call('delete_thread', { thread_id: scene.ids[0], confirmation_code });
    expect(early.text).toBe(`That code does not count yet. ${first.text}`);
    expect(early.view).toEqual(first.view);
    expect(early.structured['confirmation_code']).toBe(confirmation_code);
  });

  it('does not count once any view of the session was drawn, and is not given again', async () => {
    const scene = await start();
    const first = await ask(scene);
    const other = await scene.client.call('delete_thread', { thread_id: scene.ids[1] });
    scene.clock.advance(CODE_WAITS_MS);
    await scene.answer(other.view['approval'], 'shown');
    const { confirmation_code } = first.structured;
    const late = await scene.client.call('delete_thread', { thread_id: scene.ids[0], confirmation_code });
    expect(late.structured['status']).toBe('confirmation_required');
    expect(late.structured).not.toHaveProperty('confirmation_code');
    expect(late.view).toEqual(first.view);
    expect(late.text.split('\n')[0]).toBe(
      'That confirmation code is wrong, used, expired or for another call. Nothing was deleted yet.',
    );
    expect(late.text).not.toContain('confirmation_code');
    expect(scene.service.deleted).toEqual([]);
  });
});

describe('the approval', () => {
  it('is in no text, structure, error, log line, audit line or progress message', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'click-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'audit.jsonl');
    const scene = await start({ AGORA_THREADS_AUDIT_LOG: file });
    const { client, ids } = scene;
    const progress: unknown[] = [];
    const onprogress = (report: unknown) => void progress.push(report);
    const args = { thread_ids: ids };
    const first = await client.call('delete_threads', args, { onprogress });
    const { approval } = first.view;
    const answer = (given: Record<string, unknown>) =>
      client.call('answer_confirmation', given, { onprogress }).catch(String);
    const { view: _view, ...read } = first;
    const answers = [
      read,
      await answer({ approval, answer: 'perhaps' }),
      await answer({ approval: [approval], answer: 'yes' }),
      await answer({ approval: { approval }, answer: 'yes' }),
      await answer({ approval }),
      await answer({ answer: approval }),
      await answer({ approval: 'x', answer: [approval] }),
      await answer({ approval, answer: 'shown', confirmation: approval }),
      await answer({ [String(approval)]: 'yes' }),
      await client.call('delete_threads', { ...args, [String(approval)]: true }).catch(String),
      await answer({ approval, answer: 'shown' }),
      await answer({ approval, answer: 'yes' }),
      await answer({ approval, answer: 'no' }),
      await client.call('delete_threads', args, { onprogress }),
    ];
    const audit = await readFile(file, 'utf8');
    expect(audit.split('\n').filter((line) => line !== '')).toHaveLength(6);
    expect(audit).toContain('"confirmed_by":"click"');
    expect(audit).toContain('"tool":"delete_threads"');
    expect(audit).not.toContain('answer_confirmation');
    expect(progress.length).toBeGreaterThan(0);
    expect(client.log.length).toBeGreaterThan(0);
    for (const said of [answers, audit, client.log, progress]) expect(JSON.stringify(said)).not.toContain(approval);
  });
});

describe('nobody is asked by a click', () => {
  const yes = { action: 'accept', content: { confirm: true } };
  it.each([
    ['the client shows forms', {}, { form: () => yes, views: true }, 'form'],
    ['the operator wants codes', { AGORA_THREADS_CONFIRM: 'code' }, { views: true }, undefined],
    ['the client draws no views', {}, {}, undefined],
  ])('where %s', async (_why, env, options, by) => {
    const [thread] = threadsOf('lin', 1);
    const service = await threadService(thread ? [thread] : []);
    const client = await connectClient({ env: { ...classicSettings(service.url), ...env }, ...options });
    const { structured, view } = await client.call('delete_thread', { thread_id: thread?.id });
    expect(view).toEqual({});
    expect(structured['confirmed_by']).toBe(by);
    await expect(client.call('answer_confirmation', { approval: 'x', answer: 'yes' })).rejects.toThrow(
      'There is no tool of that name.',
    );
  });
});

/** Holds the first request that is to be held until it is let through. */
function gate() {
  let open: () => void = () => undefined;
  let reach: () => void = () => undefined;
  const opened = new Promise<undefined>((resolve) => {
    open = () => resolve(undefined);
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  let held = false;
  return {
    reached,
    open: () => open(),
    at(isHere: boolean) {
      if (!isHere || held) return undefined;
      held = true;
      reach();
      return opened;
    },
  };
}
