import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { promptsFor } from '../../prompts/index.ts';
import { ROOMS } from '../../scripts/rooms.mjs';
import { FALLBACKS, ROWS } from '../../src/agora/vendor-rows.ts';
import { capitalised } from '../../src/base/capitalised.ts';
import { OWN_CODES } from '../../src/base/error-codes.ts';
import { settingFlags } from '../../src/cli/flags.ts';
import { documented } from '../../src/settings/schema.ts';
import { catalogue } from '../../tools/index.ts';
import { runBinary, runDemo } from '../support/binary.ts';
import * as chinese from '../support/chinese.ts';
import { example, hostConfigs, hostLinks, links, readmeLinks } from '../support/hosts.ts';
import { table, withBlock } from '../support/markdown.ts';
import { OWN_ERRORS, type OwnError } from '../support/own-errors.ts';
import { hasTerminal, playDemo } from '../support/pseudo-terminal.ts';
import { roomsPicture } from '../support/rooms-picture.ts';
import { scenes, terminalPicture } from '../support/terminal-picture.ts';
import { deletionQuestion, toolSections } from '../support/tools-page.ts';

const root = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

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

const toolsInChinese = (): string =>
  table(
    ['工具', '类型', '作用', '参数'],
    catalogue.map(({ name, kind, argumentNames }) => [
      `\`${name}\``,
      chinese.kinds[kind],
      chinese.tools[name] ?? '',
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

const settingsInChinese = (): string =>
  table(
    ['变量', '参数', '含义', '默认值'],
    settingFlags.map(({ name: flag, setting: { name, default: usual, secret } }) => [
      `\`${name}\``,
      `\`--${flag}\``,
      secret ? `${chinese.settings[name]}；或用 \`${name}_FILE\` 指向文件` : chinese.settings[name],
      usual === undefined ? '' : `\`${usual}\``,
    ]),
  );

const allPrompts = promptsFor({ tools: new Set(catalogue.map(({ name }) => name)), now: 0 });

const prompts = (head: readonly string[], wordsOf: (prompt: (typeof allPrompts)[number]) => string): string =>
  table(
    head,
    allPrompts.map((prompt) => [
      `\`${prompt.name}\``,
      Object.entries(prompt.input.shape)
        .map(([name, schema]) => `\`${name}${schema.safeParse(undefined).success ? '?' : ''}\``)
        .join(' '),
      wordsOf(prompt),
    ]),
  );

/** As the binary itself lists them. */
async function commands(): Promise<string> {
  const [, listed = ''] = /^Commands\n([\s\S]*?)\n\n/m.exec((await runBinary(['--help'])).stdout) ?? [];
  return `\`\`\`text\n${listed.replace(/^ {2}/gm, '')}\n\`\`\``;
}

/** Times and days of this very run would make the page another one each day. */
const timeless = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, (_day, time) => `2026-11-23${time ? 'T08:00:00Z' : ''}`)
    .replace(/ \d\d:\d\d UTC/g, ' 08:00 UTC');
const demo = async (): Promise<string> => timeless((await runDemo()).stdout).trimEnd();

/** A page is its own snapshot: `npm run docs` writes it anew, and a stale page fails here. */
async function expectCurrent(name: string, blocks: Readonly<Record<string, string>>): Promise<string> {
  let page = await readFile(root(name), 'utf8');
  for (const [block, text] of Object.entries(blocks)) page = withBlock(page, block, text);
  await expect(page).toMatchFileSnapshot(root(name));
  return page;
}

it('README.md shows the links, tools, settings and demo as they are', async () => {
  await expectCurrent('README.md', {
    links: readmeLinks('Add to'),
    tools: tools(),
    settings: settings(),
    example: example.agora,
    prompts: prompts(['prompt', 'arguments', 'what it asks the assistant for'], ({ description }) => description),
    commands: await commands(),
    demo: `\`\`\`text\n${await demo()}\n\`\`\``,
  });
});

it('README.zh-CN.md shows the same links, tools and settings, in words for every one of them', async () => {
  expect(Object.keys(chinese.tools)).toEqual(catalogue.map(({ name }) => name));
  expect(Object.keys(chinese.prompts)).toEqual(allPrompts.map(({ name }) => name));
  expect(Object.keys(chinese.settings).sort()).toEqual(documented.map(({ name }) => name).sort());
  await expectCurrent('README.zh-CN.md', {
    links: readmeLinks('添加到'),
    tools: toolsInChinese(),
    prompts: prompts(['提示词', '参数', '作用'], ({ name }) => chinese.prompts[name] ?? ''),
    settings: settingsInChinese(),
    example: example.easemob,
  });
});

it.skipIf(!hasTerminal)('docs/demo.svg is a picture of the demo on a terminal (python3 with pty)', async () => {
  const wanted = ['list_user_threads', 'create_thread', 'rename_thread', 'delete_thread'];
  const svg = terminalPicture(
    scenes(timeless(await playDemo()), wanted),
    'A terminal: an assistant lists threads, creates one, renames it, and deletes it after a person said yes.',
  );
  expect(svg).not.toMatch(/<(script|image|style|foreignObject)|href|url\(/);
  await expect(svg).toMatchFileSnapshot(root('docs/demo.svg'));
});

it.each(Object.keys(hostConfigs))('docs/hosts/%s.md shows its configuration as the one source has it', async (host) => {
  const [config, link] = [hostConfigs[host], hostLinks[host]];
  await expectCurrent(`docs/hosts/${host}.md`, {
    ...(config !== undefined && { config }),
    ...(link !== undefined && { links: link }),
  });
});

it('a link says to its host what the snippets say', () => {
  const started = { command: 'npx', args: ['-y', 'agora-threads-mcp'] };
  for (const [link, scheme] of [
    [links.vscode, 'vscode:'],
    [links.vscodeInsiders, 'vscode-insiders:'],
  ] as const) {
    const url = new URL(link);
    expect([url.protocol, url.pathname]).toEqual([scheme, 'mcp/install']);
    expect(JSON.parse(decodeURIComponent(url.search.slice(1)))).toEqual({ name: 'agora-threads', ...started });
  }
  const { protocol, host, pathname, searchParams } = new URL(links.cursor);
  expect([protocol, host, pathname]).toEqual(['cursor:', 'anysphere.cursor-deeplink', '/mcp/install']);
  expect(searchParams.get('name')).toBe('agora-threads');
  expect(JSON.parse(Buffer.from(searchParams.get('config') ?? '', 'base64').toString())).toEqual(started);
});

it('docs/tools.md shows each tool with what a model reads of it', { timeout: 60_000 }, async () => {
  await expectCurrent('docs/tools.md', { tools: await toolSections() });
});

it.each([
  ['docs/confirmation.md', 'en'],
  ['docs/confirmation.zh-CN.md', 'zh'],
] as const)('%s shows the question that a person sees', async (page, language) => {
  await expectCurrent(page, { question: await deletionQuestion(language) });
});

it('docs/hosts/README.md shows the settings of an Easemob app', async () => {
  await expectCurrent('docs/hosts/README.md', { easemob: example.easemob });
});

const rooms = (): string =>
  table(
    ['room', 'what it holds'],
    ROOMS.map(({ path, holds }) => [`\`${path}${path.endsWith('.ts') ? '' : '/'}\``, holds]),
  );

it('CONTRIBUTING.md shows the rooms as the check of imports knows them', async () => {
  await expectCurrent('CONTRIBUTING.md', { rooms: rooms() });
});

it('CONTRIBUTING.md names files that exist, and functions that are in them', async () => {
  const page = await readFile(root('CONTRIBUTING.md'), 'utf8');
  const paths = [...page.matchAll(/`((?:src|tools|prompts|test|scripts|docs)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );
  expect(paths.filter((path) => !existsSync(root(path)))).toEqual([]);
  const pairs = [...page.matchAll(/`(\w+)(?:\(\))?`(?:\sand\s`(\w+)(?:\(\))?`)?\sin\s+`([\w./-]+\.\w+)`/g)];
  expect(pairs.length).toBeGreaterThan(20);
  for (const [, first, second, file = ''] of pairs) {
    const source = await readFile(root(file), 'utf8');
    for (const name of [first, second]) if (name) expect(source, file).toMatch(new RegExp(`\\b${name}\\b`));
  }
});

it('docs/rooms.svg is a picture of the rooms and of the imports that are allowed', async () => {
  const svg = roomsPicture(
    'The rooms from src/main.ts at the top to src/base at the bottom; arrows are allowed imports.',
  );
  expect(svg).not.toMatch(/<(script|image|style|foreignObject)|href|url\((?!#)/);
  await expect(svg).toMatchFileSnapshot(root('docs/rooms.svg'));
});

const vendorErrors = (): string =>
  table(
    ['code', 'HTTP', 'cause', 'remedy'],
    [
      ...ROWS.map(({ status, ...row }) => ({ ...row, status: status.join(', ') })),
      ...FALLBACKS.map(({ from, to, ...row }) => ({
        ...row,
        status: from === to ? `${from}` : from === 0 ? 'any other' : `${from}-${to}`,
      })),
    ].map(({ code, status, what, next, operator = next }) => [`\`${code}\``, status, capitalised(what), operator]),
  );

const ownErrors = (from: OwnError['from']): string =>
  table(
    ['code', 'cause', 'remedy'],
    Object.entries(OWN_ERRORS)
      .filter(([, error]) => error.from === from)
      .map(([code, { cause, remedy }]) => [`\`${code}\``, cause, remedy]),
  );

it('docs/errors.md has every code that an error can begin with, once, and no other', async () => {
  const page = await expectCurrent('docs/errors.md', {
    'vendor errors': vendorErrors(),
    'own errors': ownErrors('server'),
    'network errors': ownErrors('network'),
  });
  const [codes = ''] = page.split('## Outcomes');
  const listed = [...codes.matchAll(/^\| `(\w+)` +\|/gm)].map(([, code = '']) => code);
  expect(listed.sort()).toEqual([...OWN_CODES, ...[...ROWS, ...FALLBACKS].map(({ code }) => code)].sort());
});
