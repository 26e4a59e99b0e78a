// The rooms of the house, and which of them may import which. `npm run lint` fails on any other import; the map in
// CONTRIBUTING.md is made from the same table.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * From the top of the house down: a room may import itself and every room below it, unless `imports` or `importedBy`
 * says otherwise. A folder inside another room is a room of its own.
 *
 * @type {readonly { path: string, holds: string, imports?: readonly string[], importedBy?: readonly string[], beside?: string }[]}
 */
export const ROOMS = [
  { path: 'src/main.ts', holds: 'Turns the command line into one command' },
  { path: 'src/cli', holds: 'One file per command, and what only a terminal needs' },
  { path: 'src/doctor', holds: 'One file per check of settings, network and service' },
  { path: 'src/app', holds: 'Puts settings, API and tools together into a server' },
  {
    path: 'src/mcp',
    holds: 'The MCP server: JSON-RPC, transports, prompts, instructions, error text. Only this room knows the MCP SDK',
  },
  {
    path: 'tools',
    holds: 'One file per tool: its words, its arguments, its result, and a short handler',
    beside: 'prompts',
  },
  { path: 'prompts', holds: 'One file per prompt', beside: 'tools' },
  { path: 'prompts/support', holds: 'What several prompts share', beside: 'tools' },
  { path: 'tools/support', holds: 'What several tools share' },
  { path: 'src/toolkit', holds: 'What every tool is made with: `defineTool`, the confirmation gate, the audit log' },
  { path: 'src/present', holds: 'The text a model reads, made from the structured result' },
  { path: 'src/lists', holds: 'Paging through lists: walks, cursors, filters' },
  { path: 'src/agora', holds: 'The REST API as typed calls. Knows nothing of MCP, tools or cursors of ours' },
  {
    path: 'src/sandbox',
    holds: 'An Agora Chat of our own over real HTTP. Shares no code with `src/agora`',
    imports: ['src/base'],
    importedBy: ['src/cli', 'src/app', 'src/mcp/instructions.ts'],
  },
  { path: 'src/settings', holds: 'Every setting in one schema; reading them, and the secrets they name' },
  { path: 'src/base', holds: 'Clock, escaping, redaction, logging: small helpers without a room of their own' },
];

/** The MCP SDK is known in one room only. */
const SDK = '@modelcontextprotocol/';
const SDK_ROOM = 'src/mcp';

/** @param {string} file a path from the repository's root */
const roomOf = (file) =>
  ROOMS.filter(({ path }) => file === path || file.startsWith(`${path}/`)).sort(
    (a, b) => b.path.length - a.path.length,
  )[0];

/**
 * Why a file may not import another; undefined where it may.
 *
 * @param {string} file
 * @param {string} imported
 */
function fault(file, imported) {
  const [from, to] = [roomOf(file), roomOf(imported)];
  if (!from || !to || from === to) return undefined;
  if (from.imports && !from.imports.includes(to.path)) return `${from.path} may import only ${from.imports.join(', ')}`;
  if (to.importedBy && !to.importedBy.some((path) => file === path || file.startsWith(`${path}/`))) {
    return `only ${to.importedBy.join(', ')} may import ${to.path}`;
  }
  if (from.beside === to.path) return `${from.path} and ${to.path} stand side by side`;
  return ROOMS.indexOf(to) < ROOMS.indexOf(from) ? `${to.path} stands above ${from.path}` : undefined;
}

const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g;

/**
 * Every import that the table does not allow, one line each.
 *
 * @param {Iterable<readonly [file: string, source: string]>} files
 */
export function wrongImports(files) {
  return [...files].flatMap(([file, source]) =>
    [...source.matchAll(SPECIFIER)].flatMap(([, , specifier = '']) => {
      if (specifier.startsWith(SDK)) {
        return roomOf(file)?.path === SDK_ROOM
          ? []
          : [`${file}: only ${SDK_ROOM} may import the MCP SDK (${specifier})`];
      }
      if (!specifier.startsWith('.')) return [];
      const imported = posix.join(posix.dirname(file), specifier);
      const why = fault(file, imported);
      return why === undefined ? [] : [`${file}: may not import ${imported}: ${why}`];
    }),
  );
}

/** @param {readonly string[]} files */
export const sameNames = (files) => {
  /** @type {Map<string, string[]>} */
  const byName = new Map();
  for (const file of files) byName.set(posix.basename(file), [...(byName.get(posix.basename(file)) ?? []), file]);
  return [...byName]
    .filter(([name, same]) => same.length > 1 && name !== 'index.ts')
    .map(([, same]) => same.join(' and '));
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const files = listed.split('\n').filter((file) => /\.(ts|mjs)$/.test(file) && existsSync(root + file));
  const houseFiles = files.filter((file) => roomOf(file));
  const faults = [
    ...wrongImports(houseFiles.map((file) => /** @type {const} */ ([file, readFileSync(root + file, 'utf8')]))),
    ...sameNames(files).map((same) => `The same file name twice: ${same}`),
    ...houseFiles
      .filter((file) => /^src\/[^/]+$/.test(file) && file !== 'src/main.ts')
      .map((file) => `${file} stands in no room`),
  ];
  for (const line of faults) process.stderr.write(`${line}\n`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
