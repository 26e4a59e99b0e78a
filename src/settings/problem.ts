import { en, type Fault, type Say } from './problem-words-en.ts';

/** A variable that is missing or wrong. */
export interface Problem {
  /** Its name: one of our settings, a misspelt one, or a proxy's. */
  readonly setting: string;
  readonly say: Say<Fault>;
  /** Where its value is found. */
  readonly where?: string;
  /** The fault is about several settings, and is read without the name. */
  readonly general?: true;
}

/** A problem in an English sentence or two, which name the setting and say what to do or where its value is found. */
export function problemText({ setting, say, where, general }: Problem): string {
  const { fault, hint } = say(en);
  const about = general ? fault : `${setting} ${fault}`;
  if (hint !== undefined) return `${about}: ${hint}`;
  return where === undefined ? `${about}.` : `${about}. Where to find it: ${where}.`;
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
