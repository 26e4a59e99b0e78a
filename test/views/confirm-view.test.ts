import { describe, expect, it } from 'vitest';
import { type CallTool, type Chat, type Json, useChat } from '../support/chat.ts';
import {
  APPROVAL,
  answerResult,
  answersOf,
  DELETED,
  ITEMS,
  OPEN,
  outcomeOf,
  QUESTION,
  questionResult,
  refusalResult,
} from '../support/view-results.ts';

const openChat = useChat();

const DECLINED = answerResult('declined', { status: 'declined', results: [] });
const TIMED_OUT = new Error('Request timed out');

const CLOSED = 'This question is no longer open. Ask again in the chat.';
const LOST = 'This view could not find out what happened. Please ask in the chat.';

const ask = (callTool: CallTool, capabilities?: Json): Promise<Chat> =>
  openChat({ result: QUESTION, callTool, ...(capabilities && { capabilities }) });
const keep = ({ view }: Chat) => view.getByRole('button', { name: 'Keep' });
const remove = ({ view }: Chat) => view.getByRole('button', { name: 'Delete 3 threads' });
const heading = ({ view }: Chat) => view.getByRole('heading').textContent();
const status = ({ view }: Chat) => view.getByRole('status').textContent();
/** Waits until the button that deletes takes clicks. */
const arm = async (chat: Chat) => {
  await remove(chat).waitFor();
  await chat.page.clock.fastForward(500);
  await expect.poll(() => remove(chat).isEnabled()).toBe(true);
};
const sent = ({ calls }: Chat) => calls.map(([, { answer }]) => answer);

describe('a question', () => {
  it('shows what would be lost, and where', async () => {
    const chat = await ask(answersOf({ shown: [OPEN] }));
    await arm(chat);
    expect(await chat.view.locator('main').ariaSnapshot()).toMatchInlineSnapshot(`
      "- main:
        - heading "Delete 3 threads?" [level=1]
        - paragraph: This cannot be undone. All messages are deleted too.
        - paragraph: App acme#support on a1.chat.agora.io
        - table "Threads":
          - rowgroup:
            - row "Name Group Owner Created Members":
              - columnheader "Name"
              - columnheader "Group"
              - columnheader "Owner"
              - columnheader "Created"
              - columnheader "Members"
          - rowgroup:
            - row "Refund 10 Refunds lin 2025-01-01 12":
              - cell "Refund 10"
              - cell "Refunds"
              - cell "lin"
              - cell "2025-01-01"
              - cell "12"
            - row "Refund 9 not verified Refunds lin 2025-01-01 12":
              - cell "Refund 9 not verified"
              - cell "Refunds"
              - cell "lin"
              - cell "2025-01-01"
              - cell "12"
            - row "Launch already gone Refunds lin 2025-01-01 12":
              - cell "Launch already gone"
              - cell "Refunds"
              - cell "lin"
              - cell "2025-01-01"
              - cell "12"
        - status
        - button "Keep"
        - button "Delete 3 threads""
    `);
    expect(chat.calls).toEqual([['answer_confirmation', { approval: APPROVAL, answer: 'shown' }]]);
  });

  it('about members names the users', async () => {
    const chat = await openChat({
      result: questionResult(ITEMS.slice(0, 1), { action: 'remove', users: ['lin', 'wei'], sandbox: true }),
      callTool: answersOf({ shown: [OPEN] }),
    });
    await chat.view.getByRole('button', { name: 'Remove 2 users from 1 thread' }).waitFor();
    expect(await heading(chat)).toBe('[sandbox] Remove 2 users from 1 thread?');
    expect(await chat.view.locator('p').allTextContents()).toEqual([
      'They stay in the group.',
      'App acme#support on a1.chat.agora.io',
      'lin, wei',
      '',
    ]);
    expect(await chat.view.locator('p bdi').allTextContents()).toEqual([
      'App acme#support on a1.chat.agora.io',
      'lin',
      'wei',
    ]);
  });

  it('has no button before the server has said that it is open', async () => {
    let tell = (_result: Json): void => {};
    const said = new Promise<Json>((resolve) => {
      tell = resolve;
    });
    const chat = await ask(() => said);
    await expect.poll(() => sent(chat)).toEqual(['shown']);
    expect(await chat.view.getByRole('button').count()).toBe(0);
    expect(await status(chat)).toBe('Please wait…');
    tell(OPEN);
    await keep(chat).waitFor();
    expect(await chat.view.getByRole('button').allTextContents()).toEqual(['Keep', 'Delete 3 threads']);
  });

  it('focuses the safe button, and takes no click that was meant for something else', async () => {
    const chat = await openChat({ result: QUESTION, callTool: answersOf({ shown: [OPEN] }), stopsAt: '2026-11-27' });
    await keep(chat).waitFor();
    expect(await chat.view.evaluate('document.activeElement.textContent')).toBe('Keep');
    expect(await remove(chat).isDisabled()).toBe(true);
    await chat.page.clock.runFor(499);
    expect(await remove(chat).isDisabled()).toBe(true);
    await chat.page.clock.runFor(1);
    expect(await remove(chat).isEnabled()).toBe(true);
    await chat.page.clock.resume();
  });

  it('takes no click that a script made', async () => {
    const chat = await ask(answersOf({ shown: [OPEN], no: [DECLINED] }));
    await arm(chat);
    await chat.view.evaluate(`for (const button of document.querySelectorAll('button')) {
      button.click();
      button.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      button.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }));
      button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    }`);
    expect(sent(chat)).toEqual(['shown']);
    await keep(chat).click();
    await expect.poll(() => sent(chat)).toEqual(['shown', 'no']);
  });

  it('is answered by keyboard alone', async () => {
    const chat = await ask(answersOf({ shown: [OPEN], yes: [DELETED] }));
    await arm(chat);
    await chat.page.keyboard.press('Tab');
    await chat.page.keyboard.press('Enter');
    await expect.poll(() => heading(chat)).toBe('2 deleted');
    expect(await chat.view.evaluate('document.activeElement.tagName')).toBe('H1');
  });
});

describe('an answer', () => {
  it('yes shows what came of it, and tells the model', async () => {
    const outcome = { 1: 'deleted', 2: 'failed', 3: 'not_tried' };
    const settled = answerResult('settled', outcomeOf(outcome));
    const chat = await ask(answersOf({ shown: [OPEN], yes: [settled] }));
    await remove(chat).click();
    await expect.poll(() => heading(chat)).toBe('1 deleted, 1 failed, 1 not tried');
    expect(await chat.view.locator('main').ariaSnapshot()).toMatchInlineSnapshot(`
      "- main:
        - heading "1 deleted, 1 failed, 1 not tried" [level=1]
        - table "Threads":
          - rowgroup:
            - row "Name Owner Outcome":
              - columnheader "Name"
              - columnheader "Owner"
              - columnheader "Outcome"
          - rowgroup:
            - row "Thread 1 lin deleted":
              - cell "Thread 1"
              - cell "lin"
              - cell "deleted"
            - row "Thread 2 lin failed":
              - cell "Thread 2"
              - cell "lin"
              - cell "failed"
            - row "Thread 3 lin not tried":
              - cell "Thread 3"
              - cell "lin"
              - cell "not tried"
        - paragraph: There was no time for those not tried. To continue, ask in the chat."
    `);
    expect(sent(chat)).toEqual(['shown', 'yes']);
    await expect.poll(() => chat.toldModel).toEqual([settled.content]);
  });

  it('no says that nothing was deleted, and tells the model', async () => {
    const chat = await ask(answersOf({ shown: [OPEN], no: [DECLINED] }));
    await keep(chat).click();
    await expect.poll(() => heading(chat)).toBe('Nothing was deleted.');
    expect(await chat.view.getByRole('button').count()).toBe(0);
    await expect.poll(() => chat.toldModel).toEqual([DECLINED.content]);
  });

  it('is not told to a model that the host cannot reach', async () => {
    const chat = await ask(answersOf({ shown: [OPEN], no: [DECLINED] }), { serverTools: {} });
    await keep(chat).click();
    await expect.poll(() => heading(chat)).toBe('Nothing was deleted.');
    await chat.endView();
    expect(chat.toldModel).toEqual([]);
  });

  it('that was not acted on shows the reason', async () => {
    const reason = { status: 'declined', confirmed_by: 'click', thread: { id: '1', name: 'Refund 10' } };
    const chat = await ask(answersOf({ shown: [OPEN], yes: [answerResult('settled', reason)] }));
    await remove(chat).click();
    await expect.poll(() => heading(chat)).toBe('Nothing was deleted.');
    expect(await chat.view.locator('.told').textContent()).toBe('It is settled.');
  });

  it('that failed shows the error', async () => {
    const failed = { ...answerResult('settled'), isError: true };
    const chat = await ask(answersOf({ shown: [OPEN], yes: [failed] }));
    await remove(chat).click();
    await expect.poll(() => heading(chat)).toBe('The call failed.');
    expect(await chat.view.locator('.told').textContent()).toBe('It is settled.');
  });

  it('for which the host stops waiting is asked after, until its outcome is there', async () => {
    const early = answersOf({ shown: [OPEN, answerResult('working')], yes: [TIMED_OUT] });
    let ended = false;
    const chat = await ask(async (name, args) => (ended ? DELETED : early(name, args)));
    await remove(chat).click();
    await expect.poll(() => sent(chat).slice(0, 4)).toEqual(['shown', 'yes', 'shown', 'shown']);
    expect(await status(chat)).toBe('Please wait…');
    expect(await chat.view.getByRole('button').count()).toBe(0);
    ended = true;
    await expect.poll(() => heading(chat)).toBe('2 deleted');
    await expect.poll(() => chat.toldModel).toEqual([DELETED.content]);
  });

  it('that did not arrive is asked for again', async () => {
    const chat = await ask(answersOf({ shown: [OPEN], yes: [TIMED_OUT, DELETED] }));
    await remove(chat).click();
    await expect.poll(() => status(chat)).toBe('Your answer did not arrive. Please choose again.');
    await remove(chat).click();
    await expect.poll(() => heading(chat)).toBe('2 deleted');
    expect(sent(chat)).toEqual(['shown', 'yes', 'shown', 'yes']);
  });

  it.each<[string, (Json | Error)[], string]>([
    ['the host makes no more calls', [OPEN, TIMED_OUT], LOST],
    ['the server has started anew', [OPEN, refusalResult('unknown')], LOST],
    ['the question was over', [OPEN, refusalResult('closed')], CLOSED],
  ])('claims nothing where %s after a time-out', async (_what, shown, told) => {
    const chat = await ask(answersOf({ shown, yes: [TIMED_OUT] }));
    await remove(chat).click();
    await expect.poll(() => status(chat)).toBe(told);
    expect(await chat.view.getByRole('button').count()).toBe(0);
    await chat.endView();
    expect(chat.toldModel).toEqual([]);
  });
});
