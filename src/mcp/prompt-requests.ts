import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { argumentFaults } from '../present/error-words.ts';
import type { Prompt, PromptContext } from '../toolkit/prompt.ts';
import { protocolError } from './json-rpc.ts';

/** Loads the prompts when a host first asks for them; most never do. */
export type PromptSource = () => Promise<readonly Prompt[]>;

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
 * @throws Error with the code InvalidParams for an unknown prompt or wrong arguments
 */
export function promptMessage(prompts: readonly Prompt[], params: unknown, context: PromptContext) {
  const { name, arguments: args } = promptParams.safeParse(params).data ?? {};
  const prompt = prompts.find((known) => known.name === name);
  if (!prompt) {
    const names = prompts.map((known) => known.name).join(', ');
    throw invalidParams(
      names === ''
        ? 'There are no prompts with these settings.'
        : `There is no prompt of that name. The prompts are: ${names}`,
    );
  }
  try {
    const text = prompt.message(prompt.input.parse(healed(args ?? {})), context);
    return { description: prompt.description, messages: [{ role: 'user', content: { type: 'text', text } }] };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const faults = argumentFaults(error, args, Object.keys(prompt.input.shape));
    throw invalidParams(`${prompt.name} was not made: ${faults}.`);
  }
}

const invalidParams = (message: string): Error => protocolError(ErrorCode.InvalidParams, message);

const record = z.record(z.string(), z.unknown());

/**
 * Arguments as a person meant them: hosts send numbers, and an empty string for a field that was left empty; where the
 * arguments are positional and none can be skipped, people type `-`.
 */
function healed(args: unknown): unknown {
  const given = record.safeParse(args);
  if (!given.success) return args;
  const entries = Object.entries(given.data).map(
    ([name, value]) => [name, Number.isSafeInteger(value) ? String(value) : value] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => !isLeftOut(value)));
}

const isLeftOut = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && ['', '-'].includes(value.trim()));
