import * as z from 'zod';
import { argumentFaults } from '../present/error-words.ts';
import type { Prompt, PromptContext } from '../toolkit/prompt.ts';

/** Gives the prompts for a context; loaded when a host first asks for one, which most never do. */
export type PromptSource = (context: PromptContext) => Promise<readonly Prompt[]>;

const promptParams = z.object({ name: z.string(), arguments: z.unknown().optional() });

/** A prompt as `prompts/list` shows it. */
export const promptListing = ({ name, title, description, input }: Prompt) => ({
  name,
  title,
  description,
  arguments: Object.entries(input.shape).map(([argument, field]) => ({
    name: argument,
    description: described.parse(z.globalRegistry.get(field)).description,
    required: !z.safeParse(field, undefined).success,
  })),
});

const described = z.object({ description: z.string() });

/**
 * The answer to `prompts/get`: one message of the user.
 *
 * @param params of the request, as the client sent them
 * @throws PromptError for a prompt that there is not, or arguments that it cannot be made with
 */
export function promptMessage(prompts: readonly Prompt[], params: unknown) {
  const { name, arguments: args } = promptParams.safeParse(params).data ?? {};
  const prompt = prompts.find((known) => known.name === name);
  if (!prompt) {
    const names = prompts.map((known) => known.name).join(', ');
    throw new PromptError(
      names === ''
        ? 'There are no prompts with these settings.'
        : `There is no prompt of that name. The prompts are: ${names}`,
    );
  }
  try {
    const text = prompt.message(withoutBlanks(args ?? {}));
    return { description: prompt.description, messages: [{ role: 'user', content: { type: 'text', text } }] };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const faults = argumentFaults(error, args, Object.keys(prompt.input.shape));
    throw new PromptError(`${prompt.name} was not made: ${faults}.`);
  }
}

/** Said to a client as an error of the protocol, whose arguments were invalid. */
export class PromptError extends Error {
  override readonly name = 'PromptError';
}

const record = z.record(z.string(), z.unknown());

/** Hosts send a field that a person left empty as an empty string. */
function withoutBlanks(args: unknown): unknown {
  const given = record.safeParse(args);
  if (!given.success) return args;
  return Object.fromEntries(
    Object.entries(given.data).filter(([, value]) => typeof value !== 'string' || value.trim() !== ''),
  );
}
