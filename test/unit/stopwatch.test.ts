import { expect, it } from 'vitest';
import { createStopwatch } from '../../src/base/stopwatch.ts';
import { manualClock } from '../support/manual-clock.ts';

it('the stopwatch counts time in which several things go on once, and none in between', () => {
  const clock = manualClock();
  const watch = createStopwatch(clock);
  clock.advance(1);
  const endFirst = watch.start();
  clock.advance(10);
  const endSecond = watch.start();
  clock.advance(100);
  endFirst();
  clock.advance(1_000);
  expect(watch.ms()).toBe(1_110);
  endSecond();
  clock.advance(10_000);
  expect(watch.ms()).toBe(1_110);
  watch.start()();
  expect(watch.ms()).toBe(1_110);
});
