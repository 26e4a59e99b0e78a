import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isKnown } from '../../src/settings/setting-names.ts';

/*
 * What holds for every page: its shell blocks run, its JSON is JSON, and what it names or links to is there.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
  /** What the line before it says of it. */
  readonly mark: string | undefined;
}

async function readPages(): Promise<ReadonlyMap<string, string>> {
  const folders = ['docs', 'test'].map(async (folder) =>
    (await readdir(join(ROOT, folder), { recursive: true })).map((name) => join(folder, name)),
  );
  const names = [...(await readdir(ROOT)), ...(await Promise.all(folders)).flat()].filter((name) => /\.md$/.test(name));
  return new Map(
    await Promise.all(names.sort().map(async (name) => [name, await readFile(join(ROOT, name), 'utf8')] as const)),
  );
}

/** The fenced blocks of a page; an item of a list may hold one too. */
function blocksOf(page: string, text: string): Block[] {
  return [...text.matchAll(/(?:^ *<!-- ([^\n]*) -->\n+)?^ *```(\S*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, mark, language = '', block = '']) => ({ page, language, text: block, mark }),
  );
}

const pages = await readPages();
const blocks = [...pages].flatMap(([page, text]) => blocksOf(page, text));
const shell = blocks.filter(({ language }) => /^(sh|bash|shell|console|powershell)$/.test(language));
const marked = (name: string) =>
  shell.flatMap(({ mark, ...block }) =>
    mark?.startsWith(`${name}: `) ? [{ ...block, said: mark.slice(name.length + 2) }] : [],
  );

const PATH = process.env['PATH'] ?? '';
/** In a shell, where `dist/main.js` is found; none of this machine's settings reach it. */
const start = (text: string) =>
  spawn('sh', ['-e', '-c', text], { cwd: ROOT, env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] });

describe.skipIf(process.platform === 'win32')('shell blocks', () => {
  const plain = [...new Set(shell.filter(({ mark }) => mark === undefined).map(({ text }) => text.trim()))];

  it.each(plain)('%s runs', async (text) => {
    const child = start(text);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part) => (output += part));
    const [code] = await once(child, 'close');
    // With no app in its settings, the doctor says that none was checked.
    expect(code, output).toBe(/ doctor\b/.test(text) ? 3 : 0);
  });

  const endless = marked('runs until').map(({ text, said }) => [text.trim(), said] as const);

  it.each(endless)('%s runs until it says: %s', async (text, said) => {
    // The command in place of its shell, so that it is what is ended.
    const child = start(`exec ${text}`);
    onTestFinished(() => void child.kill('SIGTERM'));
    let output = '';
    for await (const part of child.stdout.setEncoding('utf8')) {
      output += part;
      if (output.includes(said)) return;
    }
    expect(output).toContain(said);
  });
});

it('a shell block that no test runs says who runs it, or what it needs', () => {
  const known = /^(needs: (host|account)|run by: ci|runs until: .+)$/;
  expect(shell.filter(({ mark }) => mark !== undefined && !known.test(mark))).toEqual([]);
  expect(shell.length).toBeGreaterThan(10);
});

it('what is said to be run in CI is', async () => {
  const ci = (
    await Promise.all(['.ci/run', '.github/workflows/ci.yml'].map((name) => readFile(join(ROOT, name), 'utf8')))
  ).join('\n');
  const lines = new Set(
    ci.split('\n').map((line) =>
      line
        .trim()
        .replace(/^- run: /, '')
        .replace(/ -- .*$/, ''),
    ),
  );
  const said = marked('run by').flatMap(({ text }) => text.trim().split(/\n| && /));
  expect(said.length).toBeGreaterThan(5);
  expect(said.filter((command) => !lines.has(command))).toEqual([]);
});

it('every block says its language, and JSON is JSON', () => {
  expect(blocks.filter(({ language }) => language === '')).toEqual([]);
  for (const { language, text } of blocks) if (language === 'json') expect(() => JSON.parse(text)).not.toThrow();
});

/** As GitHub makes it of a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

const withoutBlocks = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```$/gm, '');
const linksOf = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

it('every link to a file of this repository finds it, and its heading', () => {
  const broken = [...pages].flatMap(([page, text]) =>
    linksOf(text)
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [path = '', heading] = target.split('#');
        const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), decodeURI(path)));
        if (!existsSync(join(ROOT, file))) return true;
        if (heading === undefined) return false;
        const headings = [...withoutBlocks(pages.get(file) ?? '').matchAll(/^#+ (.+)$/gm)];
        return !headings.some(([, words = '']) => anchor(words) === decodeURI(heading));
      })
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

it('every table has as many cells in each row as in its head', () => {
  const tables = [...pages].flatMap(([page, text]) =>
    [...withoutBlocks(text).matchAll(/^\|.*\|\n\|[-|: ]+\|\n(?:\|.*\|\n)*/gm)].map(([table]) => ({ page, table })),
  );
  expect(tables.length).toBeGreaterThan(40);
  // A bar inside of a cell is written `\\|`.
  const cells = (row: string) => row.replaceAll('\\|', '').split('|').length;
  const uneven = tables.flatMap(({ page, table }) => {
    const [head = '', ...rows] = table.trimEnd().split('\n');
    return rows.filter((row) => cells(row) !== cells(head)).map((row) => `${page}: ${row.slice(0, 60)}`);
  });
  expect(uneven).toEqual([]);
});

describe('pictures', async () => {
  const pictures = (await readdir(join(ROOT, 'docs'))).filter((name) => /\.(svg|png)$/.test(name));

  it.each(pictures)('%s is on a page, with words for those who cannot see it', (name) => {
    const words = [...pages].flatMap(([page, text]) =>
      [...text.matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)].flatMap(([, alt = '', target = '']) =>
        join(dirname(page), target) === join('docs', name) ? [alt] : [],
      ),
    );
    expect(words).not.toEqual([]);
    expect(words.filter(({ length }) => length < 15)).toEqual([]);
  });

  it.each(pictures.filter((name) => name.endsWith('.svg')))(
    '%s says what it shows, and loads nothing',
    async (name) => {
      const svg = await readFile(join(ROOT, 'docs', name), 'utf8');
      expect(svg).toMatch(/role="img" aria-labelledby="title"/);
      expect(svg).toMatch(/<title id="title">.{20,}<\/title>/);
      expect(svg).not.toMatch(/<(script|image|style|foreignObject)|href|url\((?!#)/);
    },
  );

  it.each(['README.md', 'README.zh-CN.md'])(
    'those of %s have letters of at least 10 pixels on a page of 400',
    async (page) => {
      const here = linksOf(pages.get(page) ?? '').filter((target) => target.endsWith('.svg'));
      expect(here).not.toEqual([]);
      for (const target of here) {
        const svg = await readFile(join(ROOT, target), 'utf8');
        const sizes = [...svg.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size));
        const width = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]);
        expect(Math.min(...sizes) * Math.min(1, 400 / width)).toBeGreaterThanOrEqual(10);
      }
    },
  );
});

it('every file that a page names in passing is there', () => {
  const named = [...pages].flatMap(([page, text]) =>
    [...withoutBlocks(text).matchAll(/`((?:src|tools|prompts|test|docs|scripts)\/[\w./-]*)`/g)].map(
      ([, path = '']) => ({
        page,
        path,
      }),
    ),
  );
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter(({ path }) => !existsSync(join(ROOT, path)));
  expect(missing.map(({ page, path }) => `${page}: ${path}`)).toEqual([]);
});

it('every setting that a page names is one', () => {
  const named = [...pages.values()].flatMap(
    (text) => text.match(/\b(?:AGORA_(?:CHAT|APP|THREADS)|EASEMOB)_[A-Z_]+\b/g) ?? [],
  );
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((name) => !isKnown(name))).toEqual([]);
});

it('links lead to no other site than these', () => {
  const sites = [...pages.values()].flatMap((text) =>
    linksOf(text)
      .filter((target) => /^https?:/.test(target))
      .map((target) => new URL(target).host),
  );
  expect([...new Set(sites)].sort()).toEqual([
    'console.agora.io',
    'console.easemob.com',
    'doc.easemob.com',
    'docs.agora.io',
    'insiders.vscode.dev',
    'keepachangelog.com',
    'semver.org',
  ]);
});
