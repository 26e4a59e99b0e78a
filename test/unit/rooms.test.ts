import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { faultsOf } from '../../scripts/rooms.mjs';

const check = (...args: string[]) =>
  promisify(execFile)(process.execPath, [fileURLToPath(new URL('../../scripts/rooms.mjs', import.meta.url)), ...args]);

const faultsIn = (file: string, source: string): string[] => faultsOf(new Map([[file, source]]));

it('the source tree has no fault, and the check then prints nothing', async () => {
  expect(await check()).toEqual({ stdout: '', stderr: '' });
});

it('the check prints each fault and exits with 1', async () => {
  const root = await mkdtemp(join(tmpdir(), 'rooms-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const folder of ['src/base', 'tools', 'prompts', 'views', 'scripts', 'test']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await writeFile(join(root, 'src/base/clock.ts'), "import '../agora/thread.ts';\n");
  await writeFile(join(root, 'test/clock.ts'), '');
  await expect(check(root)).rejects.toMatchObject({
    code: 1,
    stderr: `src/base/clock.ts may not import ../agora/thread.ts: src/agora is above src/base
test/clock.ts has the same name as src/base/clock.ts
`,
  });
});

it.each([
  ['up', 'src/agora/a.ts', '../present/b.ts', 'src/present is above src/agora'],
  ['up from the folder that tools share', 'tools/support/a.ts', '../b.ts', 'tools is above tools/support'],
  ['up to main.ts', 'src/cli/a.ts', '../main.ts', 'src/main.ts is above src/cli'],
  ['from a tool to a prompt', 'tools/a.ts', '../prompts/b.ts', 'tools and prompts are side by side'],
  ['from a tool to what prompts share', 'tools/a.ts', '../prompts/support/b.ts', 'tools and prompts are side by side'],
  ['from a prompt to a tool', 'prompts/support/a.ts', '../../tools/b.ts', 'prompts and tools are side by side'],
  ['from the sandbox to the settings', 'src/sandbox/a.ts', '../settings/b.ts', 'src/sandbox and src/settings are side'],
  ['from the sandbox to the client', 'src/sandbox/a.ts', '../agora/b.ts', 'src/agora is above src/sandbox'],
  ['of the sandbox by a tool', 'tools/a.ts', '../src/sandbox/b.ts', 'may import src/sandbox'],
  ['of the sandbox by the doctor', 'src/doctor/a.ts', '../sandbox/b.ts', 'may import src/sandbox'],
  ['of the sandbox by the server', 'src/mcp/server.ts', '../sandbox/b.ts', 'may import src/sandbox'],
  [
    'of the SDK by the app',
    'src/app/a.ts',
    '@modelcontextprotocol/sdk/types.js',
    'only src/mcp may import the MCP SDK',
  ],
  ['of the SDK by a tool', 'tools/a.ts', '@modelcontextprotocol/sdk/types.js', 'only src/mcp may import the MCP SDK'],
  ['of a test', 'src/base/a.ts', '../../test/support/b.ts', 'test/support/b.ts is in no room'],
  ['from the view to a room', 'views/a.ts', '../src/base/b.ts', 'views imports no other room'],
  ['from the view to a package', 'views/a.ts', 'zod', 'views imports no package'],
  ['of the view', 'src/mcp/a.ts', '../../views/b.ts', 'nothing imports views'],
  ['of a file beside main.ts', 'src/cli/a.ts', '../b.ts', 'src/b.ts is in no room'],
])('refuses an import %s', (_what, file, specifier, why) => {
  const faults = faultsIn(file, `import { b } from '${specifier}';`);
  expect(faults).toEqual([expect.stringContaining(`${file} may not import ${specifier}: `)]);
  expect(faults[0]).toContain(why);
});

it.each([
  ['src/main.ts', './cli/b.ts'],
  ['src/cli/a.ts', './b.ts'],
  ['src/cli/a.ts', '../sandbox/b.ts'],
  ['src/app/a.ts', '../sandbox/b.ts'],
  ['src/mcp/instructions.ts', '../sandbox/b.ts'],
  ['src/mcp/a.ts', '@modelcontextprotocol/sdk/types.js'],
  ['src/mcp/a.ts', '../../tools/index.ts'],
  ['tools/a.ts', './support/b.ts'],
  ['prompts/a.ts', '../tools/support/b.ts'],
  ['views/a.ts', './b.ts'],
  ['src/base/a.ts', '../../package.json'],
  ['src/base/a.ts', 'node:fs'],
  ['test/unit/a.test.ts', '../../src/main.ts'],
  ['scripts/a.mjs', '../src/base/b.ts'],
])('allows %s to import %s', (file, specifier) => {
  expect(faultsIn(file, `import { b } from '${specifier}';`)).toEqual([]);
});

it.each([
  ["import { b } from '../cli/b.ts';"],
  ['import { b } from "../cli/b.ts";'],
  ["import type { B } from '../cli/b.ts';"],
  ["import { type B } from '../cli/b.ts';"],
  ["import {\n  b,\n  c,\n} from '../cli/b.ts';"],
  ["import * as b from '../cli/b.ts';"],
  ["import '../cli/b.ts';"],
  ["import'../cli/b.ts'"],
  ["export * from '../cli/b.ts';"],
  ["export type { B } from '../cli/b.ts';"],
  ["const { b } = await import('../cli/b.ts');"],
  ["const { b } = await import(\n  /* why */ '../cli/b.ts'\n);"],
  ['const { b } = await import(`../cli/b.ts`);'],
  ["type B = import('../cli/b.ts').B;"],
  ["import b from '../cli/b.mjs';"],
])('sees the import in %j', (source) => {
  expect(faultsIn('src/base/a.ts', source)).toHaveLength(1);
});

it('names every file that shares its name with another, whatever its extension, except index.ts', () => {
  const files = [
    'src/cli/a.ts',
    'src/app/a.ts',
    'scripts/a.mjs',
    'test/unit/a.test.ts',
    'tools/index.ts',
    'prompts/index.ts',
  ];
  expect(faultsOf(new Map(files.map((file) => [file, ''])))).toEqual([
    'src/app/a.ts has the same name as src/cli/a.ts',
    'scripts/a.mjs has the same name as src/cli/a.ts',
  ]);
});

it('names a file of src that is in no room', () => {
  expect(faultsIn('src/a.ts', '')).toEqual(['src/a.ts is in no room']);
  expect(faultsIn('src/new-room/a.ts', '')).toEqual(['src/new-room/a.ts is in no room']);
});

it('takes a file of 300 lines, but for tests not one of 301', () => {
  expect(faultsIn('tools/a.ts', '\n'.repeat(300))).toEqual([]);
  expect(faultsIn('tools/a.ts', '\n'.repeat(301))).toEqual(['tools/a.ts has over 300 lines']);
  expect(faultsIn('test/unit/a.ts', '\n'.repeat(301))).toEqual([]);
});
