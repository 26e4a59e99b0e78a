import { defined } from '../base/defined.ts';
import { closest } from '../base/did-you-mean.ts';
import type { SettingName } from './schema.ts';
import { nearestSetting } from './setting-names.ts';

/** A variable that is missing or wrong. */
export interface Problem {
  /** Its name: one of our settings, a misspelt one, or a proxy's. */
  readonly setting: string;
  /** What is wrong, to be read after the name: `is not set`. */
  readonly message: string;
  /** What to do about it: `unset one of them.` Without a hint, its right value is to be set. */
  readonly hint?: string;
  /** Where its value is found. */
  readonly where?: string;
  /** The message is about several settings, and is read without the name. */
  readonly general?: true;
}

export const problem = (setting: string, message: string, hint?: string): Problem =>
  defined({ setting, message, hint });

/** A problem in a sentence or two, which name the setting and say what to do or where its value is found. */
export function problemText({ setting, message, hint, where, general }: Problem): string {
  const fault = general ? message : `${setting} ${message}`;
  if (hint !== undefined) return `${fault}: ${hint}`;
  return where === undefined ? `${fault}.` : `${fault}. Where to find it: ${where}.`;
}

/** A call cannot be made with the settings as they are. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemText).join(' '));
    this.problems = problems;
  }
}

export const missing = (name: SettingName): Problem => problem(name, 'is not set');

export function unknownSetting(name: string): Problem {
  const nearest = nearestSetting(name);
  const hint =
    nearest === undefined ? 'see agora-threads-mcp --help, which lists them all.' : `did you mean ${nearest}?`;
  return problem(name, 'is an unknown setting', hint);
}

export const noTools = (named: readonly string[]): Problem =>
  named.length === 0
    ? problem('AGORA_THREADS_TOOLS', 'names no tool', 'leave it out to have all of them.')
    : problem(
        'AGORA_THREADS_TOOLS',
        `names only ${named.join(', ')}, which other settings leave out`,
        'tools that change something are not there with AGORA_THREADS_READ_ONLY, nor undocumented ones without AGORA_THREADS_UNDOCUMENTED=1.',
      );

export function unknownTool(name: string, known: readonly string[]): Problem {
  const nearest = closest(name.toLowerCase(), known);
  const hint = nearest === undefined ? `the tools are ${known.join(', ')}.` : `did you mean ${nearest}?`;
  return problem('AGORA_THREADS_TOOLS', 'names an unknown tool', hint);
}
