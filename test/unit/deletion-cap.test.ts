import { describe, expect, it } from 'vitest';
import { createDeletionCap, createDeletionCaps } from '../../src/toolkit/deletion-cap.ts';
import { manualClock } from '../support/manual-clock.ts';

const MINUTE = 60_000;

describe('a cap on deletions', () => {
  it('lets everything pass where none is set', () => {
    const cap = createDeletionCap(undefined, manualClock());
    for (let n = 0; n < 1_000; n++) cap.take();
    expect(() => cap.require(1_000_000)).not.toThrow();
  });

  it('counts the deletions of any 60 minutes', () => {
    const clock = manualClock(Date.UTC(2026, 10, 23, 9));
    const cap = createDeletionCap(3, clock);
    cap.take();
    clock.advance(20 * MINUTE);
    cap.take();
    cap.take();
    expect(() => cap.require(1)).toThrow(
      expect.objectContaining({
        code: 'cap_reached',
        facts: expect.objectContaining({
          what: 'at most 3 threads may be deleted in 60 minutes here (AGORA_THREADS_MAX_DELETES); 0 left, 1 asked for',
          next: 'Tell the user that there is room for 1 at 2026-11-23T10:00:00Z. The operator can raise AGORA_THREADS_MAX_DELETES.',
          retryAfterMs: 40 * MINUTE,
          landed: 'no',
        }),
      }),
    );
    expect(() => cap.require(2)).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ next: expect.stringContaining('T10:20:00Z') }) }),
    );
    clock.advance(40 * MINUTE - 1);
    expect(() => cap.take()).toThrow();
    clock.advance(1);
    expect(() => cap.require(1)).not.toThrow();
    expect(() => cap.require(2)).toThrow();
  });

  it('says so where a call could never fit', () => {
    const cap = createDeletionCap(3, manualClock());
    expect(() => cap.require(4)).toThrow(
      expect.objectContaining({
        facts: expect.objectContaining({
          retry: 'never',
          next: expect.stringContaining('Delete fewer in one call'),
        }),
      }),
    );
  });

  it('counts what is on its way, and not what was not deleted after all', () => {
    const cap = createDeletionCap(1, manualClock());
    const giveBack = cap.take();
    expect(() => cap.take()).toThrow();
    giveBack();
    giveBack();
    cap.take();
    expect(() => cap.take()).toThrow();
  });

  it('takes back that one deletion, and not a later one', () => {
    const clock = manualClock();
    const cap = createDeletionCap(2, clock);
    const giveBack = cap.take();
    clock.advance(30 * MINUTE);
    cap.take();
    giveBack();
    clock.advance(30 * MINUTE);
    expect(() => cap.require(2)).toThrow('1 left');
  });

  it('forgets nothing where the clock is set back', () => {
    const start = manualClock();
    let back = 0;
    const cap = createDeletionCap(1, { ...start, now: () => start.now() - back });
    cap.take();
    back = 60 * MINUTE;
    expect(() => cap.require(1)).toThrow();
    start.advance(60 * MINUTE);
    expect(() => cap.require(1)).not.toThrow();
  });
});

describe('caps by subject', () => {
  it('count the deletions of each subject by themselves, in all its sessions', () => {
    const capOf = createDeletionCaps(1, manualClock());
    capOf('lin').take();
    expect(() => capOf('lin').require(1)).toThrow('0 left');
    expect(() => capOf('mia').require(1)).not.toThrow();
    expect(() => capOf(undefined).require(1)).not.toThrow();
  });
});
