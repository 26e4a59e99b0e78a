import * as z from 'zod';
import { closest } from '../base/did-you-mean.ts';
import type { Tool } from '../toolkit/define-tool.ts';
import { UsageError } from './usage-error.ts';

/** The arguments of a call. On the command line: one JSON object, or KEY=VALUE pairs. */
export type Arguments = Record<string, unknown>;

type Scalar = 'string' | 'number' | 'integer' | 'boolean';

const scalar = z.object({ type: z.enum(['string', 'number', 'integer', 'boolean']) });
const list = z.object({ type: z.literal('array'), items: scalar });
const schemaOf = z.object({ properties: z.record(z.string(), z.union([scalar, list])) });

/**
 * Converts each value to its type only: the tool checks the rest, and explains it better.
 *
 * @throws UsageError where the words have neither form, or name an argument that the tool does not have
 */
export function readArguments(words: readonly string[], tool: Pick<Tool, 'name' | 'inputSchema'>): Arguments {
  const [first, ...more] = words;
  if (first === undefined) return {};
  if (first.trimStart().startsWith('{')) {
    if (more.length > 0) throw new UsageError('the arguments are one JSON object or pairs of KEY=VALUE, not both.');
    return readJson(first);
  }
  return readPairs(words, tool);
}

function readJson(text: string): Arguments {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`the arguments are no JSON object (${error.message}).`);
  }
}

function readPairs(words: readonly string[], { name, inputSchema }: Pick<Tool, 'name' | 'inputSchema'>): Arguments {
  const { properties } = schemaOf.parse(inputSchema());
  const args: Arguments = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw new UsageError(`${JSON.stringify(word)} is no KEY=VALUE, nor a JSON object.`);
    const [key, value] = [word.slice(0, at), word.slice(at + 1)];
    const schema = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!schema) throw unknownArgument(key, name, Object.keys(properties));
    if ('items' in schema) {
      const items = value === '' ? [] : value.split(',').map((item) => typed(item.trim(), schema.items.type));
      args[key] = [...z.array(z.unknown()).parse(args[key] ?? []), ...items];
      continue;
    }
    if (Object.hasOwn(args, key)) throw new UsageError(`${key} is given twice.`);
    args[key] = typed(value, schema.type);
  }
  return args;
}

/** A value that does not fit stays text: the tool then says what it must be. */
function typed(value: string, type: Scalar | 'array'): unknown {
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return value;
}

function unknownArgument(key: string, tool: string, known: readonly string[]): UsageError {
  const near = closest(key, known);
  const hint = near === undefined ? `Expected: ${known.join(', ')}.` : `Did you mean ${near}?`;
  return new UsageError(`${tool} has no argument ${JSON.stringify(key)}. ${hint}`);
}
