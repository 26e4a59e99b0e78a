import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forget, redact, secret, toRedactedJson } from '../../src/base/redact.ts';

const SECRET = 'pass/word+"with\\every?thing';

describe('a registered secret', () => {
  it.each([
    ['as it is', SECRET],
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['percent-encoded in lower case', 'pass%2fword%2b%22with%5cevery%3fthing'],
    ['percent-encoded in part', 'pass/word%2B%22with\\every%3fthing'],
    ['within JSON', JSON.stringify({ said: SECRET })],
    ['within JSON, with escaped slashes', JSON.stringify({ said: SECRET }).replaceAll('/', '\\/')],
    ['as entities', 'pass/word+&quot;with&#92;every&#x3F;thing'],
    ['in Base64', Buffer.from(SECRET).toString('base64')],
    ['in Base64 for URLs', Buffer.from(SECRET).toString('base64url')],
    ['in hexadecimal', Buffer.from(SECRET).toString('hex')],
  ])('is taken out of a text, %s', (_form, text) => {
    secret(SECRET);
    const after = redact(`before ${text} after`);
    expect(after).toMatch(/^before (\{"said":")?\[redacted\]("\})? after$/);
    expect(after).not.toContain('word');
  });

  it('leaves nothing of a longer one that begins with it', () => {
    secret('short-secret');
    secret('short-secret-and-more');
    expect(redact('short-secret-and-more short-secret')).toBe('[redacted] [redacted]');
  });

  it('is forgotten when it is worth nothing any more', () => {
    secret('a-token-that-ended');
    secret('another-one-in-use');
    forget('a-token-that-ended');
    expect(redact('a-token-that-ended another-one-in-use')).toBe('a-token-that-ended [redacted]');
  });

  it('is taken out of each text in JSON, and what is short is left', () => {
    secret(SECRET);
    secret('abc');
    expect(toRedactedJson({ name: `a ${SECRET}`, list: [SECRET, 'abc'], count: 1 })).toBe(
      '{"name":"a [redacted]","list":["[redacted]","abc"],"count":1}',
    );
  });
});

/** What a server or gateway does to a text before it echoes it. */
const SPELLINGS: Record<string, (text: string) => string> = {
  plain: (text) => text,
  URL: encodeURIComponent,
  'URL, every character': (text) =>
    [...text].map((one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
  'URL, every other character': (text) =>
    [...text].map((one, i) => (i % 2 ? one : `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`)).join(''),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON, slashes escaped': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'JSON, as code units': (text) =>
    [...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  entities: (text) => [...text].map((one) => (/\w/.test(one) ? one : `&#${one.charCodeAt(0)};`)).join(''),
  'hexadecimal entities': (text) => [...text].map((one) => `&#x${one.charCodeAt(0).toString(16)};`).join(''),
  'base64 behind Bearer': (text) => Buffer.from(`Bearer ${text}`).toString('base64'),
  'base64 behind a user name': (text) => Buffer.from(`me:${text}:`).toString('base64url'),
  'base64 without padding': (text) => Buffer.from(text).toString('base64').replaceAll('=', ''),
  hexadecimal: (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'URL within JSON': (text) => JSON.stringify(encodeURIComponent(text)).slice(1, -1),
};

/** Undoes every spelling, so that what is left of a secret shows however it is written. */
const plainly = (text: string): string => {
  const once = text
    .replace(/\\u([0-9a-f]{4})/gi, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace(/\\(["\\/])/g, '$1')
    .replace(/&#x([0-9a-f]+);/gi, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace(/&#(\d+);/g, (_all, digits: string) => String.fromCharCode(Number(digits)))
    .replace(/%([0-9a-f]{2})/gi, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  const words = once.match(/[\w+/-]{8,}/g) ?? [];
  const fromWords = words.flatMap((word) => [
    Buffer.from(word, 'hex').toString('latin1'),
    ...[0, 1, 2, 3].map((cut) => Buffer.from(word.slice(cut), 'base64').toString('latin1')),
  ]);
  return [once, ...fromWords].join('\n');
};

const secretText = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((n) => String.fromCharCode(n)),
  minLength: 16,
  maxLength: 80,
});

describe('whatever a server echoes', () => {
  it.each(Object.keys(SPELLINGS))('holds no twelve characters of a secret: %s', (name) => {
    const spell = SPELLINGS[name] ?? String;
    fc.assert(
      fc.property(secretText, fc.nat(40), fc.nat(40), (value, skip, cut) => {
        secret(value);
        try {
          const part = value.slice(Math.min(skip, value.length - 12), Math.max(value.length - cut, 0));
          const whole = redact(`echo: ${spell(value)} end`);
          const partial = redact(`echo: ${spell(part)} end`);
          for (let at = 0; at + 12 <= value.length; at++) {
            const run = value.slice(at, at + 12);
            expect(plainly(whole)).not.toContain(run);
            // Base64 of a part has two characters at each end that mix its bits with others.
            if (!name.startsWith('base64') && part.includes(run)) expect(plainly(partial)).not.toContain(run);
          }
        } finally {
          forget(value);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('leaves texts without a secret as they are', () => {
    secret('b7f1c1f0d5a94e3f9d5b0c2a7e6f4d31');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(redact(text)).toBe(text);
      }),
    );
  });
});
