import { access, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { quoted, visible } from '../base/escape.ts';
import type { Environment } from '../settings/read-config.ts';
import { isOurs } from '../settings/setting-names.ts';
import { type AssistantServer, wordsOf } from './assistant-file.ts';
import { isUnknown } from './assistant-kinds.ts';
import { type Filled, fillIn } from './assistant-variables.ts';
import { type Check, fail, ok, warn } from './check-result.ts';

/** A server as its assistant would start it. */
export interface AssistantConfig {
  /** This shell's, but with the settings of the file in place of this shell's. */
  readonly environment: Environment;
  /** Where each setting comes from, in words. */
  readonly sources: ReadonlyMap<string, string>;
  /** The words behind our program, with variables filled in. */
  readonly words: readonly string[];
  /** What there is to say of the file itself. */
  readonly checks: readonly Check[];
}

/**
 * Puts together what an assistant passes to the server: `envFile`, then `env`, with the variables that this assistant
 * fills in. Settings of this shell are left out, since nobody knows in which environment the assistant is started; what
 * else is in it (proxies, certificates) is taken as it is here.
 */
export async function asAssistantStarts(server: AssistantServer, shell: Environment): Promise<AssistantConfig> {
  const { kind, path, entry } = server;
  const filled: Filled = { used: new Set(), missing: new Set() };
  const fill = (text: string) => fillIn(text, kind, { environment: shell, path }, filled);

  const environment: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(shell)) if (!isOurs(name)) environment[name] = value;
  const sources = new Map<string, string>();
  const faults: Check[] = [];

  if (entry.envFile !== undefined && kind.envFile) {
    const file = await fill(entry.envFile);
    const read = await readEnvFile(isAbsolute(file) ? file : resolve(dirname(path), file));
    if (read === undefined) faults.push(fail('envFile', `${quoted(file, 300)} cannot be read`, 'Correct its path.'));
    for (const [name, value] of Object.entries(read ?? {})) {
      environment[name] = value;
      sources.set(name, 'envFile');
    }
  }
  for (const [name, written] of Object.entries(entry.env ?? entry.environment ?? {})) {
    const text = textOf(written, kind.key === 'servers');
    if (text === undefined) faults.push(notText(name));
    const value = text && (await fill(text));
    // An editor asks a person for it, and cannot be asked here.
    const instead = value?.includes(INPUT) ? shell[name] : undefined;
    environment[name] = instead ?? value;
    sources.set(name, instead === undefined ? 'env of the file' : 'this shell, in place of what the editor asks for');
  }
  const words: string[] = [];
  for (const word of server.own?.words ?? []) words.push(await fill(word));
  const program = server.own && (await fill(server.own.program));

  return {
    environment,
    sources,
    words,
    checks: [
      ...aboutServer(server),
      ...(await aboutProgram(program)),
      ...aboutVariables(server, filled),
      ...faults,
      ...aboutShell(shell, sources, server),
    ],
  };
}

const INPUT = '${input:';

/** VS Code takes numbers too, and null to unset one; the others take texts and nothing else. */
function textOf(value: unknown, numbers: boolean): string | undefined {
  if (typeof value === 'string') return value;
  if (numbers && value === null) return '';
  return numbers && typeof value === 'number' ? String(value) : undefined;
}

const notText = (name: string): Check =>
  fail(visible(name, 60), 'is not a text in the file', 'Put its value in quotes.');

async function readEnvFile(file: string): Promise<NodeJS.Dict<string> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseEnv(text);
}

function aboutServer(server: AssistantServer): Check[] {
  const { kind, path, loose, name, entry, own } = server;
  const where = `${quoted(name, 60)} in ${quoted(path, 300)}, the configuration of ${kind.name}`;
  const checks: Check[] = [ok('server', where)];
  if (isUnknown(kind)) {
    const fix = 'Give the file the name and the folder that the assistant reads it from, such as .cursor/mcp.json.';
    checks.push(warn('assistant', 'not known, so no variables are filled in', fix));
  }
  if (own === undefined) {
    const detail = `${programOf(entry)} is not known to start agora-threads-mcp: its flags are not looked at`;
    checks.push(
      warn('command', detail, isLine(entry) ? ONE_WORD : 'Check that it passes its environment and its flags on.'),
    );
  } else checks.push(ok('command', commandText(entry, own.words)));
  checks.push(...inCommand(entry));
  if (entry.disabled === true || entry.enabled === false) {
    checks.push(warn('disabled', `${kind.name} does not start it`, 'Enable it in the file.'));
  }
  if (loose && !kind.comments) {
    const detail = 'the file has comments or trailing commas, which not every assistant reads';
    checks.push(
      warn('json', detail, `Write plain JSON, unless you know that ${isUnknown(kind) ? 'yours' : kind.name} reads it.`),
    );
  }
  if (entry.envFile !== undefined && !kind.envFile) {
    checks.push(
      warn('envFile', `${kind.name} is not known to read it, and it is not read here`, 'Write its variables into env.'),
    );
  }
  return checks;
}

/** Only a path says where the program has to be; a variable that is not filled in says nothing. */
async function aboutProgram(program: string | undefined): Promise<Check[]> {
  if (program === undefined || !isAbsolute(program) || program.includes('${')) return [];
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (isThere) return [];
  return [
    fail('command', `${quoted(program, 300)} is not there`, 'Correct the path, and build a clone with npm run build.'),
  ];
}

/** Arguments may hold secrets, and so may a line for a shell in place of a program. */
function programOf(entry: AssistantServer['entry']): string {
  const [program = 'nothing'] = wordsOf(entry);
  return isLine(entry) ? 'a line of several words' : quoted(program, 200);
}

/** A path may have blanks; a variable that is set, and a flag, are no part of one. */
const isLine = (entry: AssistantServer['entry']): boolean => /=|\s-/.test(wordsOf(entry)[0] ?? '');
const ONE_WORD = 'Write the program alone as command, each further word into args, and variables into env.';

function commandText(entry: AssistantServer['entry'], words: readonly string[]): string {
  const flags = words.length === 0 ? 'no flags' : `flags of ${words.length} ${words.length === 1 ? 'word' : 'words'}`;
  return `${programOf(entry)} starts agora-threads-mcp, with ${flags}`;
}

/** `env NAME=value npx ...` and `docker run -e NAME=value ...`. */
function inCommand(entry: AssistantServer['entry']): Check[] {
  const names = wordsOf(entry).flatMap((word) => {
    return [...word.matchAll(/(?<!\S)(\w+)=/g)].flatMap(([, name = '']) => (isOurs(name) ? [name] : []));
  });
  if (names.length === 0) return [];
  return [warn('command', `${listed(names)}: set within the command, which is not read here`, 'Move it into env.')];
}

const listed = (names: Iterable<string>): string => [...names].map((name) => visible(name, 60)).join(', ');

/** This shell stands for the environment of the assistant, which may be another one. */
function aboutVariables({ kind }: AssistantServer, { used, missing }: Filled): Check[] {
  const unset = [...missing].filter((name) => !name.startsWith(INPUT));
  const checks: Check[] = [];
  if (used.size > 0) checks.push(ok('variables', `${listed(used)}: filled in from this shell`));
  if (unset.length > 0) {
    checks.push(
      warn(
        'variables',
        `${listed(unset)}: no such value in this shell`,
        `Set it here for this check, and where ${kind.name} is started.`,
      ),
    );
  }
  return checks;
}

/** A setting of this shell that the file does not name. */
function aboutShell(shell: Environment, sources: ReadonlyMap<string, string>, { kind }: AssistantServer): Check[] {
  const names = Object.keys(shell).filter((name) => isOurs(name) && !sources.has(name) && shell[name] !== '');
  if (names.length === 0) return [];
  const detail = `${listed(names)}: set in this shell, not in the file, and not used here`;
  return [warn('this shell', detail, `Write it into env: ${kind.name} may be started in another environment.`)];
}
