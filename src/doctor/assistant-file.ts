import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod';
import { quoted } from '../base/escape.ts';
import { type AssistantKind, assistantOf } from './assistant-kinds.ts';
import { NotJsonError, parseLooseJson } from './loose-json.ts';
import { type OwnWords, ownWords } from './own-words.ts';

/** The configuration cannot be used for a check; the message says why, and what to do. */
export class AssistantFileError extends Error {
  override readonly name = 'AssistantFileError';
}

const texts = z.array(z.string());
/** A server in any of the three forms: opencode puts program and arguments into one list. */
const entrySchema = z.looseObject({
  command: z.union([z.string(), texts]).optional(),
  args: texts.optional(),
  env: z.record(z.string(), z.unknown()).optional(),
  environment: z.record(z.string(), z.unknown()).optional(),
  envFile: z.string().optional(),
  url: z.string().optional(),
  httpUrl: z.string().optional(),
  disabled: z.boolean().optional(),
  enabled: z.boolean().optional(),
});
export type ServerEntry = z.output<typeof entrySchema>;

const record = z.record(z.string(), z.unknown());

/** One server of an assistant's configuration. */
export interface AssistantServer {
  /** The full path of the file. */
  readonly path: string;
  readonly kind: AssistantKind;
  /** Has the file comments or trailing commas? */
  readonly loose: boolean;
  readonly name: string;
  readonly entry: ServerEntry;
  /** Our program in its command; undefined where the command is not known to start it. */
  readonly own: OwnWords | undefined;
}

/**
 * Finds our server in the JSON configuration of an assistant.
 *
 * @param file as the user has written it
 * @param wanted the server's name in the file; without it, the only one that starts this program
 * @throws AssistantFileError where the file cannot be used, or does not say which server is meant
 */
export async function readAssistantFile(file: string, wanted: string | undefined): Promise<AssistantServer> {
  const shown = quoted(file, 300);
  if (/\.toml$/i.test(file)) throw new AssistantFileError(TOML(shown));
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AssistantFileError(`${shown} cannot be read (${error.code ?? 'unknown reason'}).`);
  });
  // PowerShell's `>` writes it, and no assistant reads it.
  if (text.includes('\0')) throw new AssistantFileError(`${shown} is UTF-16: save it as UTF-8.`);
  const { value, loose } = parsed(text, shown);
  const document = record.safeParse(value).data ?? {};
  const path = resolve(file);
  const projects = projectsOf(document);
  const kind = assistantOf(
    path,
    projects.length === 0 ? Object.keys(document) : [...Object.keys(document), 'mcpServers'],
  );
  if (kind === undefined) {
    throw new AssistantFileError(
      `${shown} has no MCP servers: none of the keys "mcpServers", "servers" (VS Code) and "mcp" (opencode) is in it.`,
    );
  }
  const here = projects.find(({ folder }) => isThisFolder(folder));
  const servers = { ...record.safeParse(document[kind.key]).data, ...here?.servers };
  const elsewhere = inOtherFolders(projects);
  const name =
    wanted === undefined ? await onlyOne(servers, shown, elsewhere) : existing(wanted, servers, shown, elsewhere);
  const entry = entrySchema.safeParse(servers[name]);
  if (entry.error) {
    const at = entry.error.issues[0]?.path.join('.') ?? '';
    const where = at === '' ? 'it' : quoted(at, 100);
    throw new AssistantFileError(
      `server ${quoted(name, 100)} in ${shown} is not written as ${kind.name} reads it: see ${where}.`,
    );
  }
  const url = entry.data.url ?? entry.data.httpUrl;
  if (url !== undefined) {
    throw new AssistantFileError(
      `server ${quoted(name, 100)} in ${shown} is reached over HTTP${URL.canParse(url) ? ` at ${new URL(url).host}` : ''}. Its settings are where it runs: run doctor there.`,
    );
  }
  return { path, kind, loose, name, entry: entry.data, own: await ownWords(wordsOf(entry.data)) };
}

const TOML = (shown: string): string =>
  `${shown} is TOML, as Codex has it, and only JSON is read. Put what its [mcp_servers.NAME.env] says, and the variables that its env_vars names, into the environment of this shell, and run doctor without --config.`;

function parsed(text: string, shown: string): ReturnType<typeof parseLooseJson> {
  try {
    return parseLooseJson(text);
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    const where = error.line === undefined ? '' : `: see line ${error.line}`;
    throw new AssistantFileError(`${shown} is not JSON${where}.`);
  }
}

interface Project {
  readonly folder: string;
  readonly servers: Record<string, unknown>;
}

/** Claude Code keeps the servers of each project in its own file, and they go before those of all projects. */
function projectsOf(document: Record<string, unknown>): Project[] {
  return Object.entries(record.safeParse(document['projects']).data ?? {}).flatMap(([folder, project]) => {
    const servers = record.safeParse(record.safeParse(project).data?.['mcpServers']).data ?? {};
    return Object.keys(servers).length === 0 ? [] : [{ folder, servers }];
  });
}

/** On Windows the file has its folders with `/`. */
const isThisFolder = (folder: string): boolean =>
  folder === process.cwd() || folder === process.cwd().replaceAll('\\', '/');

function inOtherFolders(projects: readonly Project[]): string {
  const folders = projects.map(({ folder }) => folder).filter((folder) => !isThisFolder(folder));
  if (folders.length === 0) return '';
  return ` It has servers of single projects too: for those, run doctor in the project's folder: ${listed(folders, 200)}.`;
}

/** Program and arguments, as one list. */
export const wordsOf = ({ command = [], args = [] }: ServerEntry): string[] => [
  ...(typeof command === 'string' ? [command] : command),
  ...args,
];

const MOST_NAMES = 10;
const listed = (names: readonly string[], most = 60): string =>
  names
    .slice(0, MOST_NAMES)
    .map((name) => quoted(name, most))
    .join(', ') + (names.length > MOST_NAMES ? ', …' : '');

function existing(wanted: string, servers: Record<string, unknown>, shown: string, elsewhere: string): string {
  if (Object.hasOwn(servers, wanted)) return wanted;
  const names = Object.keys(servers);
  const has = names.length === 0 ? 'It has none' : `It has ${listed(names)}`;
  throw new AssistantFileError(`${shown} has no server ${quoted(wanted, 60)}. ${has}.${elsewhere}`);
}

async function onlyOne(servers: Record<string, unknown>, shown: string, elsewhere: string): Promise<string> {
  const names = Object.keys(servers);
  const ours: string[] = [];
  for (const name of names) {
    const entry = entrySchema.safeParse(servers[name]).data;
    if (entry && (await ownWords(wordsOf(entry))) !== undefined) ours.push(name);
  }
  const [first, ...others] = ours;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    throw new AssistantFileError(
      `${ours.length} servers in ${shown} start agora-threads-mcp: ${listed(ours)}. Choose one with --server NAME.`,
    );
  }
  const what = names.length === 0 ? 'has no server' : 'has no server that starts agora-threads-mcp, by its command';
  const choose = names.length === 0 ? '' : ` If one of ${listed(names)} does, name it with --server NAME.`;
  throw new AssistantFileError(`${shown} ${what}.${choose}${elsewhere}`);
}
