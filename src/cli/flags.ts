import { parseArgs } from 'node:util';
import { defined } from '../base/defined.ts';
import { closest } from '../base/did-you-mean.ts';
import { en } from '../settings/problem-words-en.ts';
import { documented, settings } from '../settings/schema.ts';
import { fileVariable, type VariableName, withoutPrefix } from '../settings/setting-names.ts';
import { UsageError } from './usage-error.ts';

/** A flag of a command line. */
export interface Flag {
  /** Without the two dashes. */
  readonly name: string;
  /** The placeholder for its value in help, such as `HOST`; left out where it takes none. */
  readonly value?: string;
  /** May it come more than once? */
  readonly multiple?: true;
}

/** The flag of a setting. */
export interface SettingFlag extends Flag {
  /** The variable that it sets: the setting's name, or `NAME_FILE` for a secret. */
  readonly variable: VariableName;
  readonly setting: (typeof documented)[number];
}

/**
 * A flag for each setting: its name without the prefix, in lower case. The flag of a secret names a file, since everyone
 * on the machine can read the arguments of a process.
 */
export const settingFlags: readonly SettingFlag[] = documented.map((setting) => {
  const variable = fileVariable(setting.name);
  const name = withoutPrefix(variable).toLowerCase().replaceAll('_', '-');
  const value = setting.flag ? undefined : (setting.value ?? placeholder(variable));
  return { name, variable, setting, ...defined({ value }) };
});

/** The last word of its name. */
function placeholder(variable: string): string {
  return /[A-Z]+$/.exec(variable)?.[0] ?? 'VALUE';
}

export interface CommandLine {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** What the flags of settings say, by variable. */
  readonly settings: Readonly<Partial<Record<VariableName, string>>>;
}

/**
 * Reads a command line: words, the command's own flags, and those of the settings where it takes them.
 *
 * @param hint what to answer to an unknown flag, where the command knows better than its likeness to others
 * @throws UsageError for an unknown flag or an invalid value
 */
export function readCommandLine(
  args: readonly string[],
  own: readonly Flag[],
  fromSettings: readonly SettingFlag[] = [],
  hint: (flag: string) => string | undefined = () => undefined,
): CommandLine {
  const ofSettings = new Map(fromSettings.map((flag) => [flag.name, flag]));
  const known = new Map<string, Flag>([...own, ...fromSettings].map((flag) => [flag.name, flag]));
  const options = Object.fromEntries(
    [...known.values()].map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' } as const]),
  );
  const words: string[] = [];
  const flags = new Map<string, string[]>();
  const given: Partial<Record<VariableName, string>> = {};
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const no = token.name.startsWith('no-') ? known.get(token.name.slice(3)) : undefined;
    const flag = known.get(token.name) ?? (no?.value === undefined ? no : undefined);
    if (flag === undefined) {
      const text = hint(token.name);
      if (text !== undefined) throw new UsageError(`there is no flag ${token.rawName}. ${text}`);
      throw unknownFlag(token.rawName, [...known.values()], fromSettings.length > 0);
    }
    const value = flag.value === undefined ? yesOrNo(flag, token.value, flag === no) : givenValue(flag, token);
    if (flags.has(flag.name) && !flag.multiple) throw new UsageError(`--${flag.name} is given twice.`);
    flags.set(flag.name, [...(flags.get(flag.name) ?? []), value]);
    const setting = ofSettings.get(flag.name);
    if (setting) given[setting.variable] = checked(setting, value);
  }
  return { words, flags, settings: given };
}

function yesOrNo({ name }: Flag, value: string | undefined, negated: boolean): string {
  if (value !== undefined) {
    throw new UsageError(`--${name} takes no value: --${name} for yes, --no-${name} for no.`);
  }
  return negated ? '0' : '1';
}

function givenValue(flag: Flag, token: { value?: string | undefined; inlineValue?: boolean | undefined }): string {
  // `--host --read-only` names no host: a value that begins with a dash is joined to its flag by `=`.
  if (token.value === undefined || (!token.inlineValue && /^-./.test(token.value))) {
    throw new UsageError(`--${flag.name} needs a value: --${flag.name} ${flag.value}.`);
  }
  return token.value;
}

/** Checks the value of a setting here, so that the person at the command line hears of it at once. */
function checked({ name, variable, setting }: SettingFlag, value: string): string {
  // Empty means unset, as in the environment.
  if (variable !== setting.name || value.trim() === '') return value;
  const found = settings.shape[setting.name].safeParse(value.trim());
  if (found.success) return value;
  const fault = `--${name} ${setting.mustBe(en)}`;
  throw new UsageError(`${fault} (got ${JSON.stringify(value)}).`, `${fault}.`);
}

/** Says which flag was meant, but never repeats the value, which may be a secret. */
function unknownFlag(rawName: string, known: readonly Flag[], withSettings: boolean): UsageError {
  const name = rawName.replace(/^-+/, '').toLowerCase();
  const secret = withSettings && settingFlags.find((flag) => flag.setting.secret && flag.name === `${name}-file`);
  if (secret) {
    return new UsageError(
      `there is no flag ${rawName}, since anyone on this machine can read the arguments of a process. Use --${secret.name} FILE, or ${secret.setting.name} in the environment.`,
    );
  }
  // The name of the variable is recognized too: --agora-chat-host.
  const byVariable =
    withSettings && settingFlags.find((flag) => flag.variable.toLowerCase().replaceAll('_', '-') === name);
  const near = byVariable ? byVariable.name : closest(name, ['help', ...known.map((flag) => flag.name)]);
  const meant = near === undefined ? '' : ` Did you mean --${near}?`;
  return new UsageError(`there is no flag ${rawName}.${meant}`, `one of its flags is unknown.${meant}`);
}

/**
 * @throws UsageError where the command takes no more words
 */
export function noWords(words: readonly string[]): void {
  const [word] = words;
  if (word !== undefined) throw new UsageError(`${JSON.stringify(word)} is one word too many.`);
}

/**
 * The environment with the flags laid over it. A flag that names a secret's file also unsets the secret itself: both at
 * once would be an error.
 */
export function environmentOf(
  environment: Readonly<Record<string, string | undefined>>,
  given: CommandLine['settings'],
): Record<string, string | undefined> {
  const merged: Record<string, string | undefined> = { ...environment, ...given };
  for (const { variable, setting } of settingFlags) {
    if (given[variable] !== undefined && variable !== setting.name) delete merged[setting.name];
  }
  return merged;
}
