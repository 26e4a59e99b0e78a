import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, cutEnd, cutInQuotes, cutMiddle, plainCut } from '../../src/base/display-width.ts';
import { graphemes, visible } from '../../src/base/escape.ts';
import { anyText } from '../support/any-text.ts';

const WIDTHS: readonly (readonly [text: string, columns: number])[] = [
  ['', 0],
  ['Refund question', 15],
  ['退款', 4],
  ['한국', 4],
  // The same two syllables, letter by letter.
  ['한국'.normalize('NFD'), 4],
  ['ｶﾞ', 2],
  ['Ａ', 2],
  // Ambiguous: one column in Europe, two on Chinese and Japanese terminals.
  ['…', 2],
  ['é', 2],
  ['Москва', 12],
  ['①', 2],
  ['⟨+29⟩', 5],
  // An "e" and an accent.
  ['e\u0301', 1],
  ['مرحبا', 5],
  ['👍', 2],
  ['👍🏽', 2],
  ['👨‍👩‍👧‍👦', 2],
  ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', 2],
  ['🇩🇪', 2],
  ['🇩🇪🇫🇷', 4],
  ['1️⃣', 2],
  ['❤️', 2],
];

const escapedText = fc
  .oneof(
    anyText(80),
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom('a', '退', 'é', '👨‍👩‍👧', '\u202e', '"', '\\', '⟨', '\u0301', '\u200d'),
      maxLength: 80,
    }),
  )
  .map((raw) => visible(raw, 600));

const CUT = /…⟨\+(\d+)⟩$/;
/** Every bracket that opens belongs to an escape or the mark of a cut that is whole. */
const brackets = (text: string): string => text.replace(/⟨(?:U\+[0-9A-F]{4,6}|\+\d+(?: or more)?)⟩/g, '');

describe('columns', () => {
  it.each(WIDTHS)('%s takes up %i', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });

  it('are never fewer for a text than for its parts drawn as one', () => {
    fc.assert(
      fc.property(escapedText, escapedText, (one, other) => {
        expect(columnsOf(`${one} ${other}`)).toBe(columnsOf(one) + 1 + columnsOf(other));
      }),
    );
  });
});

describe('a cut', () => {
  it('counts what it leaves out', () => {
    expect(cutEnd('Refund question of a customer', 20)).toBe('Refund questi…⟨+16⟩');
    expect(cutEnd('Refund question of a customer', 20, plainCut)).toBe('Refund question of…');
    expect(cutEnd('退款问题：客户多次询问未到账的款项', 20)).toBe('退款问题：客…⟨+11⟩');
    expect(cutMiddle('240000000000000000001', 18)).toBe('24000000…00000001');
  });

  it('leaves alone what fits', () => {
    expect([cutEnd('Refunds', 7), cutMiddle('Refunds', 7)]).toEqual(['Refunds', 'Refunds']);
  });

  it('shows an escape whole or not at all', () => {
    expect(cutEnd(`Refunds ${visible('\u202e')}and more than that`, 22)).toBe('Refunds …⟨+19⟩');
    expect(cutMiddle(`ab${visible('\u202e')}cdefghijklmnopq`, 18)).toBe('ab…jklmnopq');
  });

  it('of a quoted text leaves no backslash behind', () => {
    expect(cutInQuotes('"""""""""""""""""', 13, cutEnd)).toBe('"\\"\\"…⟨+15⟩"');
  });

  it('fits, and ends between clusters, for any text', () => {
    fc.assert(
      fc.property(escapedText, fc.integer({ min: 10, max: 80 }), (text, most) => {
        const end = cutEnd(text, most);
        expect(columnsOf(end)).toBeLessThanOrEqual(most);
        expect(columnsOf(cutEnd(text, most, plainCut))).toBeLessThanOrEqual(most);
        expect(end).toSatisfy((shown: string) => shown === text || text.startsWith(shown.replace(CUT, '')));
        expect(end.isWellFormed()).toBe(true);
        expect(brackets(end)).not.toContain('⟨');

        const middle = cutMiddle(text, most);
        expect(columnsOf(middle)).toBeLessThanOrEqual(most);
        expect(middle.isWellFormed()).toBe(true);
        expect(brackets(middle)).not.toContain('⟨');

        const quoted = cutInQuotes(text, most + 2, cutEnd);
        expect(columnsOf(quoted)).toBeLessThanOrEqual(most + 2);
        expect(quoted).toMatch(/^"(?:[^"\\]|\\["\\])*"$/u);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never splits a cluster', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('👨‍👩‍👧‍👦', 'e\u0301', '退', '🇩🇪'), { minLength: 1 }),
        fc.integer({ min: 10, max: 40 }),
        (parts, most) => {
          const kept = [...graphemes(cutEnd(parts.join(''), most).replace(CUT, ''))];
          expect(kept).toEqual(parts.slice(0, kept.length));
        },
      ),
    );
  });
});
