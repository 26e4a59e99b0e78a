import fc from 'fast-check';

/** Any code points, lone surrogates too. `fc.string({ unit: 'binary' })` gives the same, but takes two seconds the first time. */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength }).map((codes) => String.fromCodePoint(...codes));
