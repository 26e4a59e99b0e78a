import { describe, expect, it } from 'vitest';
import { type Chat, useChat } from '../support/chat.ts';
import { classicSettings, refusal } from '../support/http.ts';
import { type ServiceOptions, threadService, threadsOf } from '../support/thread-service.ts';
import { startViewServer } from '../support/view-server.ts';

// The page against dist/main.js over stdio, with what the server really sends.

const openChat = useChat();

interface Setup extends ServiceOptions {
  readonly env?: Record<string, string>;
  readonly form?: Parameters<typeof startViewServer>[1];
}

async function start(count: number, { env, form, ...options }: Setup = {}) {
  const list = threadsOf('lin', count);
  const service = await threadService(list, options);
  const server = await startViewServer({ ...classicSettings(service.url), ...env }, form);
  return { service, server, ids: list.map(({ id }) => id) };
}

const heading = ({ view }: Chat) => view.getByRole('heading').textContent();
const press = ({ view }: Chat, name: string | RegExp) => view.getByRole('button', { name }).click();
const buttons = ({ view }: Chat) => view.getByRole('button').allTextContents();

describe('the view on the built server', () => {
  it('lists, deletes what a person selects and clicks, and tells the model', async () => {
    const { service, server, ids } = await start(3);
    const result = await server.call('list_user_threads', { username: 'lin', limit: 2 });
    const chat = await openChat({ result, callTool: server.call });
    await press(chat, 'Load more');
    await chat.view.getByRole('checkbox', { name: 'Select Thread 0' }).check();
    await chat.view.getByRole('checkbox', { name: 'Select Thread 2' }).check();
    await press(chat, 'Delete selected (2)');
    await expect.poll(() => heading(chat)).toBe('Delete 2 threads?');
    expect(service.deleted).toEqual([]);
    await press(chat, 'Delete 2 threads');
    await expect.poll(() => heading(chat)).toBe('2 deleted');
    expect([...service.deleted].sort()).toEqual([ids[0], ids[2]]);
    await expect.poll(() => JSON.stringify(chat.toldModel)).toContain('confirmed by a click');
    await press(chat, 'Back to the list');
    expect(await chat.view.locator('td.name').allTextContents()).toEqual(['Thread 1']);
  });

  it('keeps what a person wants to keep', async () => {
    const { service, server, ids } = await start(1);
    const result = await server.call('delete_thread', { thread_id: ids[0] });
    const chat = await openChat({ result, callTool: server.call });
    await press(chat, 'Keep');
    await expect.poll(() => heading(chat)).toBe('Nothing was deleted.');
    expect(service.deleted).toEqual([]);
    const next = await server.call('delete_thread', { thread_id: ids[0] });
    expect(next).toMatchObject({ structuredContent: { status: 'declined' } });
  });

  it('asks by form where the client shows forms, and tells the model what it did not ask for', async () => {
    const { service, server } = await start(2, { form: { action: 'accept', content: { confirm: true } } });
    const result = await server.call('list_user_threads', { username: 'lin' });
    const chat = await openChat({ result, callTool: server.call });
    await chat.view.getByRole('checkbox', { name: 'Select Thread 1' }).check();
    await press(chat, 'Delete selected (1)');
    await expect.poll(() => heading(chat)).toBe('1 deleted');
    expect(service.deleted).toHaveLength(1);
    await expect.poll(() => JSON.stringify(chat.toldModel)).toContain("confirmed in the client's form");
  });

  it('says how a form came back that was not accepted', async () => {
    const { service, server } = await start(1, { form: { action: 'decline' } });
    const result = await server.call('list_user_threads', { username: 'lin' });
    const chat = await openChat({ result, callTool: server.call });
    await chat.view.getByRole('checkbox', { name: 'Select Thread 0' }).check();
    await press(chat, 'Delete selected (1)');
    await expect.poll(() => heading(chat)).toBe('Nothing was deleted.');
    expect(await chat.view.locator('.told').textContent()).toContain('declined');
    await press(chat, 'Back to the list');
    expect(await chat.view.locator('td.name').allTextContents()).toEqual(['Thread 0']);
    expect(service.deleted).toEqual([]);
  });

  describe('in Chinese', () => {
    const context = { locale: 'zh-CN' };

    it('says why a thread was not deleted', async () => {
      const { server, ids } = await start(3, {
        before: ({ endpoint, target }) =>
          endpoint === 'delete' && target.endsWith('1') ? refusal(403, 'forbidden_op', 'no') : undefined,
      });
      const result = await server.call('delete_threads', { thread_ids: ids });
      const chat = await openChat({ result, callTool: server.call, context });
      await press(chat, '删除 3 个子区');
      await expect.poll(() => heading(chat)).toContain('失败');
      expect(await chat.view.locator('td.status').allTextContents()).toMatchInlineSnapshot(`
        [
          "失败：服务端不允许对这个群组或子区做这项操作",
          "已删除",
          "已删除",
        ]
      `);
    });

    it('says why a call was refused', async () => {
      const { server, ids } = await start(2, { env: { AGORA_THREADS_MAX_DELETES: '1' } });
      const result = await server.call('list_user_threads', { username: 'lin' });
      const chat = await openChat({ result, callTool: server.call, context });
      await chat.view.getByRole('checkbox', { name: '全选当前显示的子区' }).check();
      await press(chat, `删除所选（${ids.length}）`);
      await expect.poll(() => chat.view.getByRole('status').textContent()).toContain('调用失败');
      expect(await chat.view.getByRole('status').textContent()).toMatchInlineSnapshot(
        `"2 个子区 · 调用失败。 最近 60 分钟的删除额度不够，没有询问任何人。稍后再试，或提高 AGORA_THREADS_MAX_DELETES。"`,
      );
    });

    it('says how a form came back', async () => {
      const { server } = await start(1, { form: { action: 'decline' } });
      const result = await server.call('list_user_threads', { username: 'lin' });
      const chat = await openChat({ result, callTool: server.call, context });
      await chat.view.getByRole('checkbox', { name: '选择 Thread 0' }).check();
      await press(chat, '删除所选（1）');
      await expect.poll(() => heading(chat)).toBe('未删除任何子区。');
      const told = chat.view.locator('.told');
      expect(await told.textContent()).toBe('确认提示一秒之内就被拒绝，客户端可能无人值守。');
      expect(await told.getAttribute('lang')).toBe('zh-CN');
    });

    it('says that a thread was renamed after the question', async () => {
      const { service, server, ids } = await start(1);
      const result = await server.call('delete_thread', { thread_id: ids[0] });
      const chat = await openChat({ result, callTool: server.call, context });
      for (const thread of service.threads.values()) thread.name = 'Another name';
      await press(chat, '删除 1 个子区');
      await expect.poll(() => heading(chat)).toBe('未删除任何子区。');
      expect(await chat.view.locator('.told').textContent()).toBe(
        '确认提示发出之后子区改了名，因此没有删除。再调用一次，确认提示里会是新名称。',
      );
    });
  });

  it('draws the same question twice, and its buttons work in either', async () => {
    const { service, server, ids } = await start(1);
    const first = await server.call('delete_thread', { thread_id: ids[0] });
    const second = await server.call('delete_thread', { thread_id: ids[0] });
    expect(second['_meta']).toEqual(first['_meta']);
    const left = await openChat({ result: first, callTool: server.call });
    await expect.poll(() => buttons(left)).toEqual(['Keep', 'Delete 1 thread']);
    const chat = await openChat({ result: second, callTool: server.call });
    await press(chat, 'Delete 1 thread');
    await expect.poll(() => heading(chat)).toBe('1 deleted');
    expect(service.deleted).toEqual([ids[0]]);
  });

  it('drawn again after the answer shows the outcome, and by another process that it is closed', async () => {
    const { service, server, ids } = await start(1);
    const result = await server.call('delete_thread', { thread_id: ids[0] });
    const first = await openChat({ result, callTool: server.call });
    await press(first, 'Delete 1 thread');
    await expect.poll(() => heading(first)).toBe('1 deleted');

    const again = await openChat({ result, callTool: server.call });
    await expect.poll(() => heading(again)).toBe('1 deleted');
    expect(await buttons(again)).toEqual([]);
    await again.endView();
    expect(again.toldModel).toEqual([]);

    const other = await startViewServer(classicSettings(service.url));
    const elsewhere = await openChat({ result, callTool: other.call });
    const closed = 'This question is no longer open. Ask again in the chat.';
    await expect.poll(() => elsewhere.view.getByRole('status').textContent()).toBe(closed);
    expect(await buttons(elsewhere)).toEqual([]);
  });

  it('removes members', async () => {
    const { service, server, ids } = await start(1);
    service.threads.get(ids[0] ?? '')?.members.push('wei', 'mia');
    const args = { thread_ids: ids, usernames: ['wei', 'mia'] };
    const chat = await openChat({ result: await server.call('remove_thread_members', args), callTool: server.call });
    await press(chat, 'Remove 2 users from 1 thread');
    await expect.poll(() => heading(chat)).toBe('2 removed');
    expect(await chat.view.locator('tbody td').allTextContents()).toEqual(
      ['wei', 'mia'].flatMap((user) => ['Thread 0', user, 'removed']),
    );
    expect(service.threads.get(ids[0] ?? '')?.members).toEqual(['lin']);
  });

  it('draws no list in place of what it has to say of a removal', async () => {
    const { server, ids } = await start(2);
    const args = { thread_ids: ids, usernames: ['lin'] };
    const result = await server.call('remove_thread_members', args);
    const { _meta, ...stripped } = result;
    const unheard = await openChat({ result: stripped, callTool: server.call });
    await expect.poll(() => heading(unheard)).toBe('The buttons do not work here. Please answer in the chat.');
    const chat = await openChat({ result, callTool: server.call });
    await press(chat, 'Keep');
    await expect.poll(() => heading(chat)).toBe('Nobody was removed.');
    const told = await openChat({ result: await server.call('remove_thread_members', args), callTool: server.call });
    await expect.poll(() => heading(told)).toBe('Nobody was removed.');
    expect(await told.view.locator('.told').textContent()).toContain('the user clicked no');
  });

  it('shows the outcome of a batch for which the host stopped waiting', async () => {
    let release = (): void => {};
    const released = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    const before = ({ endpoint }: { endpoint: string }) => (endpoint === 'delete' ? released : undefined);
    const { service, server, ids } = await start(3, { before });
    const result = await server.call('delete_threads', { thread_ids: ids });
    const chat = await openChat({
      result,
      callTool: (name, args) => server.call(name, args, args['answer'] === 'yes' ? 2_000 : undefined),
    });
    await press(chat, 'Delete 3 threads');
    await expect.poll(() => chat.calls.length).toBeGreaterThan(2);
    release();
    await expect.poll(() => heading(chat)).toBe('3 deleted');
    expect(service.deleted).toHaveLength(3);
  });

  it('shows names that try to be more than names as the server escapes them', async () => {
    const { service, server, ids } = await start(3);
    const names = ['<img src=x onerror=alert(1)>', '\u202Etxt.exe\u2066 \u05D0', `${'\u200B'.repeat(64)}`];
    for (const [i, name] of names.entries()) Object.assign(service.threads.get(ids[i] ?? '') ?? {}, { name });
    const shown = ['<img src=x onerror=alert(1)>', '⟨U+202E⟩txt.exe⟨U+2066⟩ \u05D0', '⟨U+200B⟩'.repeat(64)];
    const list = await server.call('list_user_threads', { username: 'lin', sort: 'asc' });
    const listed = await openChat({ result: list, callTool: server.call });
    expect(await listed.view.locator('td.name').allTextContents()).toEqual(shown);
    const question = await server.call('delete_threads', { thread_ids: ids });
    const chat = await openChat({ result: question, callTool: server.call });
    await press(chat, 'Delete 3 threads');
    await expect.poll(() => heading(chat)).toBe('3 deleted');
    expect((await chat.view.locator('td.name').allTextContents()).sort()).toEqual(shown.sort());
  });

  it('sends the user to the chat where the host strips what is for the view', async () => {
    const { service, server, ids } = await start(1);
    const { _meta, ...stripped } = await server.call('delete_thread', { thread_id: ids[0] });
    expect(_meta).toBeDefined();
    const chat = await openChat({ result: stripped, callTool: server.call });
    await expect.poll(() => heading(chat)).toBe('The buttons do not work here. Please answer in the chat.');
    expect(await buttons(chat)).toEqual([]);
    expect(service.deleted).toEqual([]);
  });

  it('says why a call failed', async () => {
    const { server, ids } = await start(2, { env: { AGORA_THREADS_MAX_DELETES: '1' } });
    const result = await server.call('list_user_threads', { username: 'lin' });
    const chat = await openChat({ result, callTool: server.call });
    await chat.view.getByRole('checkbox', { name: 'Select all shown' }).check();
    await press(chat, 'Delete selected (2)');
    await expect.poll(() => chat.view.getByRole('status').textContent()).toContain('Error [cap_reached]');
    expect(ids).toHaveLength(2);
  });
});
