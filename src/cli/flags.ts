import { parseArgs } from 'node:util';
import { argumentNames } from '../app/tool-registry.ts';
import { closest } from '../base/did-you-mean.ts';
import { quoted } from '../base/escape.ts';
import { en, type Say } from '../doctor/words-en.ts';
import type { Environment } from '../settings/read-config.ts';
import { documented, settings } from '../settings/schema.ts';
import { fileVariable, type VariableName, withoutPrefix } from '../settings/setting-names.ts';
import type { Command, CommandLine } from './command.ts';
import { en as english } from './help-words-en.ts';
import { FlagError, UsageError } from './usage-error.ts';

interface Flag {
  /** Without the two dashes. */
  readonly name: string;
  /** The placeholder for its value in help, such as `HOST`; undefined where it takes none. */
  readonly value: string | undefined;
}

/** The flag of a setting. */
export interface SettingFlag extends Flag {
  /** The variable that it sets: the setting's name, or `NAME_FILE` for a secret. */
  readonly variable: VariableName;
  readonly setting: (typeof documented)[number];
}

const dashed = (variable: string): string => variable.toLowerCase().replaceAll('_', '-');

/**
 * A flag for each setting: its name without the prefix, in lower case. The flag of a secret names a file, since everyone
 * on the machine can read the arguments of a process.
 */
export const settingFlags: readonly SettingFlag[] = documented.map((setting) => {
  const variable = fileVariable(setting.name);
  const lastWord = /[A-Z]+$/.exec(variable)?.[0];
  const value = setting.flag ? undefined : (setting.value ?? lastWord);
  return { name: dashed(withoutPrefix(variable)), value, variable, setting };
});

/** A flag of a command, from its line in help: `--port N`, or `--json` without a value. */
function ownFlag(line: string): Flag {
  const [name = '', value] = line.slice('--'.length).split(' ');
  return { name, value };
}

/**
 * Reads what follows the name of a command.
 *
 * @throws FlagError for an unknown flag or an invalid value
 * @throws UsageError for a word too many
 */
export function readCommandLine(args: readonly string[], command: Options): CommandLine {
  const own = Object.keys(command.say?.(english.commands).flags ?? {}).map(ownFlag);
  // The command's own flag wins: `call --confirm` names threads.
  const known = new Map<string, Flag | SettingFlag>(
    [...(command.settings ? settingFlags : []), ...own].map((flag) => [flag.name, flag]),
  );
  const { tokens, positionals: words } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      [...known.values()].map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
    ),
    strict: false,
    allowNegative: true,
    allowPositionals: true,
    tokens: true,
  });
  const word = words[command.words ?? 0];
  const given = new Map<string, string>();
  const ofSettings: Partial<Record<VariableName, string>> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const flag = known.get(token.name);
    // parseArgs takes `--no-json=1` for a flag of that name.
    const denied = known.get(token.name.replace(/^no-/, ''));
    if (!flag && denied && denied.value === undefined) throw new FlagError((say) => say.flags.noValue(denied.name));
    if (!flag) throw unknownFlag(token.rawName, [...known.values()], command);
    const value = valueGiven(flag, token);
    const before = given.get(flag.name);
    if (before !== undefined && flag.name !== command.listFlag)
      throw new FlagError((say) => say.flags.twice(flag.name));
    given.set(flag.name, before === undefined ? value : `${before},${value}`);
    if ('setting' in flag) ofSettings[flag.variable] = checked(flag, value);
  }
  if (word !== undefined) throw new UsageError(`${JSON.stringify(word)} is one word too many.`);
  return { words, flags: given, settings: ofSettings, environment: environmentOf(process.env, ofSettings) };
}

type Options = Partial<Pick<Command, 'say' | 'words' | 'listFlag' | 'takesArguments' | 'settings'>>;

/** As a setting has it: of a flag without a value `1`, or `0` after `--no-`. */
function valueGiven(
  { name, value: placeholder }: Flag,
  { rawName, value, inlineValue }: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
): string {
  if (placeholder === undefined) {
    if (value !== undefined) throw new FlagError((say) => say.flags.noValue(name));
    return rawName === `--${name}` ? '1' : '0';
  }
  // `--host --read-only` names no host: a value that begins with a dash is joined to its flag by `=`.
  if (value === undefined || (!inlineValue && /^-./.test(value))) {
    throw new FlagError((say) => say.flags.needsValue(name, placeholder));
  }
  return value;
}

/** Checks the value of a setting here, so that the person at the command line hears of it at once. */
function checked({ name, variable, setting }: SettingFlag, value: string): string {
  // Empty means unset, as in the environment.
  if (variable !== setting.name || value.trim() === '') return value;
  const found = settings.shape[setting.name].safeParse(value.trim());
  if (found.success) return value;
  const fault: Say = (say) => say.flags.invalid(name, setting.mustBe(say.problems));
  throw new FlagError(fault, `${fault(en)} (got ${JSON.stringify(value)}).`);
}

/** Says which flag was meant, but never repeats the value, which may be a secret. */
function unknownFlag(rawName: string, known: readonly (Flag | SettingFlag)[], command: Options): FlagError {
  const name = rawName.replace(/^-+/, '').toLowerCase();
  const fault = `there is no flag ${rawName}`;
  const argument = name.replaceAll('-', '_');
  if (command.takesArguments && argumentNames.has(argument)) {
    return new FlagError((say) => say.flags.unknown(undefined), `${fault}. Arguments are KEY=VALUE: ${argument}=...`);
  }
  const ofSettings = known.filter((flag) => 'setting' in flag);
  const secret = ofSettings.find((flag) => flag.setting.secret && flag.name === `${name}-file`);
  if (secret) {
    return new FlagError((say) => say.flags.secret(name, secret.name, secret.setting.name));
  }
  // The name of the variable is recognized too: --agora-chat-host.
  const byVariable = ofSettings.find((flag) => dashed(flag.variable) === name);
  const near = byVariable?.name ?? closest(name, ['help', ...known.map((flag) => flag.name)]);
  const meant = near === undefined ? '' : ` Did you mean --${near}?`;
  return new FlagError((say) => say.flags.unknown(near), `${fault}.${meant}`);
}

/**
 * @throws UsageError where it is no port
 */
export function readPort(flags: CommandLine['flags'], usual: number): number {
  const port = flags.get('port') ?? String(usual);
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new UsageError(`--port takes a whole number from 0 to 65535 (got ${quoted(port)}).`);
}

/**
 * The environment with the flags laid over it. A flag that names a secret's file also unsets the secret itself: both at
 * once would be an error.
 */
export function environmentOf(environment: Environment, given: CommandLine['settings']): Environment {
  const merged: Record<string, string | undefined> = { ...environment, ...given };
  for (const { variable, setting } of settingFlags) {
    if (given[variable] !== undefined && variable !== setting.name) delete merged[setting.name];
  }
  return merged;
}
