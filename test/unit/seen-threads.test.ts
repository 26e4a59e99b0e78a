import { describe, expect, it } from 'vitest';
import { createSeen } from '../../src/toolkit/seen-threads.ts';

const thread = (n: number) => ({ id: String(n), name: `Thread ${n}` });
const threads = (count: number) => Array.from({ length: count }, (_, n) => thread(n));

describe('the threads that lists have shown', () => {
  it('are kept up to 5,000, and the one seen longest ago goes first', () => {
    const seen = createSeen();
    seen.remember(threads(5_000), 0);
    seen.remember([thread(0), thread(5_000)], 1);
    expect(seen.recall('0')).toEqual({ thread: thread(0), at: 1 });
    expect(seen.recall('1')).toBeUndefined();
    expect(seen.recall('2')).toEqual({ thread: thread(2), at: 0 });
    expect(seen.recall('5000')).toEqual({ thread: thread(5_000), at: 1 });
  });

  it('stay within the bound however many come at once', () => {
    const seen = createSeen(3);
    seen.remember(threads(10), 0);
    expect(threads(10).filter(({ id }) => seen.recall(id))).toEqual([thread(7), thread(8), thread(9)]);
  });

  it('keep what is known of them where a list gives only the id', () => {
    const seen = createSeen();
    seen.remember([thread(1)], 0);
    seen.remember([{ id: '1' }], 1);
    expect(seen.recall('1')).toEqual({ thread: thread(1), at: 0 });
  });
});
