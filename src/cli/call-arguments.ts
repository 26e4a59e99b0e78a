import * as z from 'zod';
import { closest } from '../base/did-you-mean.ts';
import type { Tool } from '../toolkit/define-tool.ts';
import { type ArgumentSchema, readSchema } from './argument-schema.ts';
import { UsageError } from './usage-error.ts';

/** The arguments of a call. On the command line: one JSON object, or KEY=VALUE pairs. */
export type Arguments = Record<string, unknown>;

/**
 * Converts each value to its type only: the tool checks the rest, and explains it better.
 *
 * @throws UsageError where the words have neither form, or name an argument that the tool does not have
 */
export function readArguments(words: readonly string[], tool: Pick<Tool, 'name' | 'inputSchema'>): Arguments {
  const [first = '', ...more] = words;
  if (!first.trimStart().startsWith('{')) return readPairs(words, tool);
  if (more.length > 0) throw new UsageError('the arguments are one JSON object or pairs of KEY=VALUE, not both.');
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(first));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`the arguments are no JSON object (${error.message}).`);
  }
}

function readPairs(words: readonly string[], tool: Pick<Tool, 'name' | 'inputSchema'>): Arguments {
  const known = new Map(Object.entries(readSchema(tool).properties));
  const args: Arguments = {};
  for (const word of words) {
    const [, key, value = ''] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (key === undefined) throw new UsageError(`${JSON.stringify(word)} is no KEY=VALUE, nor a JSON object.`);
    const schema = known.get(key);
    if (!schema) throw unknownArgument(key, tool.name, [...known.keys()]);
    const before = args[key];
    if (schema.items) {
      const { type } = schema.items;
      const items = value === '' ? [] : value.split(',').map((item) => typed(item.trim(), type));
      args[key] = Array.isArray(before) ? [...before, ...items] : items;
    } else {
      if (before !== undefined) throw new UsageError(`${key} is given twice.`);
      args[key] = typed(value, schema.type);
    }
  }
  return args;
}

/** A value that does not fit stays text: the tool then says what it must be. */
function typed(value: string, type: ArgumentSchema['type']): unknown {
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return value;
}

function unknownArgument(key: string, tool: string, known: readonly string[]): UsageError {
  const near = closest(key, known);
  const hint = near === undefined ? `Expected: ${known.join(', ')}.` : `Did you mean ${near}?`;
  return new UsageError(`${tool} has no argument ${JSON.stringify(key)}. ${hint}`);
}
