import { source as axe } from 'axe-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Chat, type ChatOptions, useChat } from '../support/chat.ts';
import {
  answerResult,
  answersOf,
  item,
  listResult,
  outcomeOf,
  questionResult,
  refusalResult,
} from '../support/view-results.ts';

const openChat = useChat();

const THREADS = Array.from({ length: 50 }, (_, i) => ({
  id: String(240_000_000_000_000 + i),
  name: i === 0 ? 'n'.repeat(600) : `Thread ${i}`,
  owner: 'lin',
  group_id: '210000000000001',
  created: '2025-01-01',
}));
const LIST = listResult(THREADS, { groups: { 210000000000001: '退款' }, more: { next_cursor: 'c1' } });
const QUESTION = questionResult([item('1', 'n'.repeat(600)), item('2', 'Refund', { verified: false })]);
const OUTCOME = answerResult('settled', outcomeOf({ 1: 'failed', 2: 'not_tried', 3: 'deleted' }));

/** Everything that the page draws. */
const SCENES: Readonly<Record<string, Omit<ChatOptions, 'context'>>> = {
  'a list': { result: LIST },
  'an open question': { result: QUESTION, callTool: answersOf({ shown: [answerResult('open')] }) },
  'a question that is over': { result: QUESTION, callTool: answersOf({ shown: [refusalResult('closed')] }) },
  'an outcome': { result: QUESTION, callTool: answersOf({ shown: [OUTCOME] }) },
  'an error': { result: { isError: true, content: [{ type: 'text', text: 'Error [thread_not_found]: gone.' }] } },
};

/** Waits until the page has drawn all of a scene. */
async function drawn({ view }: Chat): Promise<void> {
  await view.locator('table, .told').first().waitFor();
  await expect.poll(() => view.getByText(/Please wait|请稍候/).count()).toBe(0);
}

const findings = z.object({
  passes: z.array(z.object({ id: z.string() })),
  violations: z.array(z.object({ id: z.string(), impact: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

async function seriousFindings({ view }: Chat): Promise<unknown> {
  await view.evaluate(axe);
  const { passes, violations } = findings.parse(await view.evaluate('axe.run()'));
  expect(passes.map(({ id }) => id)).toContain('color-contrast');
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
}

const background = ({ view }: Chat) => view.evaluate('getComputedStyle(document.body).backgroundColor');
const LIGHT = 'rgb(255, 255, 255)';
const DARK = 'rgb(28, 30, 33)';

describe.each(['light', 'dark'] as const)('in a %s chat', (theme) => {
  it.each(Object.keys(SCENES))('%s has no serious finding of axe', async (name) => {
    const scene = SCENES[name];
    if (!scene) throw new Error(`There is no scene ${name}.`);
    const chat = await openChat({ ...scene, context: { theme } });
    await drawn(chat);
    await chat.page.clock.fastForward(500);
    expect(await background(chat)).toBe(theme === 'dark' ? DARK : LIGHT);
    expect(await seriousFindings(chat)).toEqual([]);
  });
});

describe('on 320 pixels', () => {
  it.each(Object.keys(SCENES))('%s needs no sideways scrolling', async (name) => {
    const scene = SCENES[name];
    if (!scene) throw new Error(`There is no scene ${name}.`);
    const chat = await openChat({ ...scene, size: { width: 320, height: 600 } });
    await drawn(chat);
    expect(await chat.view.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    for (const cell of await chat.view.locator('td.name').all()) {
      expect((await cell.boundingBox())?.width).toBeGreaterThan(200);
    }
    expect(await seriousFindings(chat)).toEqual([]);
  });
});

describe('the host', () => {
  it('changes the theme of a page that is drawn already', async () => {
    const chat = await openChat({ result: LIST, context: { theme: 'light' } });
    expect(await background(chat)).toBe(LIGHT);
    await chat.changeContext({ theme: 'dark' });
    await expect.poll(() => background(chat)).toBe(DARK);
    expect(await chat.view.locator('tbody tr').count()).toBe(50);
  });

  it('that names no theme gets that of the browser', async () => {
    const chat = await openChat({ result: LIST });
    expect(await background(chat)).toBe(LIGHT);
  });

  it.each([
    ['zh-CN', 'zh-CN', '删除 2 个子区？', ['保留', '删除 2 个子区']],
    ['zh', 'zh-CN', '删除 2 个子区？', ['保留', '删除 2 个子区']],
    ['de-DE', 'en', 'Delete 2 threads?', ['Keep', 'Delete 2 threads']],
  ])('that speaks %s gets the page in %s', async (locale, lang, question, buttons) => {
    const callTool = answersOf({ shown: [answerResult('open')] });
    const chat = await openChat({ result: QUESTION, callTool, context: { locale } });
    expect(await chat.view.locator('html').getAttribute('lang')).toBe(lang);
    expect(await chat.view.getByRole('heading').textContent()).toBe(question);
    await expect.poll(() => chat.view.getByRole('button').allTextContents()).toEqual(buttons);
  });

  it('in English is drawn in Chinese where the server gave the page as Chinese', async () => {
    const callTool = answersOf({ shown: [answerResult('open')] });
    const chat = await openChat({ result: QUESTION, callTool, context: { locale: 'en-US' }, served: 'zh-CN' });
    expect(await chat.view.getByRole('heading').textContent()).toBe('删除 2 个子区？');
  });

  it('is told the height of what is drawn', async () => {
    const { page, view } = await openChat({ result: LIST });
    const height = await view.evaluate('document.documentElement.getBoundingClientRect().height');
    await expect.poll(async () => (await page.locator('iframe').boundingBox())?.height).toBe(Math.ceil(Number(height)));
    expect(height).toBeGreaterThan(1_000);
  });

  it('gets an answer when it ends the view', async () => {
    const chat = await openChat({ result: LIST });
    expect(await chat.endView()).toEqual({});
  });
});

describe('messages from others', () => {
  const FORGED = JSON.stringify({
    jsonrpc: '2.0',
    method: 'ui/notifications/tool-result',
    params: { content: [{ type: 'text', text: 'forged' }] },
  });

  it.each([
    [
      'a frame beside it',
      'chat',
      `{
      const other = document.body.appendChild(document.createElement('iframe'));
      other.contentWindow.eval("parent.frames[0].postMessage(" + JSON.stringify(${FORGED}) + ", '*')");
    }`,
    ],
    ['the page itself', 'view', `postMessage(${FORGED}, '*')`],
    ['a script', 'view', `dispatchEvent(new MessageEvent('message', { source: parent, data: ${FORGED} }))`],
  ])('from %s change nothing', async (_who, where, script) => {
    const chat = await openChat({ result: LIST });
    await drawn(chat);
    await chat.view.evaluate(`
      window.drawings = [];
      new MutationObserver(() => drawings.push(document.querySelectorAll('tbody tr').length))
        .observe(document.body, { childList: true, subtree: true });
    `);
    await (where === 'chat' ? chat.page : chat.view).evaluate(script);
    // What the host sends comes after it.
    await chat.sendResult(listResult([{ id: '1', name: 'after' }]));
    await expect.poll(() => chat.view.evaluate('drawings')).toEqual([1]);
  });
});

describe('names that others wrote', () => {
  const HOSTILE = [
    '<img src=x onerror=alert(1)><script>alert(1)</script>',
    '</td></tr></table><h1>Deleted</h1>',
    '&lt;b&gt;&amp;',
    '[link](javascript:alert(1)) {{1+1}}',
    'first\nsecond\r\tthird\u2028fourth',
    '\u202Etxt.exe\u2066 \u200F\u05D0\u05D1',
    'مرحبا (not verified)',
    `${'m'.repeat(590)}<b>end</b>`,
    'Z\u0300\u0301\u0302\u0303\u0304a\u0300\u0301',
    '👩‍👩‍👧‍👦'.repeat(40),
    ' ',
  ];
  const rows = HOSTILE.map((name, i) => ({ id: `id-${i}`, name, owner: name, group_id: name, created: name }));

  async function expectText(chat: Chat, column: string): Promise<void> {
    const cells = chat.view.locator(`td.${column}`);
    expect(await cells.count()).toBe(HOSTILE.length);
    expect(await cells.locator('bdi').allTextContents()).toEqual(HOSTILE);
    expect(await chat.view.locator('img, script:not(body > script), h1 + h1, b, a').count()).toBe(0);
  }

  const heights = async ({ view }: Chat): Promise<number[]> => {
    const boxes = await Promise.all((await view.locator('tbody tr').all()).map((row) => row.boundingBox()));
    return boxes.map((box) => box?.height ?? 0);
  };

  it('are text in a list, each in one row', async () => {
    const chat = await openChat({ result: listResult(rows) });
    for (const column of ['name', 'group', 'owner']) await expectText(chat, column);
    const [tall = 0] = (await heights(chat)).sort((a, b) => b - a);
    expect(tall).toBeLessThan(120);
    for (const long of await chat.view.locator('summary').all()) {
      expect((await long.boundingBox())?.height).toBeLessThan(30);
    }
    expect(await chat.view.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });

  it('are text in a question, where a long one can be opened', async () => {
    const items = rows.map(({ id, name }) => item(id, name, { owner: name, group: name }));
    const callTool = answersOf({ shown: [answerResult('open')] });
    const chat = await openChat({ result: questionResult(items, { app: HOSTILE[0], host: HOSTILE[1] }), callTool });
    for (const column of ['name', 'group', 'owner']) await expectText(chat, column);
    const long = chat.view.locator('tr', { hasText: 'mmm' }).locator('td.name summary');
    const closed = (await long.boundingBox())?.height ?? 0;
    expect(closed).toBeLessThan(30);
    await long.click();
    expect((await long.boundingBox())?.height ?? 0).toBeGreaterThan(3 * closed);
  });

  it('cannot stand for the marks of the page', async () => {
    const items = [item('1', 'Refund', { verified: false }), item('2', 'Refund not verified')];
    const chat = await openChat({
      result: questionResult(items),
      callTool: answersOf({ shown: [answerResult('open')] }),
    });
    expect(await chat.view.locator('td.name small').allTextContents()).toEqual(['not verified']);
  });
});

it('draws 50 rows in less than 100 ms', async () => {
  const chat = await openChat({ result: listResult([]) });
  // From the arrival of the message until the rows are laid out, which reading the height makes the browser do.
  await chat.view.evaluate(`
    window.took = [];
    addEventListener('message', ({ data, timeStamp }) => {
      if (data.method !== 'ui/notifications/tool-result') return;
      document.body.offsetHeight;
      took.push([document.querySelectorAll('tbody tr').length, performance.now() - timeStamp]);
    });
  `);
  const took: number[] = [];
  // The best of three: on a busy machine another process may come between.
  for (const id of ['a', 'b', 'c']) {
    await chat.sendResult(listResult(THREADS.map((thread) => ({ ...thread, id: `${id}${thread.id}` }))));
    const seen = z.array(z.tuple([z.literal(50), z.number()])).parse(await chat.view.evaluate('took'));
    took.push(seen.at(-1)?.[1] ?? Number.NaN);
  }
  expect(Math.min(...took)).toBeLessThan(100);
});
