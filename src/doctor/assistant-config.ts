import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { quoted, visible } from '../base/escape.ts';
import type { Environment } from '../settings/read-config.ts';
import { isOurs } from '../settings/setting-names.ts';
import type { AssistantServer } from './assistant-file.ts';
import { isUnknown } from './assistant-kinds.ts';
import { type Filled, fillIn, readText } from './assistant-variables.ts';
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
export function asAssistantStarts(server: AssistantServer, shell: Environment): AssistantConfig {
  const { kind, path, entry, own } = server;
  const filled: Filled = { used: new Set(), missing: new Set() };
  const fill = (text: string) => fillIn(text, kind, { environment: shell, path }, filled);

  const environment = Object.fromEntries(Object.entries(shell).filter(([name]) => !isOurs(name)));
  const sources = new Map<string, string>();
  const set = (name: string, value: string | undefined, source: string): void => {
    environment[name] = value;
    sources.set(name, source);
  };
  const faults: Check[] = [];

  if (entry.envFile !== undefined && kind.envFile) {
    const file = fill(entry.envFile);
    const text = readText(resolve(dirname(path), file));
    if (text === undefined) faults.push(fail('envFile', `${quoted(file, 300)} cannot be read`, 'Correct its path.'));
    for (const [name, value] of Object.entries(parseEnv(text ?? ''))) set(name, value, 'envFile');
  }
  for (const [name, written] of Object.entries(entry.env)) {
    const text = textOf(written, kind.key === 'servers');
    if (text === undefined)
      faults.push(fail(visible(name, 60), 'is not a text in the file', 'Put its value in quotes.'));
    const value = text && fill(text);
    // An editor asks a person for it, and cannot be asked here.
    const instead = value?.includes(INPUT) ? shell[name] : undefined;
    if (instead === undefined) set(name, value, 'env of the file');
    else set(name, instead, 'this shell, in place of what the editor asks for');
  }
  const words = own?.words.map(fill) ?? [];
  const program = own && fill(own.program);
  return {
    environment,
    sources,
    words,
    checks: [
      ...aboutServer(server),
      ...aboutProgram(program),
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

function aboutServer({ kind, path, loose, name, entry, own }: AssistantServer): Check[] {
  const checks = [ok('server', `${quoted(name, 60)} in ${quoted(path, 300)}, the configuration of ${kind.name}`)];
  if (isUnknown(kind)) {
    const fix = 'Give the file the name and the folder that the assistant reads it from, such as .cursor/mcp.json.';
    checks.push(warn('assistant', 'not known, so no variables are filled in', fix));
  }
  checks.push(aboutCommand(entry.words, own?.words), ...aboutSettingsIn(entry.words));
  if (entry.off) checks.push(warn('disabled', `${kind.name} does not start it`, 'Enable it in the file.'));
  if (loose && !kind.comments) {
    const detail = 'the file has comments or trailing commas, which not every assistant reads';
    const reader = isUnknown(kind) ? 'yours' : kind.name;
    checks.push(warn('json', detail, `Write plain JSON, unless you know that ${reader} reads it.`));
  }
  if (entry.envFile !== undefined && !kind.envFile) {
    const detail = `${kind.name} is not known to read it, and it is not read here`;
    checks.push(warn('envFile', detail, 'Write its variables into env.'));
  }
  return checks;
}

/** Arguments may hold secrets, and so may a line for a shell in place of a program. */
function aboutCommand([program = 'nothing']: readonly string[], own: readonly string[] | undefined): Check {
  // A path may have blanks; a variable that is set, and a flag, are no part of one.
  const isLine = /=|\s-/.test(program);
  const shown = isLine ? 'a line of several words' : quoted(program, 200);
  if (own === undefined) {
    const fix = isLine
      ? 'Write the program alone as command, each further word into args, and variables into env.'
      : 'Check that it passes its environment and its flags on.';
    return warn('command', `${shown} is not known to start agora-threads-mcp: its flags are not looked at`, fix);
  }
  const flags = own.length === 0 ? 'no flags' : `flags of ${own.length} ${own.length === 1 ? 'word' : 'words'}`;
  return ok('command', `${shown} starts agora-threads-mcp, with ${flags}`);
}

/** `env NAME=value npx ...` and `docker run -e NAME=value ...`. */
function aboutSettingsIn(words: readonly string[]): Check[] {
  const names = words.flatMap((word) => Array.from(word.matchAll(/(?<!\S)(\w+)=/g), ([, name = '']) => name));
  const ours = names.filter(isOurs);
  if (ours.length === 0) return [];
  return [warn('command', `${listed(ours)}: set within the command, which is not read here`, 'Move it into env.')];
}

/** Only a path says where the program has to be; a variable that is not filled in says nothing. */
function aboutProgram(program: string | undefined): Check[] {
  if (program === undefined || !isAbsolute(program) || program.includes('${') || existsSync(program)) return [];
  const fix = 'Correct the path, and build a clone with npm run build.';
  return [fail('command', `${quoted(program, 300)} is not there`, fix)];
}

const listed = (names: Iterable<string>): string => [...names].map((name) => visible(name, 60)).join(', ');

/** This shell stands for the environment of the assistant, which may be another one. */
function aboutVariables({ kind }: AssistantServer, { used, missing }: Filled): Check[] {
  const unset = [...missing].filter((name) => !name.startsWith(INPUT));
  const checks: Check[] = [];
  if (used.size > 0) checks.push(ok('variables', `${listed(used)}: filled in from this shell`));
  if (unset.length > 0) {
    const fix = `Set it here for this check, and where ${kind.name} is started.`;
    checks.push(warn('variables', `${listed(unset)}: no such value in this shell`, fix));
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
