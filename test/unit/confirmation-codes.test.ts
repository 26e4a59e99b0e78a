import { describe, expect, it } from 'vitest';
import { type Binding, CODE_TIME_MS, createCodes } from '../../src/toolkit/confirmation-codes.ts';
import { manualClock } from '../support/manual-clock.ts';

const binding: Binding = { tool: 'delete_thread', args: { thread_id: '1', more: '2' } };
const always = () => true;

function issued(clock = manualClock()) {
  const codes = createCodes<string>(clock);
  const { code, expiresAt } = codes.issue(binding, 'Refund');
  return { codes, code, expiresAt, clock };
}

describe('a confirmation code', () => {
  it('is eight letters and digits that cannot be mistaken for one another', () => {
    for (let n = 0; n < 100; n++) expect(issued().code).toMatch(/^[2-9A-HJ-NP-Z]{8}$/);
  });

  it('gives what was kept with it, once', () => {
    const { codes, code } = issued();
    expect(codes.redeem(binding, code, always)).toBe('Refund');
    expect(codes.redeem(binding, code, always)).toBeUndefined();
  });

  it('counts whatever the order of the arguments', () => {
    const { codes, code } = issued();
    expect(codes.redeem({ ...binding, args: { more: '2', thread_id: '1' } }, code, always)).toBe('Refund');
  });

  it.each<[string, Partial<Binding>]>([
    ['another tool', { tool: 'delete_threads' }],
    ['other arguments', { args: { thread_id: '2', more: '2' } }],
    ['fewer arguments', { args: { thread_id: '1' } }],
    ['more arguments', { args: { ...binding.args, x: '1' } }],
    ['a list in another order', { args: { thread_id: ['2', '1'] } }],
  ])('does not count for %s, and is not used up by it', (_what, other) => {
    const { codes, code } = issued();
    expect(codes.redeem({ ...binding, ...other }, code, always)).toBeUndefined();
    expect(codes.redeem(binding, code, always)).toBe('Refund');
  });

  it('is not used up by a made-up one, nor where it does not count', () => {
    const { codes, code } = issued();
    expect(codes.redeem(binding, 'ABCDEFGH', always)).toBeUndefined();
    expect(codes.redeem(binding, code, (kept) => kept !== 'Refund')).toBeUndefined();
    expect(codes.redeem(binding, code, always)).toBe('Refund');
  });

  it('lives fifteen minutes, and says until when', () => {
    const { codes, code, expiresAt, clock } = issued();
    expect(CODE_TIME_MS).toBe(15 * 60_000);
    expect(expiresAt).toBe(clock.now() + CODE_TIME_MS);
    clock.advance(CODE_TIME_MS - 1);
    expect(codes.redeem(binding, code, always)).toBe('Refund');
    const late = issued();
    late.clock.advance(CODE_TIME_MS);
    expect(late.codes.redeem(binding, late.code, always)).toBeUndefined();
  });

  it('lives no longer where the clock is set back', () => {
    const start = manualClock();
    let back = 0;
    const { codes, code } = issued({ ...start, now: () => start.now() - back });
    start.advance(CODE_TIME_MS - 60_000);
    codes.issue({ ...binding, tool: 'x' }, ''); // time is asked for
    back = 60 * 60_000;
    codes.issue({ ...binding, tool: 'x' }, '');
    start.advance(60_000);
    expect(codes.redeem(binding, code, always)).toBeUndefined();
  });

  it('is worthless once the same call was given another', () => {
    const { codes, code } = issued();
    const other = codes.issue(binding, 'Paid').code;
    expect(codes.redeem(binding, code, always)).toBeUndefined();
    expect(codes.redeem(binding, other, always)).toBe('Paid');
  });

  it.each([
    [99, 'Refund'],
    [100, undefined],
  ])('among %i newer ones of other calls gives %s', (others, kept) => {
    const { codes, code } = issued();
    for (let n = 0; n < others; n++) codes.issue({ ...binding, args: { n } }, '');
    expect(codes.redeem(binding, code, always)).toBe(kept);
  });
});
