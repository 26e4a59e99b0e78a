import { describe, expect, it } from 'vitest';
import { connectClient, type TestClient } from '../support/client.ts';
import { classicSettings } from '../support/http.ts';
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
});
