import { defined } from '../base/defined.ts';
import { graphemes, withoutLooseJoiner } from '../base/escape.ts';

/** Tokens of one ASCII character among others of its kind: the most that random text of that kind takes (o200k). */
const KINDS = [
  { pattern: /[a-z]/, cost: 0.55 },
  { pattern: /[A-Z]/, cost: 0.65 },
  { pattern: /[0-9]/, cost: 0.36 },
  { pattern: / /, cost: 0.2 },
  { pattern: /[!-~]/, cost: 0.75 },
  { pattern: /./s, cost: 1 },
] as const;
/** A token seldom reaches over a change of kind. */
const CHANGE = 0.35;
const ASCII = Array.from({ length: 128 }, (_, code) =>
  KINDS.find(({ pattern }) => pattern.test(String.fromCharCode(code))),
);

/**
 * An upper bound for the tokens of a text, cheap enough for every row. Beyond ASCII a tokenizer takes at most one token
 * per byte.
 */
export function tokenBound(text: string): number {
  let bound = 0;
  let before: (typeof ASCII)[number];
  for (const character of text) {
    const kind = ASCII[character.charCodeAt(0)];
    if (kind === undefined) {
      bound += Buffer.byteLength(character);
    } else {
      bound += kind.cost + (kind === before ? 0 : CHANGE);
    }
    before = kind;
  }
  return Math.ceil(bound);
}

/** The bound for a whole result, in tokens. */
export const RESULT_TOKENS = 9_500;

/**
 * Makes a result with as many rows as fit the budget, both in its structure and in its text; at least one row.
 *
 * @param make the result with only the first `kept` rows
 */
export function withinBudget<T>(rows: number, make: (kept: number) => T, textOf: (result: T) => string): T {
  for (let kept = rows; ; kept -= Math.max(1, Math.ceil(kept / 8))) {
    const result = make(Math.max(0, kept));
    const largest = Math.max(tokenBound(JSON.stringify(result)), tokenBound(textOf(result)));
    if (largest <= RESULT_TOKENS || kept <= 1) return result;
  }
}

/**
 * How much of each text may be shown so that all together stay within a budget: one bound for all, so that short texts
 * stay whole and only the longest are cut.
 *
 * @param texts escaped
 * @param budget in tokens
 * @returns the most tokens of one text; infinite where nothing has to be cut
 */
export function fairShare(texts: readonly string[], budget: number): number {
  const sizes = texts.map(tokenBound).sort((a, b) => a - b);
  let left = budget;
  for (const [index, size] of sizes.entries()) {
    const share = left / (sizes.length - index);
    if (size > share) return Math.floor(share);
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}

/** The first of some escaped ids, as many as a budget of tokens holds. */
export function firstWithin(ids: readonly string[], budget: number): string[] {
  let left = budget;
  return ids.filter((id) => {
    left -= tokenBound(id) + QUOTES_AND_COMMA;
    return left >= 0;
  });
}

/** In tokens. */
const QUOTES_AND_COMMA = 2;

/** An escape or the mark of a cut is shown whole or not at all. */
const ESCAPE = /(⟨[^⟩]*⟩)/u;
/** The most tokens that `…⟨+123⟩` takes. */
const CUT_MARK = 8;

/**
 * Cuts an escaped text to a number of tokens, on a grapheme bound, and shows the cut.
 *
 * @param most tokens, from `fairShare`
 */
export function cutTo(text: string, most: number): string {
  if (tokenBound(text) <= most) return text;
  const units = text.split(ESCAPE).flatMap((part) => (part.startsWith('⟨') ? [part] : [...graphemes(part)]));
  let shown = '';
  let used = CUT_MARK;
  let count = 0;
  for (const unit of units) {
    used += tokenBound(unit);
    if (used > most) break;
    shown += unit;
    count += 1;
  }
  return `${withoutLooseJoiner(shown)}…⟨+${units.length - count}⟩`;
}

/** The rows with their longest names and owners cut, so that all of them together stay within a budget of tokens. */
export function cutNames<T extends { readonly name?: string | undefined; readonly owner?: string | undefined }>(
  rows: readonly T[],
  budget: number,
): T[] {
  const share = fairShare(
    rows.flatMap(({ name = '', owner = '' }) => [name, owner]),
    budget,
  );
  return rows.map((row) => ({
    ...row,
    ...defined({ name: row.name && cutTo(row.name, share), owner: row.owner && cutTo(row.owner, share) }),
  }));
}
