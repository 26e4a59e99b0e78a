import { expect, it } from 'vitest';
import { NewestMap } from '../../src/base/newest-map.ts';

it('keeps the newest entries, and an entry that is set again is the newest', () => {
  const map = new NewestMap<number>(3);
  for (const [n, key] of ['a', 'b', 'c', 'a', 'd'].entries()) map.set(key, n);
  expect([...map]).toEqual([
    ['c', 2],
    ['a', 3],
    ['d', 4],
  ]);
  expect(map.get('b')).toBeUndefined();
});
