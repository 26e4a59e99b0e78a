/** A command of the binary, as listed in commands.ts. All help is made from this. */
export interface Command {
  /** One line: what it does. */
  readonly summary: string;
  /** What follows its name; one entry per form. */
  readonly usage: readonly string[];
  /** Its own flags with their values, and what each does. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Paragraphs about its behaviour. */
  readonly notes?: readonly string[];
  /** Its exit codes, if there are others than 0 and 2. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Lines to copy, without the name of the binary. */
  readonly examples?: readonly string[];
  /** Does it take every setting as a flag? */
  readonly settings?: true;
  /**
   * @throws UsageError for wrong usage
   */
  readonly run: (args: readonly string[]) => Promise<void>;
}

export type Commands = Readonly<Record<string, Command>>;
