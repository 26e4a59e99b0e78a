import { expect, test } from 'vitest';
import { defined } from '../../src/base/defined.ts';

test('only what is undefined is left out, and the rest keeps its place', () => {
  const given: { a: number; b?: string | undefined; c: boolean | null | undefined; d: string } = {
    a: 0,
    b: undefined,
    c: null,
    d: '',
  };
  const kept: { a: number; b?: string; c?: boolean | null; d: string } = defined(given);
  expect(kept).toStrictEqual({ a: 0, c: null, d: '' });
  expect(Object.keys(kept)).toStrictEqual(['a', 'c', 'd']);
});
