import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgoraError } from '../../src/agora/errors.ts';
import { type CursorScope, type Position, unwrapCursor, wrapCursor } from '../../src/lists/cursor.ts';

const APP = { name: 'acme#helpdesk', host: 'a1.example.com' };
const text = fc.string({ unit: 'grapheme' });
const scope: fc.Arbitrary<CursorScope> = fc.record({
  tool: text,
  app: fc.record({ name: text, host: text }),
  scope: fc.dictionary(text, text, { maxKeys: 3 }),
  sort: fc.constantFrom('asc', 'desc'),
  filters: fc.dictionary(text, text, { maxKeys: 3 }),
});
const position: fc.Arbitrary<Position> = fc
  .record({ cursor: text, shown: fc.uniqueArray(fc.stringMatching(/^[\w-]{1,6}$/), { maxLength: 50 }) })
  .map(({ cursor, shown }) => ({ ...(cursor && { cursor }), ...(shown.length > 0 && { shown }) }));

describe('a cursor', () => {
  it('comes back as it went out', () => {
    fc.assert(
      fc.property(scope, position, (belongs, at) => {
        expect(unwrapCursor(belongs, wrapCursor(belongs, at))).toEqual(at);
      }),
    );
  });

  it('of any text is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(scope, fc.oneof(text, fc.string({ unit: 'binary' })), (belongs, cursor) => {
        try {
          unwrapCursor(belongs, cursor);
        } catch (error) {
          expect(error).toBeInstanceOf(AgoraError);
        }
      }),
    );
  });

  it('does not depend on whether what is not asked for is left out', () => {
    const one = { tool: 't', app: APP, scope: { a: '1', b: undefined }, sort: 'asc' as const };
    const other = { ...one, scope: { a: '1' }, filters: { c: undefined } };
    expect(unwrapCursor(other, wrapCursor(one, { cursor: 'c' }))).toEqual({ cursor: 'c' });
    expect(() => unwrapCursor({ ...other, filters: { c: '1' } }, wrapCursor(one, {}))).toThrow('other filters');
  });

  it.each([
    ['another app', { ...APP, name: 'acme#staging' }],
    ['an app of the same name on another host', { ...APP, host: 'a2.example.com' }],
  ])('is refused for %s', (_what, app) => {
    const list = { tool: 't', app: APP, scope: {}, sort: 'asc' as const };
    expect(() => unwrapCursor({ ...list, app }, wrapCursor(list, { cursor: 'c' }))).toThrow('another user, group, app');
  });

  it('does not depend on the order of a scope', () => {
    const one = { tool: 't', app: APP, scope: { a: '1', b: '2' }, sort: 'asc' as const };
    const other = { tool: 't', app: APP, scope: { b: '2', a: '1' }, sort: 'asc' as const };
    expect(unwrapCursor(other, wrapCursor(one, { cursor: 'c' }))).toEqual({ cursor: 'c' });
  });
});
