/**
 * Every secret the process holds, registered where it is read. All text that leaves the process (results, errors,
 * log lines) passes through `redact`, so that one forgotten place cannot leak what another one read.
 */
const secrets = new Set<string>();

/** Shorter values are common substrings: hiding each `x` in a text would destroy the text and protect nothing. */
const SHORTEST_SECRET = 8;

/** Registers a secret and returns it, so that reading and registering are one step. */
export function secret(value: string): string {
  if (value.length >= SHORTEST_SECRET) secrets.add(value);
  return value;
}

/** JSON of a value with each secret taken out of its strings: in the finished text a quote in a secret would hide it. */
export function toRedactedJson(value: unknown): string {
  if (secrets.size === 0) return JSON.stringify(value);
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? redact(part) : part));
}

/** Replaces each registered secret in `text`, in its plain and its percent-encoded form, by `[redacted]`. */
export function redact(text: string): string {
  let safe = text;
  for (const value of secrets) {
    safe = safe.replaceAll(value, '[redacted]');
    const encoded = encodeURIComponent(value);
    if (encoded !== value) safe = safe.replaceAll(encoded, '[redacted]');
  }
  return safe;
}
