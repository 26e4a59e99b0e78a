/** A key followed by a bare number. Every other string is matched too, to skip what is inside it. */
const STRING_AND_NUMBER = /("(?:[^"\\]|\\.)*")(?:(\s*:\s*)(-?\d[\d.eE+-]*))?/g;

/** Ids may come as JSON strings or as bare numbers: the tables say string, the samples send numbers [CN][EN][EM]. */
const ID_KEYS: ReadonlySet<string> = new Set(['"group_id"', '"msg_id"']);

/**
 * Parses a request's body and keeps bare 19-digit ids exact: JSON.parse would round them to 53 bits, so the digits
 * after `group_id` and `msg_id` are quoted first. This runs only on valid JSON and skips strings, so it neither repairs
 * a broken body nor changes a name.
 *
 * @throws SyntaxError if the text is not JSON
 */
export function parseBody(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  const exact = text.replace(STRING_AND_NUMBER, (whole, key: string, colon: string, number: string | undefined) =>
    ID_KEYS.has(key) && number !== undefined && /^\d+$/.test(number) ? `${key}${colon}"${number}"` : whole,
  );
  return exact === text ? parsed : JSON.parse(exact);
}

/** The fields of a body, or undefined if it is not an object. */
export function fieldsOf(body: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  return new Map(Object.entries(body));
}
