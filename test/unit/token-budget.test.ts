import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tokenBound } from '../../src/present/token-budget.ts';
import { tokens } from '../support/count-tokens.ts';

const ascii = (from: number, to: number) =>
  fc.string({
    unit: fc.integer({ min: from, max: to }).map((code) => String.fromCharCode(code)),
    minLength: 1_500,
    maxLength: 3_200,
  });

it.each([
  ['any ASCII', ascii(0x20, 0x7e)],
  ['capitals', ascii(0x41, 0x5a)],
  ['small letters', ascii(0x61, 0x7a)],
  ['digits', ascii(0x30, 0x39)],
  ['letters of any script, emoji and marks', fc.string({ unit: 'binary', minLength: 200, maxLength: 600 })],
  [
    'rows of JSON',
    fc
      .array(
        fc.record({
          id: fc.bigInt({ min: 10n ** 14n, max: 10n ** 18n }).map(String),
          name: fc.string({ maxLength: 64 }),
        }),
        { minLength: 50, maxLength: 50 },
      )
      .map((rows) => JSON.stringify(rows)),
  ],
])('is never less than the tokens of %s', (_what, texts) => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(tokenBound(text)).toBeGreaterThanOrEqual(tokens(text));
    }),
    { numRuns: 60 },
  );
});
