import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { quoted } from '../base/escape.ts';
import type { Environment } from '../settings/read-config.ts';
import { isOurs } from '../settings/setting-names.ts';
import type { AssistantServer } from './assistant-file.ts';
import { type AssistantKind, isUnknown } from './assistant-kinds.ts';
import { fillIn, readText } from './assistant-variables.ts';
import { type Check, fail, ok, variableName, warn } from './check-result.ts';

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
  const filled = new Set<string>();
  const missing = new Set<string>();
  /** A variable may be the end of a secret with a `$` in it, so only the place is named that it is in. */
  const fill = (text: string, place: string) =>
    fillIn(text, kind, { environment: shell, path }, (name, hasValue) => {
      if (hasValue) filled.add(place);
      else if (!name.startsWith('input:')) missing.add(place);
    });

  const environment = Object.fromEntries(Object.entries(shell).filter(([name]) => !isOurs(name)));
  const sources = new Map<string, string>();
  const set = (name: string, value: string | undefined, source: string): void => {
    environment[name] = value;
    sources.set(name, source);
  };
  const faults: Check[] = [];

  if (entry.envFile !== undefined && kind.envFile) {
    const text = readText(resolve(dirname(path), fill(entry.envFile, 'envFile')));
    if (text === undefined) faults.push(fail('envFile', 'the file it names cannot be read', 'Correct its path.'));
    for (const [name, value] of Object.entries(parseEnv(text ?? ''))) set(name, value, 'envFile');
  }
  for (const [name, written] of Object.entries(entry.env)) {
    const place = isOurs(name) ? variableName(name) : 'env';
    const text = textOf(written, kind);
    if (text === undefined) faults.push(fail(place, 'is not a text in the file', 'Put its value in quotes.'));
    const value = text && fill(text, place);
    // An editor asks a person for it, and cannot be asked here.
    const instead = value?.includes('${input:') ? shell[name] : undefined;
    if (instead === undefined) set(name, value, 'env of the file');
    else set(name, instead, 'this shell, in place of what the editor asks for');
  }
  const words = own?.words.map((word) => fill(word, 'args')) ?? [];
  const program = own && fill(own.program, 'command');
  const checks = [...aboutServer(server), ...aboutProgram(program)];
  if (filled.size > 0) checks.push(ok('variables', `filled in from this shell: ${[...filled].join(', ')}`));
  if (missing.size > 0) {
    const fix = `Set it here for this check, and where ${kind.name} is started.`;
    checks.push(warn('variables', `no such value in this shell: ${[...missing].join(', ')}`, fix));
  }
  return { environment, sources, words, checks: [...checks, ...faults, ...aboutShell(shell, sources, kind)] };
}

function textOf(value: unknown, { numbers }: AssistantKind): string | undefined {
  if (typeof value === 'string') return value;
  if (numbers && value === null) return '';
  return numbers && typeof value === 'number' ? String(value) : undefined;
}

function aboutServer({ kind, path, loose, name, entry, own }: AssistantServer): Check[] {
  const checks = [ok('server', `${quoted(name, 60)} in ${quoted(path, 300)}, the configuration of ${kind.name}`)];
  if (isUnknown(kind) && [...entry.words, ...Object.values(entry.env)].some((text) => VARIABLE.test(String(text)))) {
    const fix = 'Give the file the name and the folder that the assistant reads it from, such as .cursor/mcp.json.';
    checks.push(warn('assistant', 'not known, so no variables are filled in', fix));
  }
  checks.push(...aboutCommand(entry.words, own?.words));
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

/** As one assistant or another writes it. */
const VARIABLE = /\$\{?\w|\{(env|file):/;

/** Nothing of the command is shown: any word of it may be a secret. */
function aboutCommand(words: readonly string[], own: readonly string[] | undefined): Check[] {
  const flags = own?.length === 1 ? 'flags of 1 word' : `flags of ${own?.length} words`;
  const started = own
    ? ok('command', `starts agora-threads-mcp, with ${own.length === 0 ? 'no flags' : flags}`)
    : warn(
        'command',
        'is not known to start agora-threads-mcp: its flags are not looked at',
        // A path may have blanks; a variable that is set, and a flag, are no part of one.
        /=|\s-/.test(words[0] ?? '')
          ? 'Write the program alone as command, each further word into args, and variables into env.'
          : 'Check that it passes its environment and its flags on.',
      );
  // `env NAME=value npx ...` and `docker run -e NAME=value ...`.
  const names = words.flatMap((word) => Array.from(word.matchAll(/(?<!\S)(\w+)=/g), ([, name = '']) => name));
  const ours = names.filter(isOurs).map(variableName);
  if (ours.length === 0) return [started];
  const detail = `${ours.join(', ')}: set within the command, which is not read here`;
  return [started, warn('command', detail, 'Move it into env.')];
}

/** Only a path says where the program has to be; a variable that is not filled in says nothing. */
function aboutProgram(program: string | undefined): Check[] {
  if (program === undefined || !isAbsolute(program) || program.includes('${') || existsSync(program)) return [];
  const fix = 'Correct the path, and build a clone with npm run build.';
  return [fail('command', 'the path of agora-threads-mcp leads nowhere', fix)];
}

/** A setting of this shell that the file does not name. */
function aboutShell(
  shell: Environment,
  sources: ReadonlyMap<string, string>,
  { name: assistant }: AssistantKind,
): Check[] {
  const names = Object.keys(shell).filter((name) => isOurs(name) && !sources.has(name) && shell[name] !== '');
  if (names.length === 0) return [];
  const detail = `${names.map(variableName).join(', ')}: set in this shell, not in the file, and not used here`;
  return [warn('this shell', detail, `Write it into env: ${assistant} may be started in another environment.`)];
}
