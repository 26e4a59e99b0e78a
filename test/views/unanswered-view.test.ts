import { describe, expect, it } from 'vitest';
import { type CallTool, type Chat, type Json, useChat } from '../support/chat.ts';
import {
  answerResult,
  answersOf,
  DELETED,
  ITEMS,
  listResult,
  OPEN,
  QUESTION,
  questionResult,
  refusalResult,
} from '../support/view-results.ts';

const openChat = useChat();

const IN_CHAT = 'The buttons do not work here. Please answer in the chat.';
const CLOSED = 'This question is no longer open. Ask again in the chat.';

const ask = (callTool: CallTool, capabilities?: Json): Promise<Chat> =>
  openChat({ result: QUESTION, callTool, ...(capabilities && { capabilities }) });
const keep = ({ view }: Chat) => view.getByRole('button', { name: 'Keep' });
const heading = ({ view }: Chat) => view.getByRole('heading').textContent();
const status = ({ view }: Chat) => view.getByRole('status').textContent();
const sent = ({ calls }: Chat) => calls.map(([, { answer }]) => answer);

describe('a view that is drawn again', () => {
  it.each<[string, Json, string]>([
    ['deleted', DELETED, '2 deleted'],
    ['declined', answerResult('settled', { status: 'declined', results: [] }), 'Nothing was deleted.'],
  ])('after an answer shows what came of it: %s', async (_what, settled, words) => {
    const chat = await ask(answersOf({ shown: [settled] }));
    await expect.poll(() => heading(chat)).toBe(words);
    expect(await chat.view.getByRole('button').count()).toBe(0);
    await chat.endView();
    expect(chat.toldModel).toEqual([]);
  });

  it.each(['closed', 'unknown'] as const)('says that the question is not open any more: %s', async (state) => {
    const chat = await ask(answersOf({ shown: [refusalResult(state)] }));
    await expect.poll(() => status(chat)).toBe(CLOSED);
    const { structuredContent: _, ...textOnly } = refusalResult(state);
    const again = await ask(answersOf({ shown: [textOnly] }));
    await expect.poll(() => status(again)).toBe(CLOSED);
    expect(await again.view.getByRole('button').count()).toBe(0);
  });
});

describe('without a way to the server', () => {
  it('says that the chat has to be used: the host makes no calls', async () => {
    const chat = await ask(answersOf({}), { updateModelContext: { text: {} } });
    await expect.poll(() => status(chat)).toBe(IN_CHAT);
    expect(await chat.view.getByRole('cell', { name: 'Refund 10' }).isVisible()).toBe(true);
    expect(chat.calls).toEqual([]);
  });

  it.each<[string, Json | Error]>([
    ['the host refuses the call', new Error('Tool not found')],
    ['the server knows no such tool', { isError: true, content: [{ type: 'text', text: 'Unknown tool' }] }],
  ])('says that the chat has to be used: %s', async (_what, reply) => {
    const chat = await ask(answersOf({ shown: [reply] }));
    await expect.poll(() => status(chat)).toBe(IN_CHAT);
    expect(await chat.view.getByRole('button').count()).toBe(0);
  });

  it('says that the chat has to be used: the approval is missing', async () => {
    const chat = await openChat({ result: questionResult(ITEMS, { approval: '' }), callTool: answersOf({}) });
    await expect.poll(() => status(chat)).toBe(IN_CHAT);
    expect(chat.calls).toEqual([]);
  });

  it('says that the chat has to be used: the host strips what is for the view', async () => {
    const { _meta, ...stripped } = QUESTION;
    const chat = await openChat({ result: stripped });
    await expect.poll(() => heading(chat)).toBe(IN_CHAT);
    expect(await chat.view.locator('td.name').allTextContents()).toEqual(['Refund 10', 'Refund 9', 'Launch']);
    expect(await chat.view.getByRole('button').count()).toBe(0);
  });

  it('says so after half a minute without an answer, and asks when it comes', async () => {
    let tell = (_result: Json): void => {};
    const said = new Promise<Json>((resolve) => {
      tell = resolve;
    });
    const chat = await ask(() => said);
    await expect.poll(() => sent(chat)).toEqual(['shown']);
    await chat.page.clock.fastForward(31_000);
    await expect.poll(() => status(chat)).toBe(IN_CHAT);
    tell(OPEN);
    await keep(chat).waitFor();
  });

  it('draws no late answer over the list to which the user went back', async () => {
    let tell = (_result: Json): void => {};
    const said = new Promise<Json>((resolve) => {
      tell = resolve;
    });
    const chat = await openChat({
      result: listResult([{ id: '1', name: 'Refund 10' }], { more: { next_cursor: 'c1' } }),
      callTool: async (name) => {
        if (name === 'delete_threads') return QUESTION;
        return name === 'find_threads' ? listResult([{ id: '2', name: 'later' }]) : said;
      },
    });
    await chat.view.getByRole('checkbox', { name: 'Select Refund 10' }).check();
    await chat.view.getByRole('button', { name: 'Delete selected (1)' }).click();
    await expect.poll(() => sent(chat)).toEqual([undefined, 'shown']);
    await chat.page.clock.fastForward(31_000);
    await chat.view.getByRole('button', { name: 'Back to the list' }).click();
    tell(DELETED);
    await chat.view.getByRole('button', { name: 'Load more' }).click();
    await expect.poll(() => chat.view.locator('td.name').allTextContents()).toEqual(['Refund 10', 'later']);
    expect(await chat.view.getByRole('heading').count()).toBe(0);
  });

  it('goes back to the list from which it was asked', async () => {
    const chat = await openChat({
      result: listResult([{ id: '1', name: 'Refund 10' }]),
      callTool: async (name) => (name === 'delete_threads' ? QUESTION : refusalResult('closed')),
    });
    await chat.view.getByRole('checkbox', { name: 'Select Refund 10' }).check();
    await chat.view.getByRole('button', { name: 'Delete selected (1)' }).click();
    await chat.view.getByRole('button', { name: 'Back to the list' }).click();
    expect(await chat.view.getByRole('checkbox', { name: 'Select Refund 10' }).isChecked()).toBe(true);
  });
});
