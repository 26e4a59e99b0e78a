import { eastAsianWidth } from 'get-east-asian-width';
import { graphemes, inQuotes, withoutLooseJoiner } from './escape.ts';

const ASCII = /^[ -~]*$/;
/** Made when first needed: parsing them takes a millisecond of the start. */
const makePatterns = () => ({
  /** Two columns wide in all: pictures, flags, keycaps, and Hangul written letter by letter. */
  drawnAsOne: new RegExp(
    [
      String.raw`\p{RI}{1,2}`,
      String.raw`[#*0-9]\ufe0f?\u20e3`,
      String.raw`\p{ExtPict}(?:\ufe0f|\p{Emoji_Modifier}|[\u{e0020}-\u{e007f}]|\u200d\p{ExtPict})+`,
      String.raw`[\u1100-\u115f\ua960-\ua97c][\u1160-\u11a7\ud7b0-\ud7c6][\u11a8-\u11ff\ud7cb-\ud7fb]?`,
    ].join('|'),
    'gu',
  ),
  noWidth: /[\p{Mn}\p{Me}\p{Cf}\p{Default_Ignorable_Code_Point}]/u,
});
let patterns: ReturnType<typeof makePatterns> | undefined;

/**
 * The columns that a line takes up on a terminal, at most: characters whose width is ambiguous (`…`, `é`, Cyrillic)
 * count two, as Chinese and Japanese terminals draw them.
 *
 * @param text without line breaks and control characters
 */
export function columnsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  patterns ??= makePatterns();
  let columns = 0;
  for (const character of text.replace(patterns.drawnAsOne, '字')) {
    if (patterns.noWidth.test(character)) continue;
    columns += eastAsianWidth(character.codePointAt(0) ?? 0, { ambiguousAsWide: true });
  }
  return columns;
}

/** Shown whole or not at all: an escape, or a quote or backslash with the backslash that `inQuotes` put before it. */
const WHOLE = /(⟨[^⟩]*⟩|\\["\\]\p{M}*)/u;
const unitsOf = (text: string): string[] =>
  text.split(WHOLE).flatMap((part, index) => (index % 2 === 1 ? [part] : [...graphemes(part)]));

/** How many of the units fit, from the first on. */
function countFitting(units: readonly string[], most: number): number {
  let columns = 0;
  const end = units.findIndex((unit) => {
    columns += columnsOf(unit);
    return columns > most;
  });
  return end === -1 ? units.length : end;
}

/** What stands for the end of a text: `…⟨+29⟩` for 29 characters left out. */
export const countedCut = (left: number): string => `…⟨+${left}⟩`;
/** For a few columns, where a count would leave nothing of the text. */
export const plainCut = (): string => '…';

/**
 * Cuts the end off an escaped text, between grapheme clusters.
 *
 * @param most columns, the mark of the cut included; ten or more
 */
export function cutEnd(text: string, most: number, mark: (left: number) => string = countedCut): string {
  if (columnsOf(text) <= most) return text;
  const units = unitsOf(text);
  const kept = countFitting(units, most - columnsOf(mark(units.length)));
  return withoutLooseJoiner(units.slice(0, kept).join('')) + mark(units.length - kept);
}

/**
 * Cuts the middle out of an escaped text, between grapheme clusters: ids often differ in their last characters only.
 *
 * @param most columns, the `…` included
 */
export function cutMiddle(text: string, most: number): string {
  if (columnsOf(text) <= most) return text;
  const units = unitsOf(text);
  const room = most - columnsOf('…');
  const tail = countFitting([...units].reverse(), Math.floor(room / 2));
  const head = countFitting(units, Math.ceil(room / 2));
  return `${withoutLooseJoiner(units.slice(0, head).join(''))}…${units.slice(units.length - tail).join('')}`;
}

/** Cuts what is between the quotes, so that the quotes and their backslashes stay whole; `most` includes them. */
export const cutInQuotes = (text: string, most: number, cut: (text: string, most: number) => string): string =>
  `"${cut(inQuotes(text).slice(1, -1), most - 2)}"`;
