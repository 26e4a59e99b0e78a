import { describe, expect, it } from 'vitest';
import { forget, redact, secret, toRedactedJson } from '../../src/base/redact.ts';

const SECRET = 'pass/word+"with\\every?thing';

describe('a registered secret', () => {
  it.each([
    ['as it is', SECRET],
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['percent-encoded in lower case', 'pass%2fword%2b%22with%5cevery%3fthing'],
    ['within JSON', JSON.stringify({ said: SECRET })],
    ['in Base64', Buffer.from(SECRET).toString('base64')],
    ['in Base64 for URLs', Buffer.from(SECRET).toString('base64url')],
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
