import { redact } from './redact.ts';

/*
 * Text from outside, made safe to show: one line, nothing invisible, nothing that moves a cursor.
 *
 * An unsafe character is written as its code point, `⟨U+202E⟩`, and so is a literal `⟨`. Every `⟨` in the output was
 * therefore written by this file, and the input can be read back from it: escaping never makes two different names look
 * alike, and no name can imitate an escape or the mark of a cut. The price: escaping twice differs from escaping once, so
 * each text passes here exactly once, on its way in.
 */

/** More marks than this on one base would be drawn over the lines above and below. Tibetan stacks have up to 8. */
const MOST_MARKS = 8;
/** In code points. Emoji families with skin tones have up to 10, Sanskrit conjuncts about 12. */
const LONGEST_CLUSTER = 16;

/** Scripts in which a joiner changes how letters are drawn: without it, words are misspelt. */
const JOINING = [
  ...['Arab', 'Syrc', 'Mand', 'Nkoo', 'Adlm', 'Rohg', 'Mong', 'Phag'],
  ...['Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda', 'Mlym', 'Sinh'],
  ...['Mymr', 'Khmr', 'Tibt', 'Newa', 'Tirh', 'Cakm', 'Bali', 'Java', 'Lana'],
]
  .map((script) => String.raw`\p{Script=${script}}`)
  // Arabic vowel signs belong to no script of their own. Script_Extensions would find them, but Latin accents with them.
  .concat(String.raw`\u064b-\u0655\u0670`)
  .join('');
/** Arabic letters for mathematics. */
const NEVER_JOINS = String.raw`[\u{1ee00}-\u{1eeff}]`;
const PICTURE = String.raw`\p{Extended_Pictographic}`;
const SELECTOR = String.raw`\ufe00-\ufe0f\u{e0100}-\u{e01ef}`;

/** Tag characters spell invisible text. Only the three flags that use them keep theirs: England, Scotland, Wales. */
const FLAG = `\\u{1f3f4}(?:${['gbeng', 'gbsct', 'gbwls']
  .map((region) => [...region].map((letter) => `\\u{e00${letter.charCodeAt(0).toString(16)}}`).join(''))
  .join('|')})\\u{e007f}`;

const JOINER_AT_WORK = [
  // 👩‍🚀
  String.raw`(?<=${PICTURE}(?:\ufe0f|\p{Emoji_Modifier})?)\u200d(?=${PICTURE})`,
  // Persian "mi-khaham": between two letters or marks of such a script, if the second is visible (if the first is not,
  // BASELESS takes the joiner with it).
  String.raw`(?<=[${JOINING}])(?<=[\p{L}\p{M}])(?<!${NEVER_JOINS})[\u200c\u200d](?=[${JOINING}])(?=[\p{L}\p{M}])(?!\p{Default_Ignorable_Code_Point}|${NEVER_JOINS})`,
  // അവന്‍: after a virama it decides how the letter before is drawn, at the end of a word too.
  String.raw`(?<=[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca])[\u200c\u200d]`,
].join('|');

const SELECTOR_AT_WORK = [
  String.raw`(?<=${PICTURE})[\ufe0e\ufe0f]`,
  // 1️⃣
  String.raw`(?<=[0-9#*])\ufe0f(?=\u20e3)`,
  // Japanese names need the registered forms of a character. The 200 selectors above those serve to hide bytes only.
  String.raw`(?<=\p{Unified_Ideograph})[\ufe00-\ufe02\u{e0100}-\u{e011f}]`,
].join('|');

/** Matches a flag, to be kept, or in group 1 a character to escape. Made when first needed, since it takes 2 ms. */
const makeHidden = (): RegExp =>
  new RegExp(
    `${FLAG}|(${[
      // Controls (tab, line feed, escape), lone surrogates, private use, line and paragraph separator, our own bracket.
      String.raw`[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u27e8]`,
      // Blanks, except those that people type: the plain one, the French no-break ones, the Chinese and Japanese one.
      String.raw`(?![ \u00a0\u202f\u3000])[\p{Zs}\u2800]`,
      // Bidi controls, zero-width characters, fillers, tags.
      String.raw`(?![\u200c\u200d${SELECTOR}])[\p{Cf}\p{Default_Ignorable_Code_Point}]`,
      // Unassigned, except where a newer Unicode than this Node's may add characters: emoji and two planes of ideographs.
      String.raw`(?![${PICTURE}\u{20000}-\u{2fffd}\u{30000}-\u{3fffd}])\p{Cn}`,
      String.raw`(?!${JOINER_AT_WORK})[\u200c\u200d]`,
      `(?!${SELECTOR_AT_WORK})[${SELECTOR}]`,
    ].join('|')})`,
    'gu',
  );
let hiddenOnce: RegExp | undefined;

/**
 * Nothing to escape, and each UTF-16 unit is a grapheme cluster of its own: Latin, Greek, Cyrillic, Hebrew and Arabic
 * letters, punctuation, kana, Chinese, Hangul syllables. Most names are like that, and take the fast path without Intl.
 */
const PLAIN =
  /^[ -~\u00a0-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u052f\u05d0-\u05ea\u060c\u061b\u061f-\u064a\u0660-\u066f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u3000-\u3029\u3030-\u303e\u3041-\u3096\u309b-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9d]*$/;

const MARK = /^\p{M}/u;
/** A mark without a base would be drawn on our bracket or on the opening quote; a joiner has then lost its letter. */
const BASELESS = /^[\p{M}\u200c\u200d]+/u;
/** A joiner is useless once the text after it has been cut off. */
const LOOSE_JOINER = /\u200c$|\u200d$/;
export const withoutLooseJoiner = (text: string): string => text.replace(LOOSE_JOINER, '');
/** In a cut cluster, a selector or the tags of a flag may be incomplete too. */
const LOOSE_END = /(?:\u200c|\u200d|[\ufe00-\ufe0f]|[\u{e0000}-\u{e0fff}])+$/u;

const escaped = (character: string): string =>
  `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

let segmenter: Intl.Segmenter | undefined;

/** The grapheme clusters of a text, read piece by piece: V8 copies its whole input for each cluster. */
export function* graphemes(text: string): Generator<string> {
  // Takes 10 ms the first time, so it is not made when the server starts.
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  let length = 256;
  for (let at = 0; at < text.length; ) {
    // Do not cut a surrogate pair: half a mark would no longer belong to its base.
    const end = at + length + (isHighSurrogate(text.charCodeAt(at + length - 1)) ? 1 : 0);
    const start = at;
    for (const { segment, index } of segmenter.segment(text.slice(start, end))) {
      // The last cluster may continue after the end.
      if (start + index + segment.length >= end && end < text.length) break;
      yield segment;
      at = start + index + segment.length;
    }
    length = at === start ? length * 2 : 256;
  }
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/**
 * Makes text from outside (thread names, user ids, vendor error texts) safe to show: one line, well-formed, nothing
 * invisible, nothing that moves a cursor. Characters of that kind become `⟨U+202E⟩`.
 *
 * @param max the most grapheme clusters shown, counted after escaping: an escape counts as about eight, and is shown
 *   whole or not at all. A cut ends with the number of clusters left out: `…⟨+12⟩`, or `…⟨+6400 or more⟩`.
 */
export function visible(raw: string, max = 200): string {
  // Redact before cutting: a secret that has been cut may no longer be recognized.
  const text = redact(raw);
  if (text.length <= max && PLAIN.test(text)) return text;
  // A cluster has at most LONGEST_CLUSTER pairs of UTF-16 units, so this part holds `max` of them and the start of one
  // more. The rest of a hostile megabyte is neither searched nor counted.
  const most = (max + 1) * LONGEST_CLUSTER * 2;
  // Do not cut a surrogate pair: each half would count as a cluster.
  const looked = isHighSurrogate(text.charCodeAt(most - 1)) ? most - 1 : most;
  let shown = '';
  let size = 0;
  let left = 0;
  for (const piece of pieces(text, looked)) {
    const length = piece.startsWith('⟨') ? piece.length : 1;
    if (left === 0 && size + length <= max) {
      shown += piece;
      size += length;
    } else left += length;
  }
  if (left === 0) return shown;
  return `${withoutLooseJoiner(shown)}…⟨+${left}${text.length > looked ? ' or more' : ''}⟩`;
}

/** The grapheme clusters and escapes of the first `end` UTF-16 units, in order. */
function* pieces(text: string, end: number): Generator<string> {
  let at = 0;
  // A few units after the end decide whether a joiner or flag before it is complete.
  hiddenOnce ??= makeHidden();
  for (const { 1: hidden, index } of text.slice(0, end + 16).matchAll(hiddenOnce)) {
    if (hidden === undefined) continue;
    if (index >= end) break;
    yield* clusters(text.slice(at, index));
    yield escaped(hidden);
    at = index + hidden.length;
  }
  yield* clusters(text.slice(at, end));
}

/** The clusters of a stretch without unsafe characters. What makes a cluster too long is still escaped. */
function* clusters(stretch: string): Generator<string> {
  if (PLAIN.test(stretch)) {
    yield* stretch;
    return;
  }
  // At the start and after an escape a mark has no base, and some marks begin a cluster of their own.
  let bare = true;
  for (const cluster of graphemes(stretch)) {
    const baseless = bare ? (BASELESS.exec(cluster)?.[0] ?? '') : '';
    for (const mark of baseless) yield escaped(mark);
    const rest = cluster.slice(baseless.length);
    if (rest === '') continue;
    const kept = rest.length <= MOST_MARKS ? rest : bounded(rest);
    yield kept;
    for (const character of rest.slice(kept.length)) yield escaped(character);
    bare = kept.length < rest.length;
  }
}

/** As much of a cluster as one character on a screen may hold: marks and joined emoji can be piled up without end. */
function bounded(cluster: string): string {
  let length = 0;
  let points = 0;
  let marks = 0;
  for (const character of cluster) {
    marks = MARK.test(character) ? marks + 1 : 0;
    points += 1;
    if (marks > MOST_MARKS || points > LONGEST_CLUSTER) return cluster.slice(0, length).replace(LOOSE_END, '');
    length += character.length;
  }
  return cluster;
}

/** Escaped text between double quotes. `"` and `\` get a backslash, so nothing inside can end the quote. */
export const inQuotes = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** `visible`, between double quotes. The quotes and backslashes do not count toward `max`. */
export const quoted = (text: string, max?: number): string => inQuotes(visible(text, max));

/** What `visible` has escaped or cut already. */
const ALREADY = /(⟨U\+[0-9A-F]{4,6}⟩|…⟨\+\d+⟩)/;

/** A message of our own for a terminal: what somebody has typed may be in it, escaped or not. Its line breaks stay. */
export const forTerminal = (message: string): string =>
  message
    .split('\n')
    .map((line) =>
      line
        .split(ALREADY)
        .map((part, index) => (index % 2 === 1 ? part : visible(part, 100_000)))
        .join(''),
    )
    .join('\n');
