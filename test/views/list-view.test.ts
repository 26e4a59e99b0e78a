import { describe, expect, it } from 'vitest';
import { type Chat, type Json, useChat } from '../support/chat.ts';
import {
  answerResult,
  item,
  type ListedThread,
  listResult,
  outcomeOf,
  questionResult,
} from '../support/view-results.ts';

const openChat = useChat();

const THREADS: ListedThread[] = [
  { id: '1', name: 'Refund 10', owner: 'wei', group_id: '2100', created: '2025-03-01' },
  { id: '2', name: 'refund 9', owner: 'lin', group_id: '2100', created: '2026-11-01' },
  { id: '3', name: 'Ｌａｕｎｃｈ', owner: 'ana', group_id: '2200', created: '2024-01-01' },
  { id: '4', owner: 'bo', group_id: '2200', created: '2026-01-01' },
];
const NAMES = { groups: { 2100: 'Support' } };

const namesIn = async ({ view }: Chat): Promise<string[]> =>
  (await view.locator('td.name').allTextContents()).map((name) => name.trim());
const box = ({ view }: Chat, name: string) => view.getByRole('checkbox', { name });
const press = ({ view }: Chat, name: string | RegExp) => view.getByRole('button', { name }).click();
const status = ({ view }: Chat) => view.getByRole('status').textContent();

describe('a list', () => {
  it('is a table of name, group, owner and age', async () => {
    const { view } = await openChat({ result: listResult(THREADS, NAMES) });
    expect(await view.getByRole('columnheader').allTextContents()).toEqual(['', 'Name', 'Group', 'Owner', 'Created']);
    expect(await view.locator('tbody tr').first().locator('td').allTextContents()).toEqual([
      '',
      'Refund 10',
      'Support',
      'wei',
      '20 months ago',
    ]);
    expect(await view.locator('tbody tr').nth(3).locator('td').allTextContents()).toEqual(
      expect.arrayContaining(['4 name unknown', '2200', 'bo']),
    );
    expect(await view.locator('time').first().getAttribute('title')).toBe('2025-03-01');
  });

  it('takes from `shared` what its rows leave out', async () => {
    const result = listResult([{ id: '1', name: 'a' }], { more: { shared: { owner: 'lin', group_id: '7' } } });
    const { view } = await openChat({ result });
    expect(await view.locator('tbody td').allTextContents()).toEqual(['', 'a', '7', 'lin', '']);
  });

  it('of counts alone shows what the server says', async () => {
    const { view } = await openChat({ result: listResult([]) });
    expect(await view.locator('.told').textContent()).toBe('a list of threads');
    expect(await view.getByRole('status').textContent()).toBe('0 threads');
  });

  it('is sorted by a click on a heading, and the other way by the next', async () => {
    const chat = await openChat({ result: listResult(THREADS) });
    const heading = chat.view.getByRole('columnheader', { name: 'Name' });
    expect(await heading.getAttribute('aria-sort')).toBeNull();
    await press(chat, 'Name');
    expect(await namesIn(chat)).toEqual(['4 name unknown', 'Ｌａｕｎｃｈ', 'refund 9', 'Refund 10']);
    expect(await heading.getAttribute('aria-sort')).toBe('ascending');
    await press(chat, 'Name');
    expect(await namesIn(chat)).toEqual(['Refund 10', 'refund 9', 'Ｌａｕｎｃｈ', '4 name unknown']);
    expect(await heading.getAttribute('aria-sort')).toBe('descending');
    await press(chat, 'Created');
    expect(await namesIn(chat)).toEqual(['Ｌａｕｎｃｈ', 'Refund 10', '4 name unknown', 'refund 9']);
    expect(await heading.getAttribute('aria-sort')).toBeNull();
  });

  it('is filtered by name, group, owner and id, whatever the case and width', async () => {
    const chat = await openChat({ result: listResult(THREADS, NAMES) });
    const shows = async (words: string, names: readonly string[]) => {
      await chat.view.getByRole('searchbox', { name: 'Filter' }).fill(words);
      expect(await namesIn(chat)).toEqual(names);
      expect(await status(chat)).toBe(names.length === 4 ? '4 threads' : `${names.length} of 4 loaded`);
    };
    await shows('REFUND', ['Refund 10', 'refund 9']);
    await shows('launch', ['Ｌａｕｎｃｈ']);
    await shows('support', ['Refund 10', 'refund 9']);
    await shows('bo', ['4 name unknown']);
    await shows('nobody', []);
    await shows('', ['Refund 10', 'refund 9', 'Ｌａｕｎｃｈ', '4 name unknown']);
  });

  it('loads more with the same tool, arguments and the cursor, and keeps what is selected', async () => {
    const chat = await openChat({
      result: listResult(THREADS.slice(0, 2), { args: { owner: 'lin' }, more: { next_cursor: 'c1', unresolved: 1 } }),
      callTool: async () => listResult(THREADS.slice(1)),
    });
    expect(await status(chat)).toBe('2 threads · there may be more · 1 thread could not be read');
    await box(chat, 'Select Refund 10').check();
    await press(chat, 'Load more');
    await expect.poll(() => status(chat)).toBe('4 threads');
    expect(chat.calls).toEqual([['find_threads', { owner: 'lin', cursor: 'c1' }]]);
    expect(await box(chat, 'Select Refund 10').isChecked()).toBe(true);
    expect(await chat.view.getByRole('button', { name: 'Load more' }).isVisible()).toBe(false);
  });

  it.each<[string, () => Promise<Json>, string]>([
    [
      'an error',
      async () => ({ isError: true, content: [{ type: 'text', text: 'Error [bad_cursor]: Start anew.' }] }),
      'The call failed. Error [bad_cursor]: Start anew.',
    ],
    ['no answer', () => Promise.reject(new Error('Request timed out')), 'The call failed.'],
  ])('stays as it is where loading more gets %s', async (_what, callTool, told) => {
    const result = listResult(THREADS, { more: { next_cursor: 'c1' } });
    const chat = await openChat({ result, callTool });
    await press(chat, 'Load more');
    await expect.poll(() => status(chat)).toBe(`4 threads · there may be more · ${told}`);
    expect(await namesIn(chat)).toHaveLength(4);
    expect(await chat.view.getByRole('button', { name: 'Load more' }).isEnabled()).toBe(true);
  });
});

describe('deleting from a list', () => {
  it('asks for exactly what is selected, and comes back without what is gone', async () => {
    const chat = await openChat({
      result: listResult(THREADS),
      callTool: async (name, args) =>
        name === 'delete_threads'
          ? questionResult([item('1', 'Refund 10'), item('3', 'Launch')])
          : args['answer'] === 'shown'
            ? answerResult('open')
            : answerResult('settled', outcomeOf({ 1: 'deleted', 3: 'failed' })),
    });
    const remove = chat.view.getByRole('button', { name: 'Delete selected' });
    expect(await remove.isDisabled()).toBe(true);
    await box(chat, 'Select Refund 10').check();
    await box(chat, 'Select Ｌａｕｎｃｈ').check();
    expect(await remove.textContent()).toBe('Delete selected (2)');
    await remove.click();
    await press(chat, 'Delete 2 threads');
    await expect.poll(() => chat.view.getByRole('heading').allTextContents()).toEqual(['1 deleted, 1 failed']);
    expect(chat.calls[0]).toEqual(['delete_threads', { thread_ids: ['1', '3'] }]);
    await press(chat, 'Back to the list');
    expect(await namesIn(chat)).toEqual(['refund 9', 'Ｌａｕｎｃｈ', '4 name unknown']);
    expect(await remove.textContent()).toBe('Delete selected (1)');
  });

  it('needs only the keyboard', async () => {
    const chat = await openChat({ result: listResult(THREADS), callTool: async () => questionResult([]) });
    const { keyboard } = chat.page;
    await chat.view.getByRole('searchbox').focus();
    await keyboard.type('refund');
    // The box of all, the name: sorted by it.
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    expect(await namesIn(chat)).toEqual(['refund 9', 'Refund 10']);
    // Group, owner, created, and the box of the first row.
    for (const _ of ['group', 'owner', 'created', 'first row']) await keyboard.press('Tab');
    await keyboard.press('Space');
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await expect.poll(() => chat.calls[0]).toEqual(['delete_threads', { thread_ids: ['2'] }]);
  });

  it('takes no selection and no order from a script', async () => {
    const chat = await openChat({ result: listResult(THREADS) });
    await chat.view.evaluate(`
      for (const input of document.querySelectorAll('input[type=checkbox], button')) input.click();
      const filter = document.querySelector('[type=search]');
      filter.value = 'nobody';
      filter.dispatchEvent(new InputEvent('input', { bubbles: true }));
    `);
    expect(await chat.view.locator('input:checked').count()).toBe(0);
    expect(await chat.view.locator('[aria-sort]').count()).toBe(0);
    expect(await namesIn(chat)).toHaveLength(4);
    expect(chat.calls).toEqual([]);
  });

  it('selects all that are shown, and only them', async () => {
    const chat = await openChat({ result: listResult(THREADS) });
    await chat.view.getByRole('searchbox').fill('refund');
    await box(chat, 'Select all shown').check();
    expect(await chat.view.getByRole('button', { name: 'Delete selected (2)' }).isEnabled()).toBe(true);
    await chat.view.getByRole('searchbox').fill('');
    expect(await box(chat, 'Select all shown').isChecked()).toBe(false);
    expect(await box(chat, 'Select Refund 10').isChecked()).toBe(true);
  });

  it('is for at most 50 threads at once', async () => {
    const many = Array.from({ length: 51 }, (_, i) => ({ id: String(i), name: `Thread ${i}.` }));
    const chat = await openChat({ result: listResult(many) });
    await box(chat, 'Select all shown').check();
    expect(await chat.view.getByRole('button', { name: 'Delete selected (51)' }).isDisabled()).toBe(true);
    expect(await status(chat)).toBe('51 threads · at most 50 can be deleted at once');
    await box(chat, 'Select Thread 7.').uncheck();
    expect(await chat.view.getByRole('button', { name: 'Delete selected (50)' }).isEnabled()).toBe(true);
  });

  it('says that nobody knows what happened where the host gives the call up', async () => {
    const callTool = () => Promise.reject(new Error('Request timed out'));
    const chat = await openChat({ result: listResult(THREADS), callTool });
    await box(chat, 'Select Refund 10').check();
    await press(chat, 'Delete selected (1)');
    const lost = 'This view could not find out what happened. Please ask in the chat.';
    await expect.poll(() => status(chat)).toBe(`4 threads · ${lost}`);
  });

  it.each<[string, Json, boolean]>([
    ['the server does not ask a person', { serverTools: {} }, false],
    ['the host calls no tools', {}, true],
  ])('is not offered where %s', async (_why, capabilities, deletable) => {
    const result = listResult(THREADS, { deletable, more: { next_cursor: 'c1' } });
    const { view } = await openChat({ result, capabilities });
    expect(await view.getByRole('checkbox').count()).toBe(0);
    expect(await view.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    expect(await view.getByRole('button', { name: 'Load more' }).count()).toBe(deletable ? 0 : 1);
  });
});
