import type * as z from 'zod';

export interface PromptContext {
  /** The names of the registered tools: a prompt mentions no others. */
  readonly tools: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A prompt as the server offers it: hosts show it as a slash command. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Strict; every argument is a string, as the protocol requires. */
  readonly input: z.ZodObject;
  /**
   * The message that a host adds to the conversation as its user's.
   *
   * @throws ZodError
   */
  readonly message: (args: unknown) => string;
}

/** Makes a prompt for the registered tools; undefined where they do not suffice. */
export type PromptMaker = (context: PromptContext) => Prompt | undefined;
