import { parseArgs } from 'node:util';
import { closest } from '../base/did-you-mean.ts';
import { documented, settings } from '../settings/schema.ts';
import { fileVariable, type VariableName, withoutPrefix } from '../settings/setting-names.ts';
import { UsageError } from './usage-error.ts';

/** A flag of a command line. */
export interface Flag {
  /** Without the two dashes. */
  readonly name: string;
  /** What stands for its value in help, such as `HOST`; undefined where it takes none. */
  readonly value: string | undefined;
  /** May it come more than once? */
  readonly multiple?: true;
}

/** The flag of a setting. */
export interface SettingFlag extends Flag {
  /** The variable that it stands for: the setting's name, or `NAME_FILE` for a secret. */
  readonly variable: VariableName;
  readonly setting: (typeof documented)[number];
}

/**
 * A flag for each setting: its name without the prefix, in lower case. A secret has none for itself, since the arguments
 * of a process can be read by everyone on the machine; its flag names a file.
 */
export const settingFlags: readonly SettingFlag[] = documented.map((setting) => {
  const variable = fileVariable(setting.name);
  const name = withoutPrefix(variable).toLowerCase().replaceAll('_', '-');
  return { name, variable, setting, value: setting.flag ? undefined : (setting.value ?? placeholder(variable)) };
});

/** The last word of its name. */
function placeholder(variable: string): string {
  return /[A-Z]+$/.exec(variable)?.[0] ?? 'VALUE';
}

export interface CommandLine {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** What the flags of settings say, as variables of an environment. */
  readonly settings: Readonly<Partial<Record<VariableName, string>>>;
}

/**
 * ReadApi a command line: words, the command's own flags, and those of the settings where it takes them.
 *
 * @param hint what is said to a flag that there is not, where the command knows better than its likeness to others
 * @throws UsageError for a flag that there is not, or one with a value that it cannot have
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
      const told = hint(token.name);
      if (told !== undefined) throw new UsageError(`there is no flag ${token.rawName}. ${told}`);
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

/** The value of a setting, held against its schema here: on a command line a person can be told at once. */
function checked({ name, variable, setting }: SettingFlag, value: string): string {
  // Empty means unset, as in the environment.
  if (variable !== setting.name || value.trim() === '') return value;
  const found = settings.shape[setting.name].safeParse(value.trim());
  if (found.success) return value;
  throw new UsageError(`--${name} ${found.error.issues[0]?.message ?? 'is wrong'} (got ${JSON.stringify(value)}).`);
}

/** Says which flag was meant. Never its value, which may be a secret. */
function unknownFlag(rawName: string, known: readonly Flag[], withSettings: boolean): UsageError {
  const name = rawName.replace(/^-+/, '').toLowerCase();
  const secret = withSettings && settingFlags.find((flag) => flag.setting.secret && flag.name === `${name}-file`);
  if (secret) {
    return new UsageError(
      `there is no flag ${rawName}, since anyone on this machine can read the arguments of a process. Use --${secret.name} FILE, or ${secret.setting.name} in the environment.`,
    );
  }
  // Also by the name of the variable: --agora-chat-host.
  const byVariable =
    withSettings && settingFlags.find((flag) => flag.variable.toLowerCase().replaceAll('_', '-') === name);
  const near = byVariable ? byVariable.name : closest(name, ['help', ...known.map((flag) => flag.name)]);
  return new UsageError(`there is no flag ${rawName}.${near === undefined ? '' : ` Did you mean --${near}?`}`);
}

/**
 * @throws UsageError where there are words that nobody asked for
 */
export function noWords(words: readonly string[]): void {
  const [word] = words;
  if (word !== undefined) throw new UsageError(`${JSON.stringify(word)} is one word too many.`);
}

/**
 * The environment with the flags laid over it. A secret's file takes the place of the secret itself, which would
 * otherwise be at odds with it.
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
