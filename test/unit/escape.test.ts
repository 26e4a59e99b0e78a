import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inQuotes, quoted, visible } from '../../src/base/escape.ts';

/*
 * The oracle below shares nothing with the code: numbers in place of Unicode properties, neighbours looked up one by one.
 */
const ESCAPE = /⟨U\+([0-9A-F]{4,6})⟩/g;
const CUT = /…⟨\+(\d+)( or more)?⟩$/;
const cut = (out: string): RegExpExecArray | null => CUT.exec(out);
const withoutCut = (out: string): string => out.replace(CUT, '');
const unescaped = (out: string): string =>
  out.replace(ESCAPE, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 16)));

/** Inclusive ranges that no output may hold, wherever they stand. */
const NEVER: readonly (readonly [number, number])[] = [
  ...([
    [0, 0x1f],
    [0x7f, 0x9f],
    [0xad, 0xad],
    [0x34f, 0x34f],
    [0x61c, 0x61c],
  ] as const),
  ...([
    [0x115f, 0x1160],
    [0x1680, 0x1680],
    [0x17b4, 0x17b5],
    [0x180b, 0x180f],
  ] as const),
  ...([
    [0x2000, 0x200b],
    [0x200e, 0x200f],
    [0x2028, 0x202e],
    [0x205f, 0x206f],
    [0x2800, 0x2800],
  ] as const),
  ...([
    [0x3164, 0x3164],
    [0xd800, 0xf8ff],
    [0xfe03, 0xfe0d],
    [0xfeff, 0xfeff],
    [0xffa0, 0xffa0],
  ] as const),
  ...([
    [0xfff0, 0xfffb],
    [0xfffe, 0xffff],
    [0x13430, 0x1343f],
    [0x1bca0, 0x1bca3],
    [0x1d173, 0x1d17a],
  ] as const),
  ...([
    [0xe0000, 0xe00ff],
    [0xe0120, 0xe0fff],
    [0xf0000, 0x10ffff],
  ] as const),
];
const NEEDS_JOINERS =
  /[\u0610-\u08ff\u0900-\u0dff\u0f40-\u109f\u1780-\u17d3\u1820-\u18aa\u1950-\uabff\ufb50-\ufdff\ufe70-\ufefc\u{10a00}-\u{11fff}\u{1e900}-\u{1e94f}]/u;
const PICTURE = /\p{Emoji}/u;

/** Whatever is invisible or dangerous in a text and does no work where it stands. */
function faults(out: string): string[] {
  const text = out.replace(
    /🏴(?:\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}|\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}|\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f})/gu,
    '🏴',
  );
  const all = Array.from(text);
  return all.flatMap((character, index) => {
    const code = character.codePointAt(0) ?? 0;
    const before = all[index - 1] ?? '';
    const after = all[index + 1] ?? '';
    const name = `U+${code.toString(16)} at ${index}`;
    if (NEVER.some(([from, to]) => code >= from && code <= to)) return [name];
    if (code === 0x200c || code === 0x200d) {
      const inScript = NEEDS_JOINERS.test(before) && NEEDS_JOINERS.test(after);
      const afterVirama = /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]/.test(before);
      const inPicture = code === 0x200d && (PICTURE.test(before) || before === '\ufe0f') && PICTURE.test(after);
      return inScript || afterVirama || inPicture ? [] : [name];
    }
    if (code === 0xfe0e || code === 0xfe0f) {
      const onKey = /[0-9#*]/.test(before) && after === '\u20e3';
      return onKey || (PICTURE.test(before) && !/[0-9#*]/.test(before)) || isHan(before) ? [] : [name];
    }
    if ((code >= 0xfe00 && code <= 0xfe02) || (code >= 0xe0100 && code <= 0xe011f)) return isHan(before) ? [] : [name];
    return [];
  });
}
const isHan = (character: string): boolean => /\p{Script=Han}|[\ufa0e-\ufa29]/u.test(character);

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const clusters = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);
/** Clusters of what is shown, each escape by its letters. */
const sizeOf = (out: string): number => {
  const escapes = (out.match(ESCAPE) ?? []).join('').length;
  return escapes + out.split(/⟨U\+[0-9A-F]{4,6}⟩/).reduce((sum, stretch) => sum + clusters(stretch).length, 0);
};

const FAMILY = '👨‍👩‍👧‍👦';
const ENGLAND = '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}';
const SCOTLAND = '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}';
const WALES = '🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}';
const TAGS = '\u{e0064}\u{e0065}\u{e006c}';

describe('what people write stays as it is', () => {
  it.each([
    ['nothing', ''],
    ['English', `Refund #12: "can't log in" (50% off) \\o/ <b>&amp;</b>`],
    ['accents, composed and not', 'Café, Cafe\u0301, Tiếng Việt, Tie\u0302\u0301ng'],
    ['French blanks', 'Prix\u00a0: 12\u202f000\u00a0€'],
    ['Chinese', '退款问题\u3000（第二批）——“加急”！'],
    ['Chinese, rare', '𠮷野家 𰻝𰻝面'],
    ['Japanese', 'ログインできない「至急」ﾊﾟｽﾜｰﾄﾞ 〜か\u3099'],
    ['a Japanese name with its form', '葛\u{e0100}城市 辻\u{e0101}'],
    ['Korean', '환불 문의 ᄒᆞᆫ글'],
    ['Greek, Cyrillic', 'Ερώτηση ά, вопрос й'],
    ['Hebrew with points', 'שָׁלוֹם עֲלֵיכֶם'],
    ['Arabic with vowels', 'مُحَمَّدٌ، سؤال؟ ١٢٣'],
    ['Persian with ZWNJ', 'می\u200cخواهم کتاب\u200cها'],
    ['Hindi', 'क्षमा, क्\u200dष, क्\u200cष, हिन्दी'],
    ['Bengali with ZWJ before the virama', 'র\u200d্যাব'],
    ['Malayalam with ZWJ at the end of a word', 'അവന\u0d4d\u200d പറഞ്ഞു'],
    ['Sinhala', 'ශ්\u200dරී ලංකා'],
    ['Thai, Khmer, Burmese', 'ที่นี่น้ำ ខ្ញុំ မြန်မာ'],
    ['Tibetan, stacked', 'ཧྐྵྨླྺྼྻྂ'],
    ['emoji', '😀👍🏽❤️☎︎ ©™'],
    ['emoji families', `${FAMILY} 👩🏻‍❤️‍💋‍👨🏿 🏳️‍🌈 👩🏽‍🚀 🏴‍☠️ ❤️‍🔥`],
    ['flags', `🇨🇳🇩🇪 ${ENGLAND} ${SCOTLAND}${WALES}`],
    ['keycaps', '1️⃣ #️⃣ *️⃣ 1⃣'],
    ['angle brackets that are not ours', '〈U+202E〉 ⟩ <U+202E>'],
  ])('%s', (_, text) => {
    expect(visible(text)).toBe(text);
    expect(faults(text)).toEqual([]);
  });
});

describe('what hides or moves is written as its number', () => {
  const each = (...ranges: (number | readonly [number, number])[]): number[] =>
    ranges.flatMap((range) => {
      const [from, to] = typeof range === 'number' ? [range, range] : range;
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });

  it.each([
    ['controls', each([0, 0x1f], [0x7f, 0x9f])],
    ['line and paragraph separators', each(0x2028, 0x2029)],
    ['bidi controls', each(0x61c, 0x200e, 0x200f, [0x202a, 0x202e], [0x2066, 0x2069])],
    ['zero-width characters', each(0x200b, 0x200c, 0x200d, [0x2060, 0x2065], [0x206a, 0x206f], 0xfeff, 0xad, 0x34f)],
    ['fillers', each(0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0)],
    ['Mongolian selectors', each([0x180b, 0x180f])],
    ['selectors without a base', each([0xfe00, 0xfe0f], [0xe0100, 0xe01ef])],
    ['annotations', each([0xfff0, 0xfffb])],
    ['music and shorthand controls', each([0x1d173, 0x1d17a], [0x1bca0, 0x1bca3])],
    ['tags', each([0xe0000, 0xe007f])],
    ['blanks that nobody types', each(0x1680, [0x2000, 0x200a], 0x205f, 0x2800)],
    ['lone surrogates', each(0xd800, 0xdbff, 0xdc00, 0xdfff)],
    ['private use', each(0xe000, 0xf8ff, 0xf0000, 0x10fffd)],
    ['noncharacters and unassigned', each(0xfdd0, 0xfffe, 0xffff, 0x1fffe, 0x2fffe, 0x10ffff, 0x378)],
    ['our own bracket', each(0x27e8)],
  ])('%s', (_, codes) => {
    for (const code of codes) {
      const number = `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
      expect(visible(`a${String.fromCodePoint(code)}b`)).toBe(`a${number}b`);
      expect(visible(String.fromCodePoint(code))).toBe(number);
    }
  });

  it.each([
    ['an ANSI sequence', '\u001b[2J\u009b31mred', '⟨U+001B⟩[2J⟨U+009B⟩31mred'],
    ['a line break', 'a\r\nb', 'a⟨U+000D⟩⟨U+000A⟩b'],
    ['a reversed end', 'invoice\u202efdp.exe', 'invoice⟨U+202E⟩fdp.exe'],
    ['a name that looks escaped', '⟨U+202E⟩', '⟨U+27E8⟩U+202E⟩'],
    ['surrogates the wrong way round', '\ude00\ud83d', '⟨U+DE00⟩⟨U+D83D⟩'],
    ['text in tags', `ok${TAGS}`, 'ok⟨U+E0064⟩⟨U+E0065⟩⟨U+E006C⟩'],
    ['text in tags on a flag', `🏴${TAGS}\u{e007f}`, '🏴⟨U+E0064⟩⟨U+E0065⟩⟨U+E006C⟩⟨U+E007F⟩'],
    ['more tags behind a real flag', `${ENGLAND}\u{e0061}`, `${ENGLAND}⟨U+E0061⟩`],
    ['bytes in selectors on an emoji', '😀\u{e0158}\u{e0159}', '😀⟨U+E0158⟩⟨U+E0159⟩'],
    ['bytes in selectors on an ideograph', '葛\u{e0158}', '葛⟨U+E0158⟩'],
    ['two selectors on one base', '葛\u{e0100}\u{e0100} ❤\ufe0f\ufe0f', '葛\u{e0100}⟨U+E0100⟩ ❤\ufe0f⟨U+FE0F⟩'],
    ['an emoji selector on a digit or a letter', '1\ufe0f a\ufe0f', '1⟨U+FE0F⟩ a⟨U+FE0F⟩'],
    ['joiners between Latin letters', 'pass\u200dword\u200c1', 'pass⟨U+200D⟩word⟨U+200C⟩1'],
    ['a joiner at the end of a Persian word', 'می\u200c خ', 'می⟨U+200C⟩ خ'],
    ['two joiners in a row', 'می\u200c\u200cخ', 'می⟨U+200C⟩⟨U+200C⟩خ'],
    ['a joiner between Latin accents', 'a\u0308\u200c\u0308', 'a\u0308⟨U+200C⟩⟨U+0308⟩'],
    ['a joiner beside an Arabic digit or comma', '١\u200cب\u200c،', '١⟨U+200C⟩ب⟨U+200C⟩،'],
    ['a joiner before an invisible letter', 'ក\u200c\u17b4', 'ក⟨U+200C⟩⟨U+17B4⟩'],
    ['a joiner behind an invisible letter', 'ក\u17b4\u200cក', 'ក⟨U+17B4⟩⟨U+200C⟩ក'],
    ['a joiner behind an emoji', '👩\u200d x', '👩⟨U+200D⟩ x'],
    ['a ZWNJ between emoji', '👩\u200c👩', '👩⟨U+200C⟩👩'],
    ['a mark with no base', '\u0338ab', '⟨U+0338⟩ab'],
    ['a mark on an escape', '\u200b\u0338\u0301b', '⟨U+200B⟩⟨U+0338⟩⟨U+0301⟩b'],
    ['more than eight marks', `e${'\u0301'.repeat(10)}x`, `e${'\u0301'.repeat(8)}⟨U+0301⟩⟨U+0301⟩x`],
    ['a cluster of jamo', 'ᄀ'.repeat(18), `${'ᄀ'.repeat(16)}⟨U+1100⟩⟨U+1100⟩`],
    ['an endless family', `👩${'\u200d👩'.repeat(8)}`, `👩${'\u200d👩'.repeat(7)}⟨U+200D⟩⟨U+1F469⟩`],
  ])('%s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(faults(shown)).toEqual([]);
  });
});

describe('a cut', () => {
  it.each([
    ['letters', 'abcdefghijkl', 10, 'abcdefghij…⟨+2⟩'],
    ['nothing cut at the bound', 'abcdefghij', 10, 'abcdefghij'],
    ['marks go with their base', 'e\u0301'.repeat(5), 3, `${'e\u0301'.repeat(3)}…⟨+2⟩`],
    ['families are one', FAMILY.repeat(4), 3, `${FAMILY.repeat(3)}…⟨+1⟩`],
    ['a selector stays', '❤️❤️', 1, '❤️…⟨+1⟩'],
    ['flags are not cut in two', '🇨🇳🇩🇪🇫🇷', 2, '🇨🇳🇩🇪…⟨+1⟩'],
    ['an escape is shown whole', 'ab\u202ecd', 10, 'ab⟨U+202E⟩…⟨+2⟩'],
    ['or not at all', 'ab\u202ecd', 9, 'ab…⟨+10⟩'],
    ['nothing after it slips in', 'a\u202eb\u202e', 4, 'a…⟨+17⟩'],
    ['a joiner does not dangle', 'می\u200cخواهم', 2, 'می…⟨+5⟩'],
    ['a cut cannot be imitated', 'abc…⟨+9⟩', 50, 'abc…⟨U+27E8⟩+9⟩'],
    ['nothing fits', 'abc', 0, '…⟨+3⟩'],
  ])('%s', (_, text, max, shown) => {
    expect(visible(text, max)).toBe(shown);
  });

  it('is at 200 unless told', () => {
    expect(visible('x'.repeat(200))).toBe('x'.repeat(200));
    expect(visible('x'.repeat(201))).toBe(`${'x'.repeat(200)}…⟨+1⟩`);
  });

  it('does not count what is far behind it', () => {
    expect(visible('x'.repeat(1_000_000), 10)).toBe('xxxxxxxxxx…⟨+342 or more⟩');
  });

  it('counts no more than there is where it stops to look', () => {
    expect(visible(`${'x'.repeat(22)}${ENGLAND}${'y'.repeat(50)}`, 0)).toBe('…⟨+23 or more⟩');
    expect(visible(`${'x'.repeat(34)}${'\n'.repeat(50)}`, 0)).toBe('…⟨+32 or more⟩');
  });

  it.each([
    ['marks', '\u0301'],
    ['escapes', '\u001b'],
    ['lone surrogates', '\ud83d'],
    ['families', '👩\u200d'],
    ['tags', '\u{e0041}'],
    ['Persian joiners', 'ب\u200c'],
    ['jamo', 'ᄀ'],
  ])('keeps a megabyte of %s short', (_, unit) => {
    const out = visible(`x${unit.repeat(1_000_000 / unit.length)}`, 50);
    expect(out.startsWith('x')).toBe(true);
    expect(out).toMatch(CUT);
    expect(clusters(withoutCut(out)).length).toBeLessThanOrEqual(50);
    expect(out.length).toBeLessThanOrEqual(50 * 32 + 30);
  });

  it('finds the clusters of a long text where they are', () => {
    // Neither a mark outside the BMP nor one long cluster may fall between two of the parts that are looked at.
    const mark = 'e\u{1d165}';
    expect(visible(`${'a'.repeat(254)}${mark}${'b'.repeat(10)}`, 255)).toBe(`${'a'.repeat(254)}${mark}…⟨+10⟩`);
    const text = `${mark.repeat(3_000)}${'ᄀ'.repeat(1_000)}${FAMILY.repeat(500)}${'🇨🇳'.repeat(500)}`;
    const out = visible(text, Number.POSITIVE_INFINITY);
    expect(unescaped(out)).toBe(text);
    expect(out.replace(ESCAPE, '')).toBe(text.replace('ᄀ'.repeat(1_000), 'ᄀ'.repeat(16)));
  });
});

describe('quotes', () => {
  it.each([
    ['plain', 'Refund', '"Refund"'],
    ['a quote', 'a" deleted', '"a\\" deleted"'],
    ['a backslash at the end', 'a\\', '"a\\\\"'],
    ['both', '\\"', '"\\\\\\""'],
    ['a line break', 'a"\n', '"a\\"⟨U+000A⟩"'],
  ])('%s', (_, text, shown) => {
    expect(quoted(text)).toBe(shown);
    expect(inQuotes(visible(text))).toBe(shown);
  });

  it('count for nothing', () => {
    expect(quoted('"""""', 4)).toBe('"\\"\\"\\"\\"…⟨+1⟩"');
  });
});

describe('any string', () => {
  const hostile = fc.oneof(
    fc.constantFrom(
      ...[
        '\u0000',
        '\t',
        '\n',
        '\r',
        '\u001b[2J',
        '\u007f',
        '\u0085',
        '\u009b',
        '\u00ad',
        '\u034f',
        '\u061c',
        '\u115f',
      ],
      ...['\u17b4', '\u180b', '\u180e', '\u200b', '\u200c', '\u200d', '\u200e', '\u2028', '\u2029', '\u202e', '\u2060'],
      ...['\u2066', '\u206a', '\u2800', '\u3164', '\ufe00', '\ufe0e', '\ufe0f', '\ufeff', '\uffa0', '\ufff9', '\ufffe'],
      ...['\u{1d173}', '\u{e0001}', '\u{e0041}', '\u{e007f}', '\u{e0100}', '\u{e0158}', '\ud83d', '\ude00', '\udb40'],
      ...['⟨', '⟩', '⟨U+202E⟩', '…⟨+3⟩', '"', '\\', '\\"', '\u0301', '\u0338', '\u20e3', '\u0301'.repeat(9), '\u0600'],
      ...['👩', '👩\u200d', '❤', '🏴', ENGLAND, '🏻', '🇨', '1', '葛', 'a', ' ', 'ᄀ', 'ᅡ', '\u0d4e', 'ا', 'ب', '\u064b'],
      ...['क', '\u094d', '\u094d\u200d', 'র', '\u09cd', 'ក', 'ᠠ', 'ا\u200c', '\u0e33', '\uff9e', '\u1038'],
    ),
    fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit)),
    fc
      .constantFrom(...NEVER)
      .chain(([from, to]) => fc.integer({ min: from, max: to }).map((code) => String.fromCodePoint(code))),
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.array(hostile, { maxLength: 40 }).map((parts) => parts.join('')),
    fc
      .array(
        fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 3 }), fc.string({ unit: 'grapheme', maxLength: 3 })),
      )
      .map((parts) => parts.join('')),
    fc.tuple(hostile, hostile, fc.nat(300)).map(([one, other, times]) => (one + other).repeat(times)),
  );
  const max = fc.oneof(fc.nat(12), fc.nat(200));
  const holds = (check: (text: string, max: number) => void): void => {
    fc.assert(fc.property(text, max, check), { numRuns: 1_000 });
  };

  it('comes out with nothing hidden in it, cut or not', () => {
    expect(visible('\u0627\u200c\u{1ee00}\u200c\u0627')).toBe('\u0627⟨U+200C⟩\u{1ee00}⟨U+200C⟩\u0627');
    holds((input, most) => {
      expect(faults(visible(input, most))).toEqual([]);
      expect(faults(visible(input, Number.POSITIVE_INFINITY))).toEqual([]);
    });
  });

  it('is well-formed and one line', () => {
    holds((input, most) => {
      const out = quoted(input, most);
      expect(out.isWellFormed()).toBe(true);
      expect(out).not.toMatch(/[\n\r\v\f\u0085\u2028\u2029]/);
    });
  });

  it('stays within its bound, and says how much was left out', () => {
    const counted = (input: string, most: number) => {
      const out = visible(input, most);
      const all = visible(input, Number.POSITIVE_INFINITY);
      const mark = cut(out);
      if (mark === null) {
        expect(out).toBe(all);
        expect(clusters(out).length).toBeLessThanOrEqual(most);
        return;
      }
      const shown = withoutCut(out);
      const left = Number(mark[1]);
      expect(all.startsWith(shown)).toBe(true);
      expect(clusters(shown).length).toBeLessThanOrEqual(most);
      expect(left).toBeGreaterThan(0);
      if (mark[2] === undefined) expect(sizeOf(shown) + left).toBe(sizeOf(all));
      else expect(sizeOf(shown) + left).toBeLessThanOrEqual(sizeOf(all));
    };
    // What is looked at ends within the flag, in the middle of a surrogate pair.
    counted(`${'a'.repeat(19)}${ENGLAND}`, 0);
    holds(counted);
  });

  it('has no cluster without end', () => {
    const bounded = (input: string, most: number) => {
      const out = visible(input, most);
      expect(out).not.toMatch(/\p{M}{9}/u);
      // The mark of a cut is ours: a sign that belongs before a digit counts it as part of its own cluster.
      for (const cluster of clusters(withoutCut(out).replace(ESCAPE, '\n')))
        expect(Array.from(cluster).length).toBeLessThanOrEqual(16);
    };
    bounded('\u0d4e'.repeat(18), 1);
    holds(bounded);
  });

  it('has no bracket but those of escapes and of the cut, and no mark on them', () => {
    const bracketed = (input: string, most: number) => {
      const out = visible(input, most);
      expect(withoutCut(out).replace(ESCAPE, '')).not.toContain('⟨');
      expect(out).not.toMatch(/⟨U\+[0-9A-F]{4,6}⟩\p{M}|^\p{M}/u);
    };
    // A mark that begins a cluster of its own, behind one too many.
    bracketed(`1${'\u0301'.repeat(9)}\u1038`, 200);
    holds(bracketed);
  });

  it('can be read back, so no two look alike', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const all = visible(one, Number.POSITIVE_INFINITY);
        expect(unescaped(all)).toBe(one);
        if (one !== other) expect(visible(other, Number.POSITIVE_INFINITY)).not.toBe(all);
      }),
      { numRuns: 1_000 },
    );
  });

  it('cannot end its quote', () => {
    holds((input, most) => {
      const out = quoted(input, most);
      expect(out).toMatch(/^"(?:[^"\\]|\\["\\])*"$/);
      expect(out.slice(1, -1).replace(/\\(["\\])/g, '$1')).toBe(visible(input, most));
    });
  });
});
