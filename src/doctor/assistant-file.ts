import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { quoted } from '../base/escape.ts';
import { systemCode } from '../base/system-code.ts';
import { type AssistantKind, assistantName, assistantOf } from './assistant-kinds.ts';
import { NotJsonError, parseLooseJson } from './loose-json.ts';
import { type OwnWords, ownWords } from './own-words.ts';
import { en } from './words-en.ts';

/** The configuration cannot be used for a check; the message says why, and what to do. */
export class AssistantFileError extends Error {
  override readonly name = 'AssistantFileError';
}

const record = z.record(z.string(), z.unknown());
type Servers = z.output<typeof record>;
const recordOf = (value: unknown): Servers => record.safeParse(value).data ?? {};
/** What is at the end of these keys; undefined where one of them is missing. */
const at = (document: unknown, keys: readonly string[]): unknown =>
  keys.reduce((value, key) => recordOf(value)[key], document);

const texts = z.array(z.string());
/** A server in any of the three forms: opencode puts program and arguments into one list. */
const entrySchema = z
  .looseObject({
    command: z.union([z.string(), texts]).nullish(),
    args: texts.nullish(),
    env: record.nullish(),
    environment: record.nullish(),
    envFile: z.string().nullish(),
    url: z.string().nullish(),
    httpUrl: z.string().nullish(),
    disabled: z.boolean().nullish(),
    enabled: z.boolean().nullish(),
  })
  .transform(({ command, args, env, environment, envFile, url, httpUrl, disabled, enabled }) => ({
    /** Program and arguments. */
    words: [command ?? [], args ?? []].flat(),
    env: env ?? environment ?? {},
    envFile: envFile ?? undefined,
    overHttp: (url ?? httpUrl ?? undefined) !== undefined,
    off: disabled === true || enabled === false,
  }));

/** One server of an assistant's configuration. */
export interface AssistantServer {
  /** The full path of the file. */
  readonly path: string;
  readonly kind: AssistantKind;
  /** Has the file comments or trailing commas? */
  readonly loose: boolean;
  readonly name: string;
  readonly entry: z.output<typeof entrySchema>;
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
export function readAssistantFile(file: string, wanted: string | undefined): AssistantServer {
  const shown = quoted(file, 300);
  const { value, loose } = read(file, shown);
  const document = recordOf(value);
  const path = resolve(file);
  const projects = projectsOf(document);
  const whole = projects.length === 0 ? document : { mcpServers: {}, ...document };
  const kind = assistantOf(path, (keys) => at(whole, keys) !== undefined);
  if (kind === undefined) {
    throw new AssistantFileError(
      `${shown} has no MCP servers: none of the keys "mcpServers", "servers" (VS Code) and "mcp" (opencode) is in it.`,
    );
  }
  const servers = { ...recordOf(at(document, kind.keys)), ...projects.find(({ isHere }) => isHere)?.servers };
  const name = findServer(servers, wanted, shown, inOtherFolders(projects));
  const which = `server ${quoted(name, 100)} in ${shown}`;
  const parsed = entrySchema.safeParse(servers[name]);
  if (parsed.error) {
    const part = parsed.error.issues[0]?.path.join('.') ?? '';
    const where = part === '' ? 'it' : quoted(part, 100);
    throw new AssistantFileError(`${which} is not written as ${assistantName(kind, en)} reads it: see ${where}.`);
  }
  const entry = parsed.data;
  if (entry.overHttp) {
    throw new AssistantFileError(`${which} is reached over HTTP. Its settings are where it runs: run doctor there.`);
  }
  return { path, kind, loose, name, entry, own: ownWords(entry.words) };
}

function read(file: string, shown: string): ReturnType<typeof parseLooseJson> {
  const fail = (why: string): never => {
    throw new AssistantFileError(`${shown} ${why}.`);
  };
  if (/\.toml$/i.test(file)) fail(TOML);
  try {
    const text = readFileSync(file, 'utf8');
    // PowerShell's `>` writes it, and no assistant reads it.
    return text.includes('\0') ? fail('is UTF-16: save it as UTF-8') : parseLooseJson(text);
  } catch (error) {
    if (error instanceof NotJsonError) fail(`is not JSON${error.line === undefined ? '' : `: see line ${error.line}`}`);
    const code = systemCode(error);
    if (code !== undefined) fail(`cannot be read (${code})`);
    throw error;
  }
}

const TOML =
  'is TOML, as Codex has it, and only JSON is read. Put what its [mcp_servers.NAME.env] says, and the variables that its env_vars names, into the environment of this shell, and run doctor without --config';

interface Project {
  readonly folder: string;
  /** Is it the current folder? */
  readonly isHere: boolean;
  readonly servers: Servers;
}

/** Claude Code keeps the servers of each project in its own file, and they go before those of all projects. */
const projectsOf = (document: Servers): Project[] =>
  Object.entries(recordOf(document['projects'])).flatMap(([folder, project]) => {
    const servers = recordOf(recordOf(project)['mcpServers']);
    // On Windows the file has its folders with `/`.
    const isHere = folder === process.cwd() || folder === process.cwd().replaceAll('\\', '/');
    return Object.keys(servers).length === 0 ? [] : [{ folder, isHere, servers }];
  });

function inOtherFolders(projects: readonly Project[]): string {
  const folders = projects.filter(({ isHere }) => !isHere).map(({ folder }) => folder);
  if (folders.length === 0) return '';
  return ` It has servers of single projects too: for those, run doctor in the project's folder: ${listed(folders, 200)}.`;
}

const MOST_NAMES = 10;
const listed = (names: readonly string[], most = 60): string =>
  names
    .slice(0, MOST_NAMES)
    .map((name) => quoted(name, most))
    .join(', ') + (names.length > MOST_NAMES ? ', …' : '');

/** The name of the server that is wanted, or of the only one of ours. */
function findServer(servers: Servers, wanted: string | undefined, shown: string, elsewhere: string): string {
  const names = Object.keys(servers);
  if (wanted !== undefined) {
    if (Object.hasOwn(servers, wanted)) return wanted;
    const has = names.length === 0 ? 'It has none' : `It has ${listed(names)}`;
    throw new AssistantFileError(`${shown} has no server ${quoted(wanted, 60)}. ${has}.${elsewhere}`);
  }
  const ours = names.filter((name) => ownWords(entrySchema.safeParse(servers[name]).data?.words ?? []) !== undefined);
  const [first, ...others] = ours;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    throw new AssistantFileError(
      `${ours.length} servers in ${shown} start agora-threads-mcp: ${listed(ours)}. Choose one with --server NAME.`,
    );
  }
  if (names.length === 0) throw new AssistantFileError(`${shown} has no server.${elsewhere}`);
  throw new AssistantFileError(
    `${shown} has no server that starts agora-threads-mcp, by its command. If one of ${listed(names)} does, name it with --server NAME.${elsewhere}`,
  );
}
