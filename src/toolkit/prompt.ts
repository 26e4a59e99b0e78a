import type * as z from 'zod';

/** What a message is made for. */
export interface PromptContext {
  /** The names of the tools that are registered. */
  readonly tools: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A prompt as the server offers it: hosts show it as a slash command. */
export interface Prompt<I extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The tools that its steps call: the prompt is offered where all of them are registered. */
  readonly tools: readonly string[];
  /** Strict, and each argument a string, as the protocol has it. */
  readonly input: I;
  /** The message that a host adds to the conversation as its user's. */
  message(args: z.output<I>, context: PromptContext): string;
}
