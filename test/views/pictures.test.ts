import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { type Json, useChat } from '../support/chat.ts';
import { startViewServer } from '../support/view-server.ts';

// The pictures in the documents. Pixels differ from browser to browser, so what a picture shows is held as text beside
// it: a page that draws something else fails here, and `npm run docs` writes both anew.

const openChat = useChat();

const PICTURES: readonly (readonly [file: string, shows: 'list' | 'question', context: Json])[] = [
  ['view', 'list', { theme: 'light', locale: 'en' }],
  ['view-question', 'question', { theme: 'dark', locale: 'en' }],
  ['view.zh-CN', 'list', { theme: 'light', locale: 'zh-CN' }],
  ['view-question.zh-CN', 'question', { theme: 'dark', locale: 'zh-CN' }],
];

const LARGEST = 45_000;

it.each(PICTURES)('docs/%s.png shows a %s', async (file, shows, context) => {
  const server = await startViewServer({});
  const args = { group_id: SANDBOX_HINTS.groups[0].id, username: 'lin', limit: 6 };
  await server.call('find_groups', { name_contains: SANDBOX_HINTS.groups[0].name });
  const result = await server.call('list_user_group_threads', args);
  const { page, view } = await openChat({ result, callTool: server.call, context, size: { width: 656, height: 600 } });
  for (const row of [1, 2, 5]) await view.getByRole('checkbox').nth(row).check();
  if (shows === 'question') {
    await view.locator('.danger').click();
    await view.getByRole('heading').waitFor();
    await expect.poll(() => view.locator('.danger').isEnabled()).toBe(true);
    await view.getByRole('button').first().focus();
  }

  const drawn = await view.locator('main').ariaSnapshot();
  await expect(`${drawn}\n`).toMatchFileSnapshot(`__snapshots__/${file}.txt`);
  const path = fileURLToPath(new URL(`../../docs/${file}.png`, import.meta.url));
  if (expect.getState().snapshotState.snapshotUpdateState === 'all') {
    await writeFile(path, await page.locator('iframe').screenshot());
  }
  const png = await readFile(path);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.byteLength).toBeLessThan(LARGEST);
});
