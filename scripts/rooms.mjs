// The rooms of the source tree and the check, part of `npm run lint`, that imports only go down from floor to floor.
// The map and the picture in CONTRIBUTING.md are made from the same table.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Room
 * @property {string} path a folder with all that is in it, except for folders that are rooms of their own; or one file
 * @property {string} holds
 * @property {readonly string[]} [importedBy] the only folders and files that may import this room
 */

/**
 * From the top down. A room may import every room on a lower floor, and none beside or above it.
 *
 * @type {readonly (readonly Room[])[]}
 */
export const FLOORS = [
  [{ path: 'src/main.ts', holds: 'Starts the server; loads the commands only where there is a command line' }],
  [{ path: 'src/cli', holds: 'One file per command, and what only a terminal needs' }],
  [{ path: 'src/doctor', holds: 'One file per check of settings, network and service' }],
  [{ path: 'src/app', holds: 'Puts settings, API and tools together into a server' }],
  [
    {
      path: 'src/http',
      holds: 'One server for a team: tokens, sessions, metrics. A file of its own in `dist/`, loaded on demand',
      importedBy: ['src/cli', 'src/doctor', 'src/app'],
    },
  ],
  [
    {
      path: 'src/mcp',
      holds:
        'The MCP server: JSON-RPC, transports, prompts, instructions, error text. Only this room knows the MCP SDK',
    },
  ],
  [
    { path: 'tools', holds: 'One file per tool: its description, arguments and result, and a short handler' },
    { path: 'prompts', holds: 'One file per prompt' },
  ],
  [{ path: 'tools/support', holds: 'What several tools share' }],
  [{ path: 'src/toolkit', holds: 'What every tool is made with: `defineTool`, the confirmation gate, the audit log' }],
  [{ path: 'src/present', holds: 'The text a model reads, made from the structured result' }],
  [
    {
      path: 'src/lists',
      holds: 'Paging through lists: walks, cursors, filters, and the directory behind `find_threads`',
    },
    {
      path: 'src/redis',
      holds: 'The rate limit that processes share, in Redis. A file of its own in `dist/`, loaded on demand',
      importedBy: ['src/app'],
    },
  ],
  [{ path: 'src/agora', holds: 'The REST API as typed calls. Knows nothing of MCP, tools or our own cursors' }],
  [
    { path: 'src/settings', holds: 'Every setting in one schema; reading them, and the secrets they name' },
    {
      path: 'src/sandbox',
      holds: 'An Agora Chat of our own, over real HTTP. Shares no code with `src/agora`',
      importedBy: ['src/cli', 'src/app', 'src/mcp/instructions.ts'],
    },
  ],
  [{ path: 'src/base', holds: 'Clock, escaping, redaction, logging: small helpers that know no other room' }],
];

/**
 * Rooms on no floor: they import nothing but their own files, and nothing imports them.
 *
 * @type {readonly Room[]}
 */
export const APART = [
  { path: 'views', holds: 'The page that chat apps draw below a result (MCP Apps), with a build of its own' },
];

export const ROOMS = [...FLOORS.flat(), ...APART];

const SDK = '@modelcontextprotocol/';
const SDK_ROOM = 'src/mcp';

/** What a room may import although it is in none: the version is read from it. */
const OUTSIDE = ['package.json'];

/** @type {(path: string, file: string) => boolean} */
const isIn = (path, file) => file === path || file.startsWith(`${path}/`);

/** @param {string} file relative to the repository's root */
const roomOf = (file) => ROOMS.filter(({ path }) => isIn(path, file)).sort((a, b) => b.path.length - a.path.length)[0];

/** @param {Room} room */
const floorOf = (room) => FLOORS.findIndex((floor) => floor.includes(room));

/**
 * Why a file may not import what it names; undefined where it may.
 *
 * @param {string} file
 * @param {string} specifier
 */
function refusal(file, specifier) {
  const from = roomOf(file);
  if (!from) return undefined;
  if (APART.includes(from) && !specifier.startsWith('.')) return `${from.path} imports no package`;
  if (specifier.startsWith(SDK)) return from.path === SDK_ROOM ? undefined : `only ${SDK_ROOM} may import the MCP SDK`;
  if (!specifier.startsWith('.')) return undefined;
  const imported = posix.join(posix.dirname(file), specifier);
  if (OUTSIDE.includes(imported)) return undefined;
  const to = roomOf(imported);
  if (!to) return `${imported} is in no room`;
  if (from === to) return undefined;
  if (APART.includes(from)) return `${from.path} imports no other room`;
  if (APART.includes(to)) return `nothing imports ${to.path}`;
  if (to.importedBy && !to.importedBy.some((path) => isIn(path, file))) {
    return `only ${to.importedBy.join(', ')} may import ${to.path}`;
  }
  if (floorOf(from) === floorOf(to)) return `${from.path} and ${to.path} are side by side`;
  return floorOf(from) < floorOf(to) ? undefined : `${to.path} is above ${from.path}`;
}

/**
 * Static, type-only, side-effect and dynamic imports, and exports from a file; also types named as `import('…')`.
 * A comment may come between the parenthesis and the name.
 */
const SPECIFIER = /\b(?:from|import)\s*(?:\(\s*(?:\/\*.*?\*\/\s*)?)?(['"`])([^'"`\n]+)\1/g;

/** In a file outside the tests: more is more than one concept. */
const MOST_LINES = 300;

/** @param {string} file */
const nameOf = (file) => posix.basename(file, posix.extname(file));

/**
 * What is wrong with the tree, one line for each fault.
 *
 * @param {ReadonlyMap<string, string>} files source by path, relative to the repository's root
 */
export function faultsOf(files) {
  const paths = [...files.keys()];
  const imports = [...files].flatMap(([file, source]) =>
    [...source.matchAll(SPECIFIER)].flatMap(([, , specifier = '']) => {
      const why = refusal(file, specifier);
      return why === undefined ? [] : [`${file} may not import ${specifier}: ${why}`];
    }),
  );
  const homeless = paths.filter((file) => isIn('src', file) && !roomOf(file)).map((file) => `${file} is in no room`);
  const doubled = paths.flatMap((file) => {
    const first = paths.find((other) => nameOf(other) === nameOf(file)) ?? file;
    return first === file || nameOf(file) === 'index' ? [] : [`${file} has the same name as ${first}`];
  });
  const long = [...files]
    .filter(([file, source]) => !isIn('test', file) && source.split('\n').length - 1 > MOST_LINES)
    .map(([file]) => `${file} has over ${MOST_LINES} lines`);
  return [...imports, ...homeless, ...doubled, ...long];
}

/** @param {string} root */
function readSources(root) {
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const folder of ['src', 'tools', 'prompts', 'views', 'scripts', 'test']) {
    for (const name of readdirSync(posix.join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const file = posix.join(folder, name.replaceAll('\\', '/'));
      if (/\.[cm]?[jt]s$/.test(file)) files.set(file, readFileSync(posix.join(root, file), 'utf8'));
    }
  }
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = faultsOf(readSources(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url))));
  for (const line of faults) process.stderr.write(`${line}\n`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
