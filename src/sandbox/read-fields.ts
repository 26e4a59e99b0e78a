import type * as z from 'zod';
import { type Refusal, refuse, unreadableJson } from './refusals.ts';

/** A key followed by a bare number. Every other string is matched too, to skip what is inside it. */
const STRING_AND_NUMBER = /("(?:[^"\\]|\\.)*")(?:(\s*:\s*)(-?\d[\d.eE+-]*))?/g;

/** Ids may come as JSON strings or as bare numbers: the tables say string, the samples send numbers [CN][EN][EM]. */
const ID_KEYS: ReadonlySet<string> = new Set(['"group_id"', '"msg_id"']);

/**
 * Reads the fields of a request's body. A missing field, or one of another type, is refused like an unreadable body:
 * documented for row 1 [EM], our choice for the others.
 *
 * @param body as received; empty if there is none
 * @param notJson how a body that is not JSON is refused
 */
export function readFields<T>(
  body: string,
  schema: z.ZodType<T>,
  notJson: (error: Error) => Refusal = unreadableJson,
): T {
  let parsed: unknown;
  try {
    parsed = body === '' ? undefined : parseExactly(body);
  } catch (error) {
    throw error instanceof SyntaxError ? notJson(error) : error;
  }
  const fields = schema.safeParse(parsed);
  if (!fields.success) throw refuse('unreadableBody');
  return fields.data;
}

/**
 * Parses JSON and keeps bare 19-digit ids exact: JSON.parse would round them to 53 bits, so the digits after `group_id`
 * and `msg_id` are quoted first. This runs only on valid JSON and skips strings, so it neither repairs a broken body nor
 * changes a name.
 */
function parseExactly(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  const exact = text.replace(STRING_AND_NUMBER, (whole, key: string, colon: string, number: string | undefined) =>
    ID_KEYS.has(key) && number !== undefined && /^\d+$/.test(number) ? `${key}${colon}"${number}"` : whole,
  );
  return exact === text ? parsed : JSON.parse(exact);
}
