import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { ROOMS } from '../../scripts/rooms.mjs';
import { ROWS } from '../../src/agora/vendor-rows.ts';
import { OWN_CODES } from '../../src/base/error-codes.ts';
import { capitalised } from '../../src/base/wording.ts';
import { FAMILIES } from '../../src/http/metrics.ts';
import * as chineseErrors from '../../src/present/errors-zh.ts';
import { documented } from '../../src/settings/schema.ts';
import { isKnown } from '../../src/settings/setting-names.ts';
import { catalogue } from '../../tools/index.ts';
import { runBinary } from '../support/binary.ts';
import * as chinese from '../support/chinese.ts';
import { conversationPicture } from '../support/conversation-picture.ts';
import { chineseConfig, easemobConfig, hostConfigs, hostLinks, links } from '../support/hosts.ts';
import { table, withBlock } from '../support/markdown.ts';
import { OWN_ERRORS, type OwnError } from '../support/own-errors.ts';
import { playConversation } from '../support/played-conversation.ts';
import { costs, firstPrompts } from '../support/readme-blocks.ts';
import { promptTable, settings, settingsInChinese, tools, toolsInChinese } from '../support/reference-tables.ts';
import { roomsPicture } from '../support/rooms-picture.ts';
import { deletionQuestion, toolSections } from '../support/tools-page.ts';

const root = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** As the binary itself lists them. */
async function commands(): Promise<string> {
  const [, listed = ''] = /^Commands\n([\s\S]*?)\n\n/m.exec((await runBinary(['--help'])).stdout) ?? [];
  return `\`\`\`text\n${listed.replace(/^ {2}/gm, '')}\n\`\`\``;
}

/** A page is its own snapshot: `npm run docs` writes it anew, and a stale page fails here. */
async function expectCurrent(name: string, blocks: Readonly<Record<string, string>>): Promise<string> {
  let page = await readFile(root(name), 'utf8');
  for (const [block, text] of Object.entries(blocks)) page = withBlock(page, block, text);
  await expect(page).toMatchFileSnapshot(root(name));
  return page;
}

it('README.md shows the tools, settings, costs and first prompts as they are', async () => {
  await expectCurrent('README.md', {
    'first prompts': await firstPrompts('en'),
    tools: tools(),
    costs: await costs('en'),
    settings: settings('usual'),
    'rare settings': settings('rare'),
  });
});

it('README.zh-CN.md shows the same, in words for every tool', async () => {
  expect(Object.keys(chinese.tools)).toEqual(catalogue.map(({ name }) => name));
  await expectCurrent('README.zh-CN.md', {
    'first prompts': await firstPrompts('zh'),
    tools: toolsInChinese(),
    prompts: promptTable(['提示词', '参数', '作用'], ({ name }) => chinese.prompts[name] ?? ''),
    costs: await costs('zh'),
    settings: settingsInChinese('usual'),
    'rare settings': settingsInChinese('rare'),
    example: chineseConfig,
  });
});

/** Without tables that are generated, blocks of code and comments. */
const wordsOf = (page: string): number =>
  page
    .replace(/<!-- generated: [\s\S]*?<!-- end -->/g, '')
    .replace(/```[\s\S]*?```|<!--[\s\S]*?-->/g, '')
    .split(/\s+/)
    .filter((word) => /\w/.test(word)).length;

it('README.md stays short', async () => {
  expect(wordsOf(await readFile(root('README.md'), 'utf8'))).toBeLessThan(1_400);
});

it('docs/commands.md lists the commands as the binary does', async () => {
  await expectCurrent('docs/commands.md', { commands: await commands() });
});

it.each([
  [
    'docs/conversation.svg',
    'en',
    'A person asks an assistant for test threads, and to delete them. The server asks the person, and then deletes.',
  ],
  ['docs/conversation.zh-CN.svg', 'zh', '有人请助手查找并删除测试子区；MCP 服务先问过本人，然后才删除。'],
] as const)('%s is a picture of a conversation on the sandbox', async (picture, language, title) => {
  await expect(conversationPicture(await playConversation(language), title)).toMatchFileSnapshot(root(picture));
});

it.each(Object.keys(hostConfigs))('docs/hosts/%s.md shows its configuration as the one source has it', async (host) => {
  const [config, link] = [hostConfigs[host], hostLinks[host]];
  await expectCurrent(`docs/hosts/${host}.md`, {
    ...(config !== undefined && { config }),
    ...(link !== undefined && { links: link }),
  });
});

const linked = z.strictObject({
  name: z.literal('agora-threads'),
  type: z.literal('stdio'),
  command: z.literal('node'),
  args: z.tuple([z.string()]),
  env: z.record(z.string(), z.string()).optional(),
  inputs: z.array(z.looseObject({ id: z.string(), password: z.literal(true).optional() })),
});

it.each(Object.entries(links))(
  'the link for %s asks for each setting that it uses, and hides secrets',
  (_app, link) => {
    const url = new URL(link);
    expect([url.protocol, url.pathname]).toEqual(['vscode:', 'mcp/install']);
    const { args, env = {}, inputs } = linked.parse(JSON.parse(decodeURIComponent(url.search.slice(1))));
    const used = [...args, ...Object.values(env)].map((value) => /^\$\{input:([\w-]+)\}/.exec(value)?.[1]);
    expect(used).toEqual(inputs.map(({ id }) => id));
    const secrets = new Set<string>(documented.filter(({ secret }) => secret).map(({ name }) => name));
    const hidden = Object.keys(env).filter((_name, i) => inputs[i + 1]?.password);
    expect(hidden).toEqual(Object.keys(env).filter((name) => secrets.has(name)));
    expect(Object.keys(env).filter((name) => !isKnown(name))).toEqual([]);
  },
);

it('docs/tools.md shows each tool with what a model reads of it', async () => {
  await expectCurrent('docs/tools.md', {
    tools: await toolSections(),
    prompts: promptTable(['prompt', 'arguments', 'what it asks the assistant for'], ({ description }) => description),
  });
});

it.each([
  ['docs/confirmation.md', 'en'],
  ['docs/confirmation.zh-CN.md', 'zh'],
] as const)('%s shows the question that a person sees', async (page, language) => {
  await expectCurrent(page, { question: await deletionQuestion(language) });
});

it.each([
  ['docs/hosts/README.md', easemobConfig],
  ['docs/hosts/README.zh-CN.md', chineseConfig],
])('%s shows the settings of an Easemob app', async (page, easemob) => {
  await expectCurrent(page, { easemob });
});

const rooms = (): string =>
  table(
    ['room', 'what it holds'],
    ROOMS.map(({ path, holds }) => [`\`${path}${path.endsWith('.ts') ? '' : '/'}\``, holds]),
  );

it('CONTRIBUTING.md shows the rooms as the check of imports knows them', async () => {
  await expectCurrent('CONTRIBUTING.md', { rooms: rooms() });
});

const metrics = (): string =>
  table(
    ['metric', 'type', 'what it tells'],
    Object.entries(FAMILIES).map(([name, [type, help]]) => [`\`agora_threads_${name}\``, type, help]),
  );

it('docs/team.md shows the metrics as they are, and the Chinese page has them all', async () => {
  await expectCurrent('docs/team.md', { metrics: metrics() });
  const page = await readFile(root('docs/team.zh-CN.md'), 'utf8');
  const named = [...page.matchAll(/^\| `agora_threads_(\w+)` +\|/gm)].map(([, name]) => name);
  expect(named).toEqual(Object.keys(FAMILIES));
});

it('the files for operators name settings and flags that exist', async () => {
  const files = await Promise.all(
    ['agora-threads-mcp@.service', 'nginx.conf'].map((name) => readFile(root(`docs/team/${name}`), 'utf8')),
  );
  const text = files.join('\n');
  const named = text.match(/\bAGORA_[A-Z_]+\b/g) ?? [];
  expect(named).not.toEqual([]);
  expect(named.filter((name) => !isKnown(name))).toEqual([]);
  // What an EnvironmentFile says wins over Environment, so the settings of a replica are flags.
  expect(text).not.toMatch(/^Environment=/m);
  const [, args = ''] = /^ExecStart=agora-threads-mcp ((?:.*\\\n)*.*)$/m.exec(text) ?? [];
  const help = (await Promise.all([runBinary(['serve', '--help']), runBinary(['--help'])])).map(({ stdout }) => stdout);
  const flags = args.match(/--[\w-]+/g) ?? [];
  expect(flags.slice(2)).toEqual(['--replica', '--app-certificate-file', '--http-tokens-file', '--audit-log']);
  expect(flags.filter((flag) => !help.join('').includes(flag))).toEqual([]);
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

const manifest = z.looseObject({ devDependencies: z.record(z.string(), z.string()) });

it('CONTRIBUTING.md gives a reason for every dependency', async () => {
  const { devDependencies } = manifest.parse(JSON.parse(await readFile(root('package.json'), 'utf8')));
  const [, listed = ''] = (await readFile(root('CONTRIBUTING.md'), 'utf8')).split('## Dependencies');
  expect(Object.keys(devDependencies).filter((name) => !listed.includes(`\`${name}\``))).toEqual([]);
});

it('docs/rooms.svg is a picture of the rooms and of the imports that are allowed', async () => {
  const svg = roomsPicture(
    'The rooms from src/main.ts at the top to src/base at the bottom; arrows are allowed imports.',
  );
  await expect(svg).toMatchFileSnapshot(root('docs/rooms.svg'));
});

const vendorErrors = (): string =>
  table(
    ['code', 'HTTP', 'cause', 'remedy'],
    ROWS.map(({ code, when: { status, statusClass }, what, next, operator = next }) => {
      const statuses =
        status?.join(', ') ?? (statusClass === undefined ? 'any other' : `${statusClass}00-${statusClass}99`);
      return [`\`${code}\``, statuses, capitalised(what), operator];
    }),
  );

const ownErrors = (from: OwnError['from']): string =>
  table(
    ['code', 'cause', 'remedy'],
    Object.entries(OWN_ERRORS)
      .filter(([, error]) => error.from === from)
      .map(([code, { cause, remedy }]) => [`\`${code}\``, cause, remedy]),
  );

const inChinese = (errors: Readonly<Record<string, readonly [meaning: string, remedy: string]>>): string =>
  table(
    ['错误码', '含义', '处理'],
    Object.entries(errors).map(([code, words]) => [`\`${code}\``, ...words]),
  );

it('docs/troubleshooting.zh-CN.md has words for every code', async () => {
  await expectCurrent('docs/troubleshooting.zh-CN.md', {
    'vendor errors': inChinese(chineseErrors.vendorErrors),
    'own errors': inChinese(chineseErrors.ownErrors),
  });
});

it('docs/errors.md has every code that an error can begin with, once, and no other', async () => {
  const page = await expectCurrent('docs/errors.md', {
    'vendor errors': vendorErrors(),
    'own errors': ownErrors('server'),
    'network errors': ownErrors('network'),
  });
  const [codes = ''] = page.split('## Outcomes');
  const listed = [...codes.matchAll(/^\| `(\w+)` +\|/gm)].map(([, code = '']) => code);
  expect(listed.sort()).toEqual([...OWN_CODES, ...ROWS.map(({ code }) => code)].sort());
});
