/** An object's own key with a bare whole number behind it; any other string is matched too, so as to be passed over. */
const STRING_AND_NUMBER = /("(?:[^"\\]|\\.)*")(?:(\s*:\s*)(-?\d[\d.eE+-]*))?/g;

/** Ids may come as JSON strings or as bare numbers: the tables say string, the samples send numbers [CN][EN][EM]. */
const ID_KEYS: ReadonlySet<string> = new Set(['"group_id"', '"msg_id"']);

/**
 * Parses a request's body. A bare 19-digit id stays exact: JSON.parse alone rounds it to 53 bits, so the digits behind
 * `group_id` and `msg_id` are put in quotes first. That is done on text known to be JSON, string by string, so it
 * neither repairs a broken body nor touches what stands inside a name.
 *
 * @throws SyntaxError where the text is not JSON
 */
export function parseBody(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  const exact = text.replace(STRING_AND_NUMBER, (whole, key: string, colon: string, number: string | undefined) =>
    ID_KEYS.has(key) && number !== undefined && /^\d+$/.test(number) ? `${key}${colon}"${number}"` : whole,
  );
  return exact === text ? parsed : JSON.parse(exact);
}

/** The fields of a body, or undefined where it is no object. */
export function fieldsOf(body: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  return new Map(Object.entries(body));
}
