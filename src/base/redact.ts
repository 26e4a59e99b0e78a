/**
 * Every secret the process holds, registered where it is read. All text that leaves the process (results, errors,
 * log lines) passes through `redact`, so that one forgotten place cannot leak what another one read.
 */
const secrets = new Map<string, readonly Spelling[]>();
let index: SpellingIndex | undefined;

/** Shorter values are common substrings: hiding each `x` in a text would destroy the text and protect nothing. */
const SHORTEST_SECRET = 8;
/** A run of this many characters of a secret is taken out, since an echo may be cut. */
const SHORTEST_RUN = 12;
/** Any run that long covers one block of this length that begins at a multiple of it. */
const BLOCK = 6;

/** One way to write a secret. */
interface Spelling {
  readonly text: string;
  /** In base64 the characters beside a run hold the rest of the secret's bytes, so the whole word goes. */
  readonly wholeWord: boolean;
}

/** Where the block of six characters stands in which spelling. */
type SpellingIndex = ReadonlyMap<string, readonly (readonly [spelling: Spelling, at: number])[]>;

/** Registers a secret and returns it, so that reading and registering are one step. */
export function secret(value: string): string {
  if (value.length >= SHORTEST_SECRET && !secrets.has(value)) {
    secrets.set(value, spellingsOf(value));
    index = undefined;
  }
  return value;
}

/** For a token that is worth nothing any more: in a process of months there are too many of them to look for each. */
export function forget(value: string): void {
  if (secrets.delete(value)) index = undefined;
}

function spellingsOf(value: string): readonly Spelling[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((shift) => base64Of(bytes, shift));
  return [
    ...[value, hex, hex.toUpperCase()].map((text) => ({ text, wholeWord: false })),
    ...base64.flatMap((text) =>
      [...new Set([text, text.replaceAll('+', '-').replaceAll('/', '_')])].map((one) => ({
        text: one,
        wholeWord: true,
      })),
    ),
  ];
}

/** The base64 characters that hold only bits of the secret, where `shift` bytes modulo three stand before it. */
function base64Of(bytes: Uint8Array, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const mixedEnd = (shift + bytes.length) % 3 === 0 ? 0 : 1;
  return text.slice(shift === 0 ? 0 : shift + 1, text.length - mixedEnd);
}

function indexOfSpellings(): SpellingIndex {
  const blocks = new Map<string, (readonly [Spelling, number])[]>();
  for (const spelling of [...secrets.values()].flat()) {
    for (let at = 0; at + BLOCK <= spelling.text.length; at++) {
      const block = spelling.text.slice(at, at + BLOCK);
      const places = blocks.get(block);
      if (places) places.push([spelling, at]);
      else blocks.set(block, [[spelling, at]]);
    }
  }
  return blocks;
}

type Span = readonly [from: number, to: number];

/** Where a text holds a whole secret, or a run of twelve characters of one, as it is written here. */
function plainSpans(text: string): Span[] {
  index ??= indexOfSpellings();
  const spans: Span[] = [];
  // A secret of 8 to 10 characters may hold no block at a multiple of six: then every place is looked at.
  const step = [...secrets.keys()].some(({ length }) => length < SHORTEST_RUN) ? 1 : BLOCK;
  for (let at = 0; at + BLOCK <= text.length; at += step) {
    for (const [spelling, place] of index.get(text.slice(at, at + BLOCK)) ?? []) {
      const span = runAround(text, at, spelling, place);
      if (span) spans.push(span);
    }
  }
  return spans;
}

function runAround(text: string, at: number, { text: spelling, wholeWord }: Spelling, place: number): Span | undefined {
  let [from, to] = [at, at + BLOCK];
  let [first, last] = [place, place + BLOCK];
  while (first > 0 && from > 0 && spelling[first - 1] === text[from - 1]) [first, from] = [first - 1, from - 1];
  while (last < spelling.length && spelling[last] === text[to]) [last, to] = [last + 1, to + 1];
  if (to - from < Math.min(SHORTEST_RUN, spelling.length)) return undefined;
  if (!wholeWord) return [from, to];
  while (/[\w+/-]/.test(text[from - 1] ?? '')) from -= 1;
  while (/[\w+/=-]/.test(text[to] ?? '')) to += 1;
  return [from, to];
}

/** Characters as a URL, an HTML page or JSON writes them. */
const ENCODED = /%[0-9a-f]{2}|&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});|\\(?:u[0-9a-f]{4}|["\\/])/gi;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(encoded: string): string {
  const name = encoded.slice(1, -1).toLowerCase();
  if (encoded.startsWith('%')) return String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  if (encoded.startsWith('\\')) return encoded.length > 2 ? fromCode(encoded.slice(2), 16) : encoded.slice(1);
  if (!name.startsWith('#')) return ENTITIES[name] ?? encoded;
  return name.startsWith('#x') ? fromCode(name.slice(2), 16) : fromCode(name.slice(1), 10);
}

/** One unit only: what lies beyond is in no secret. */
const fromCode = (digits: string, base: number): string =>
  String.fromCharCode(Math.min(Number.parseInt(digits, base), 0xffff));

/** An echo may be encoded twice: a URL within JSON. */
const MOST_DECODINGS = 2;

/** Where a text holds a secret, encoded in part or whole. */
function spansOf(text: string, decodings: number): Span[] {
  const spans = plainSpans(text);
  if (decodings === 0) return spans;
  /** Of each character of the decoded text, where its writing begins in `text`. */
  const starts: number[] = [];
  let plain = '';
  let end = 0;
  const copy = (to: number): void => {
    for (; end < to; end++) starts.push(end);
  };
  for (const { 0: encoded, index: at } of text.matchAll(ENCODED)) {
    plain += text.slice(end, at) + decoded(encoded);
    copy(at);
    starts.push(at);
    end = at + encoded.length;
  }
  if (plain === '') return spans;
  plain += text.slice(end);
  copy(text.length);
  starts.push(text.length);
  const inDecoded = spansOf(plain, decodings - 1).map(
    ([from, to]): Span => [starts[from] ?? 0, starts[to] ?? text.length],
  );
  return [...spans, ...inDecoded];
}

/** JSON of a value with each secret taken out of its strings: in the finished text a quote in a secret would hide it. */
export function toRedactedJson(value: unknown): string {
  if (secrets.size === 0) return JSON.stringify(value);
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? redact(part) : part));
}

/** Replaces each registered secret in `text`, whole or cut and however a server would echo it, by `[redacted]`. */
export function redact(text: string): string {
  if (secrets.size === 0 || text.length < SHORTEST_SECRET) return text;
  const spans = spansOf(text, MOST_DECODINGS);
  if (spans.length === 0) return text;
  let safe = '';
  let end = 0;
  for (const [from, to] of spans.sort(([a], [b]) => a - b)) {
    if (to <= end) continue;
    // What overlaps or touches is one secret to the reader.
    safe += from > end || end === 0 ? `${text.slice(end, from)}[redacted]` : '';
    end = to;
  }
  return safe + text.slice(end);
}
