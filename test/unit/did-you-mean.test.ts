import { describe, expect, it } from 'vitest';
import { closest } from '../../src/base/did-you-mean.ts';

const TOOLS = ['find_threads', 'get_thread', 'list_threads'];

describe('The closest known word', () => {
  it.each([
    ['list_thread', 'list_threads'],
    ['listthreads', 'list_threads'],
    ['get-thread', 'get_thread'],
    ['threads', undefined],
    ['', undefined],
    ['0123456789abcdef0123456789abcdef', undefined],
    // However long it is: most of it has to be the known word.
    [`find_threads${'0123456789abcdef'.repeat(20)}`, undefined],
  ])('to %j is %j', (typed, expected) => {
    expect(closest(typed, TOOLS)).toBe(expected);
  });
});
