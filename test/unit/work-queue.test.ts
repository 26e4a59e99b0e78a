import { expect, it } from 'vitest';
import { createWorkQueue } from '../../src/base/work-queue.ts';

/** Work that ends when the test says so. */
function heldWork() {
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const work = (item: number) =>
    new Promise<void>((resolve) => {
      begun.push(item);
      ends.push(resolve);
    });
  return { work, begun, endNext: () => ends.shift()?.() };
}

const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

it('works on a few items at once, in order, and has no room while many wait', async () => {
  const { work, begun, endNext } = heldWork();
  const queue = createWorkQueue(2, 1, work);
  for (const item of [1, 2, 3]) queue.push(item);
  expect(begun).toEqual([1, 2]);
  let hasRoom = false;
  const room = queue.room().then(() => {
    hasRoom = true;
  });
  await turns();
  expect(hasRoom).toBe(false);
  endNext();
  await room;
  expect(begun).toEqual([1, 2, 3]);
  endNext();
  endNext();
  await queue.finish();
});

it('starts nothing more after a failure, and hands it to whoever waits', async () => {
  const begun: number[] = [];
  const queue = createWorkQueue<number>(1, 1, async (item) => {
    begun.push(item);
    throw new Error(`no ${item}`);
  });
  for (const item of [1, 2]) queue.push(item);
  await expect(queue.room()).rejects.toThrow('no 1');
  await expect(queue.finish()).rejects.toThrow('no 1');
  expect(begun).toEqual([1]);
});

it('is at its end at once where nothing was brought', async () => {
  const queue = createWorkQueue<number>(1, 1, async () => undefined);
  await queue.room();
  await queue.finish();
});
