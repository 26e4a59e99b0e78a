/**
 * Every secret the process holds, registered where it is read. All text that leaves the process (results, errors,
 * log lines) passes through `redact`, so that one forgotten place cannot leak what another one read.
 */
const secrets = new Map<string, readonly string[]>();
let forms: readonly string[] = [];

/** Shorter values are common substrings: hiding each `x` in a text would destroy the text and protect nothing. */
const SHORTEST_SECRET = 8;

/** Registers a secret and returns it, so that reading and registering are one step. */
export function secret(value: string): string {
  if (value.length >= SHORTEST_SECRET && !secrets.has(value)) {
    secrets.set(value, formsOf(value));
    gather();
  }
  return value;
}

/** For a token that is worth nothing any more: in a process of months there are too many of them to look for each. */
export function forget(value: string): void {
  if (secrets.delete(value)) gather();
}

/** Longest first: of a secret that begins with another one, nothing must be left. */
function gather(): void {
  forms = [...new Set([...secrets.values()].flat())].sort((one, other) => other.length - one.length);
}

/** As an echo may bear it: as it is, in a URL, within JSON, or in Base64 (credentials, and our own cursors). */
function formsOf(value: string): readonly string[] {
  const whole = value.toWellFormed();
  const inUrl = encodeURIComponent(whole);
  const bytes = Buffer.from(whole);
  return [
    value,
    inUrl,
    inUrl.replace(/%[0-9A-F]{2}/g, (escaped) => escaped.toLowerCase()),
    JSON.stringify(whole).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ];
}

/** JSON of a value with each secret taken out of its strings: in the finished text a quote in a secret would hide it. */
export function toRedactedJson(value: unknown): string {
  if (forms.length === 0) return JSON.stringify(value);
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? redact(part) : part));
}

/** Replaces each registered secret in `text`, in whatever form, by `[redacted]`. */
export function redact(text: string): string {
  let safe = text;
  for (const form of forms) safe = safe.replaceAll(form, '[redacted]');
  return safe;
}
