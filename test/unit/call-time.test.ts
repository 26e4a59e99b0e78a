import { describe, expect, it } from 'vitest';
import { SENDING_MS, startCallTime, WORK_MS } from '../../src/toolkit/call-time.ts';
import { manualClock } from '../support/manual-clock.ts';

function start() {
  const clock = manualClock();
  const client = new AbortController();
  return { clock, client, time: startCallTime(clock, client.signal) };
}

describe('the time of a call', () => {
  it('ends the sending after 35 s and all work after 45 s, with an error that nothing was sent', () => {
    const { clock, time } = start();
    expect([SENDING_MS, WORK_MS]).toEqual([35_000, 45_000]);
    clock.advance(34_999);
    expect(time.sending.aborted).toBe(false);
    clock.advance(1);
    expect([time.sending.aborted, time.signal.aborted]).toEqual([true, false]);
    expect(time.sending.reason).toMatchObject({ code: 'out_of_time', facts: { landed: 'no', retry: 'later' } });
    clock.advance(9_999);
    expect(time.signal.aborted).toBe(false);
    clock.advance(1);
    expect(time.signal.reason).toMatchObject({ code: 'out_of_time' });
    expect(() => time.throwIfGivenUp()).not.toThrow();
  });

  it('stands still while a question is open, however long that is', async () => {
    const { clock, time } = start();
    clock.advance(20_000);
    const answer = await time.pause(async () => {
      clock.advance(5 * 60_000);
      return 'yes';
    });
    expect(answer).toBe('yes');
    expect(time.spent()).toBe(20_000);
    expect(time.sending.aborted).toBe(false);
    clock.advance(14_999);
    expect(time.sending.aborted).toBe(false);
    clock.advance(1);
    expect(time.sending.aborted).toBe(true);
    clock.advance(10_000);
    expect(time.signal.aborted).toBe(true);
  });

  it('goes on after a question that failed', async () => {
    const { clock, time } = start();
    await expect(time.pause(() => Promise.reject(new Error('no window')))).rejects.toThrow('no window');
    clock.advance(WORK_MS);
    expect(time.signal.aborted).toBe(true);
  });

  it('ends at once, and for the reason of the client, where that gives up the call', async () => {
    const { clock, client, time } = start();
    await time.pause(async () => client.abort(new Error('given up')));
    expect([time.signal.reason, time.sending.reason]).toEqual([client.signal.reason, client.signal.reason]);
    expect(() => time.throwIfGivenUp()).toThrow('given up');
    expect(clock.waiting()).toBe(0);
  });

  it('is over from the start where the call was given up before', () => {
    const clock = manualClock();
    const time = startCallTime(clock, AbortSignal.abort(new Error('given up')));
    expect(time.signal.aborted && time.sending.aborted).toBe(true);
    time.end();
    expect(clock.waiting()).toBe(0);
  });

  it('leaves no timer behind', () => {
    const { clock, client, time } = start();
    time.end();
    expect(clock.waiting()).toBe(0);
    client.abort();
    expect(time.signal.aborted).toBe(false);
  });

  it('shares its signals with many other calls, and Node takes that for no leak', async () => {
    const client = new AbortController();
    const ending = new AbortController();
    const warned: unknown[] = [];
    const onWarning = (warning: unknown) => void warned.push(warning);
    process.on('warning', onWarning);
    const times = Array.from({ length: 11 }, () => startCallTime(manualClock(), client.signal, ending.signal));
    // Warnings come with the next tick.
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    for (const time of times) time.end();
    expect(warned).toEqual([]);
  });
});
