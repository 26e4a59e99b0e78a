import type { Environment } from '../settings/read-config.ts';
import type { VariableName } from '../settings/setting-names.ts';
import type { CommandWords, HelpWords } from './help-words-en.ts';

/** A command of the binary, as listed in commands.ts. Its command line and all help are made from this. */
export interface Command {
  /** Picks what the help says of it, its own flags included. */
  readonly say: (commands: HelpWords['commands']) => CommandWords;
  /** What follows its name; one entry per form. Nothing by default. */
  readonly usage?: readonly string[];
  /** The most words that follow its name, flags aside; none by default. */
  readonly words?: number;
  /** The flag that may come more than once; its values are then joined by commas. */
  readonly listFlag?: string;
  /** Do its words hold arguments of a tool, as KEY=VALUE? */
  readonly takesArguments?: true;
  /** Lines to copy, without the name of the binary. */
  readonly examples?: readonly string[];
  /** Does it take every setting as a flag? */
  readonly settings?: true;
  /**
   * @throws UsageError for wrong usage
   */
  readonly run: (line: CommandLine) => Promise<void>;
}

export type Commands = ReadonlyMap<string, Command>;

/** What a person has typed after the name of a command. */
export interface CommandLine {
  readonly words: readonly string[];
  /** Each flag by its name without the dashes. Of one without a value `1`, or `0` after `--no-`. */
  readonly flags: ReadonlyMap<string, string>;
  /** What the flags of settings say, by variable. */
  readonly settings: Readonly<Partial<Record<VariableName, string>>>;
  /** The environment with those flags laid over it. */
  readonly environment: Environment;
}
