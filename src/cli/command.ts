/** A command of the binary, as listed in commands.ts. All help is made from this. */
export interface Command {
  /** One line: what it does. */
  readonly summary: string;
  /** What comes behind its name; one entry a form. */
  readonly usage: readonly string[];
  /** Its own flags with their values, and what each does. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Paragraphs on how it behaves. */
  readonly notes?: readonly string[];
  /** What its exit codes mean, where they are more than 0 and 2. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Whole lines to copy, without the binary's name. */
  readonly examples?: readonly string[];
  /** Does it take every setting as a flag? */
  readonly settings?: true;
  /**
   * @throws UsageError where it is used wrongly
   */
  readonly run: (args: readonly string[]) => Promise<void>;
}

export type Commands = Readonly<Record<string, Command>>;
