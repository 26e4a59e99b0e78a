import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { settingFlags } from '../../src/flags.ts';
import { catalogue } from '../../tools/index.ts';
import { runDemo } from '../support/binary.ts';
import { table, withBlock } from '../support/markdown.ts';

const README = new URL('../../README.md', import.meta.url);

const firstSentence = (text: string): string => /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;

const tools = (): string =>
  table(
    ['tool', 'kind', 'what it does', 'arguments'],
    catalogue.map(({ name, kind, description, argumentNames }) => [
      `\`${name}\``,
      kind,
      firstSentence(description),
      argumentNames.map((argument) => `\`${argument}\``).join(' '),
    ]),
  );

const settings = (): string =>
  table(
    ['variable', 'flag', 'meaning', 'default'],
    settingFlags.map(({ name: flag, setting: { name, meaning, default: usual, secret } }) => [
      `\`${name}\``,
      `\`--${flag}\``,
      secret ? `${meaning}; or \`${name}_FILE\`` : meaning,
      usual === undefined ? '' : `\`${usual}\``,
    ]),
  );

/** Times of this very run would make the page another one each day. */
const timeless = (text: string): string => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-11-23T08:00:00Z');

// The page is its own snapshot: `npm run docs` writes it anew, and a stale page fails here.
it('the README shows the tools, the settings and the demo as they are', async () => {
  const blocks: Readonly<Record<string, string>> = {
    tools: tools(),
    settings: settings(),
    demo: `\`\`\`text\n${timeless((await runDemo()).stdout).trimEnd()}\n\`\`\``,
  };
  let page = await readFile(README, 'utf8');
  for (const [name, block] of Object.entries(blocks)) page = withBlock(page, name, block);
  await expect(page).toMatchFileSnapshot(README.pathname);
});
