import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { quoted } from '../base/escape.ts';
import type { Environment } from '../settings/read-config.ts';
import { isOurs } from '../settings/setting-names.ts';
import type { AssistantServer } from './assistant-file.ts';
import { type AssistantKind, assistantName } from './assistant-kinds.ts';
import { fillIn, readText } from './assistant-variables.ts';
import { type Check, fail, ok, variableName, warn } from './check-result.ts';
import type { Source, Sources } from './check-settings.ts';
import type { Say } from './words-en.ts';

/** A server as its assistant would start it. */
export interface AssistantConfig {
  /** This shell's, but with the settings of the file in place of this shell's. */
  readonly environment: Environment;
  readonly sources: Sources;
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
  const sources = new Map<string, Source>();
  const set = (name: string, value: string | undefined, source: Source): void => {
    environment[name] = value;
    sources.set(name, source);
  };
  const faults: Check[] = [];

  if (entry.envFile !== undefined && kind.envFile) {
    const text = readText(resolve(dirname(path), fill(entry.envFile, 'envFile')));
    if (text === undefined) {
      const fault: Say = (say) => say.configuration.envFileMissing;
      faults.push(fail('envFile', fault, (say) => say.configuration.correctPath));
    }
    for (const [name, value] of Object.entries(parseEnv(text ?? ''))) set(name, value, 'envFile');
  }
  for (const [name, written] of Object.entries(entry.env)) {
    const place = isOurs(name) ? variableName(name) : 'env';
    const text = textOf(written, kind);
    if (text === undefined) {
      const fault: Say = (say) => say.configuration.notText;
      faults.push(fail(place, fault, (say) => say.configuration.inQuotes));
    }
    const value = text && fill(text, place);
    // An editor asks a person for it, and cannot be asked here.
    const instead = value?.includes('${input:') ? shell[name] : undefined;
    set(name, instead ?? value, instead === undefined ? 'env' : 'instead');
  }
  const words = own?.words.map((word) => fill(word, 'args')) ?? [];
  const program = own && fill(own.program, 'command');
  const checks = [
    ...aboutServer(server),
    ...aboutProgram(program),
    ...aboutVariables([...filled], [...missing], kind),
    ...faults,
    ...aboutShell(shell, sources, kind),
  ];
  return { environment, sources, words, checks };
}

function textOf(value: unknown, { numbers }: AssistantKind): string | undefined {
  if (typeof value === 'string') return value;
  if (numbers && value === null) return '';
  return numbers && typeof value === 'number' ? String(value) : undefined;
}

function aboutServer({ kind, path, loose, name, entry, own }: AssistantServer): Check[] {
  const named: Say = (say) => say.configuration.server(quoted(name, 60), quoted(path, 300), assistantName(kind, say));
  const checks = [ok('server', named)];
  const texts = [...entry.words, ...Object.values(entry.env)];
  if (kind.name === undefined && texts.some((text) => VARIABLE.test(String(text)))) {
    const detail: Say = (say) => say.configuration.noVariables;
    checks.push(warn('assistant', detail, (say) => say.configuration.nameTheFile));
  }
  checks.push(...aboutCommand(entry.words, own?.words));
  if (entry.off) {
    const detail: Say = (say) => say.configuration.disabled(assistantName(kind, say));
    checks.push(warn('disabled', detail, (say) => say.configuration.enable));
  }
  if (loose && !kind.comments) {
    const detail: Say = (say) => say.configuration.loose;
    checks.push(warn('json', detail, (say) => say.configuration.plainJson(kind.name)));
  }
  if (entry.envFile !== undefined && !kind.envFile) {
    const detail: Say = (say) => say.configuration.envFileUnread(assistantName(kind, say));
    checks.push(warn('envFile', detail, (say) => say.configuration.intoEnv));
  }
  return checks;
}

/** As one assistant or another writes it. */
const VARIABLE = /\$\{?\w|\{(env|file):/;

/** Nothing of the command is shown: any word of it may be a secret. */
function aboutCommand(words: readonly string[], own: readonly string[] | undefined): Check[] {
  // A path may have blanks; a variable that is set, and a flag, are no part of one.
  const isLine = /=|\s-/.test(words[0] ?? '');
  const unknown: Say = (say) => say.configuration.startsUnknown;
  const started = own
    ? ok('command', (say) => say.configuration.starts(own.length))
    : warn('command', unknown, (say) => (isLine ? say.configuration.isLine : say.configuration.passesOn));
  // `env NAME=value npx ...` and `docker run -e NAME=value ...`.
  const names = words.flatMap((word) => Array.from(word.matchAll(/(?<!\S)(\w+)=/g), ([, name = '']) => name));
  const ours = names.filter(isOurs).map(variableName);
  if (ours.length === 0) return [started];
  const detail: Say = (say) => say.configuration.inCommand(say.list(ours));
  return [started, warn('command', detail, (say) => say.configuration.moveToEnv)];
}

/** Only a path says where the program has to be; a variable that is not filled in says nothing. */
function aboutProgram(program: string | undefined): Check[] {
  if (program === undefined || !isAbsolute(program) || program.includes('${') || existsSync(program)) return [];
  const detail: Say = (say) => say.configuration.nowhere;
  return [fail('command', detail, (say) => say.configuration.correctProgram)];
}

/** @param filled the places of variables that have a value here; `missing`: of the others */
function aboutVariables(filled: readonly string[], missing: readonly string[], kind: AssistantKind): Check[] {
  const unset: Say = (say) => say.configuration.missing(say.list(missing));
  return [
    ...(filled.length > 0 ? [ok('variables', (say) => say.configuration.filled(say.list(filled)))] : []),
    ...(missing.length > 0
      ? [warn('variables', unset, (say) => say.configuration.setIt(assistantName(kind, say)))]
      : []),
  ];
}

/** A setting of this shell that the file does not name. The language of this report is the shell's choice. */
function aboutShell(shell: Environment, sources: Sources, kind: AssistantKind): Check[] {
  const names = Object.keys(shell).filter(
    (name) => isOurs(name) && !sources.has(name) && shell[name] !== '' && name !== 'AGORA_THREADS_LANG',
  );
  if (names.length === 0) return [];
  const detail: Say = (say) => say.configuration.inShell(say.list(names.map(variableName)));
  return [warn('this shell', detail, (say) => say.configuration.otherEnvironment(assistantName(kind, say)))];
}
