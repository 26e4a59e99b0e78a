import { defined } from '../base/defined.ts';
import { closest } from '../base/did-you-mean.ts';
import { en, type Say } from './problem-words-en.ts';
import { nearestSetting } from './setting-names.ts';

/** A variable that is missing or wrong. */
export interface Problem {
  /** Its name: one of our settings, a misspelt one, or a proxy's. */
  readonly setting: string;
  /** What is wrong, to be read after the name: `is not set`. */
  readonly message: Say;
  /** What to do about it: `unset one of them.` Without a hint, its right value is to be set. */
  readonly hint?: Say;
  /** Where its value is found. */
  readonly where?: string;
  /** The message is about several settings, and is read without the name. */
  readonly general?: true;
}

export const problem = (setting: string, message: Say, hint?: Say): Problem => defined({ setting, message, hint });

/** Adds a problem, and returns what stands for the value that could not be read. */
export function report(problems: Problem[], ...about: Parameters<typeof problem>): undefined {
  problems.push(problem(...about));
}

/** A problem in an English sentence or two, which name the setting and say what to do or where its value is found. */
export function problemText({ setting, message, hint, where, general }: Problem): string {
  const fault = general ? message(en) : `${setting} ${message(en)}`;
  if (hint !== undefined) return `${fault}: ${hint(en)}`;
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

export function unknownSetting(name: string): Problem {
  const nearest = nearestSetting(name);
  return problem(
    name,
    (say) => say.unknown,
    (say) => (nearest === undefined ? say.seeHelp : say.didYouMean(nearest)),
  );
}

export const noTools = (named: readonly string[]): Problem =>
  problem(
    'AGORA_THREADS_TOOLS',
    (say) => (named.length === 0 ? say.namesNoTool : say.leftOut(named)),
    (say) => (named.length === 0 ? say.leaveOut : say.whyLeftOut),
  );

export function unknownTool(name: string, known: readonly string[]): Problem {
  const nearest = closest(name.toLowerCase(), known);
  return problem(
    'AGORA_THREADS_TOOLS',
    (say) => say.unknownTool,
    (say) => (nearest === undefined ? say.theTools(known) : say.didYouMean(nearest)),
  );
}
