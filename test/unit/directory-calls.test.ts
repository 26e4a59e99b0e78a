import { describe, expect, it } from 'vitest';
import { startDirectory, threeOf } from '../support/ask-directory.ts';
import { boundsOf, type CrowdShape, MANY, SHAPES } from '../support/crowd-shapes.ts';
import { userName } from '../support/crowded-app.ts';

describe('to know all threads takes few calls', () => {
  it('where each has three members', async () => {
    const { app, ask } = startDirectory(MANY);
    expect(await ask()).toMatchObject({ stopped: 'end', known: 10_000, unresolved: 0, threads: [], next: undefined });
    expect(app.total()).toBeLessThanOrEqual(boundsOf(app).usual);
  });

  it('where 100 have no members', async () => {
    const membersOf: CrowdShape['membersOf'] = (index, random) =>
      index % 101 === 0 ? [] : threeOf(300)(index, random);
    const { app, ask } = startDirectory({ threads: 10_100, membersOf });
    expect(await ask()).toMatchObject({ stopped: 'end', known: 10_000, unresolved: 100, notRead: 0 });
    expect(app.total()).toBeLessThanOrEqual(1_150);
  });

  it.each(SHAPES)('where %s', async (_name, options, page) => {
    const { app, ask } = startDirectory(options);
    const answer = await ask();
    const empty = app.all.filter(({ members }) => members.length === 0).length;
    expect(answer).toMatchObject({ stopped: 'end', isWhole: true, unresolved: empty, notRead: 0 });
    expect(answer.known + empty).toBe(options.threads);
    expect(app.total()).toBeLessThanOrEqual(boundsOf(app, page).worst);
  });

  it('and a second question within ten minutes next to none', async () => {
    const { app, ask, clock } = startDirectory(MANY);
    await ask();
    for (const minutes of [1, 8]) {
      clock.advance(minutes * 60_000);
      const before = app.total();
      const answer = await ask({ filter: { nameContains: 'Thread 77' }, limit: 0 });
      expect(answer).toMatchObject({ stopped: 'end', known: 10_000 });
      expect(answer.matches).toHaveLength(111);
      expect(app.total() - before).toBeLessThanOrEqual(3);
    }
    clock.advance(2 * 60_000);
    const before = app.total();
    await ask();
    expect(app.total() - before).toBeGreaterThan(500);
  });

  it('and two questions at once as many as one', async () => {
    const one = startDirectory(MANY);
    await one.ask();
    const two = startDirectory(MANY);
    const first = two.begin();
    const second = two.begin({ filter: { owner: userName(1), nameContains: 'nowhere' } });
    await two.ask({ filter: { nameContains: 'no such name' } });
    await Promise.all([first, second]);
    expect(two.app.total()).toBeLessThanOrEqual(one.app.total() * 1.05);
  });

  it('the newest 20 take two calls a thread at most', async () => {
    const { app, ask } = startDirectory(MANY);
    const answer = await ask({ filter: {} });
    const newest = app.all.slice(-20).reverse();
    expect(answer.threads.map(({ thread }) => thread.id)).toEqual(newest.map(({ thread }) => thread.id));
    expect(app.total()).toBeLessThanOrEqual(45);
  });

  it.each(['joined', 'created'] as const)(
    'those before a date near the old end, with lists in the order %s',
    async (order) => {
      const { app, ask } = startDirectory({ ...MANY, order });
      const createdBefore = app.all[60]?.thread.created ?? 0;
      const answer = await ask({ filter: { createdBefore }, side: 'oldest', sort: 'asc', limit: 0 });
      expect(answer.stopped).toBe('end');
      expect(answer.matches).toHaveLength(60);
      expect(app.total()).toBeLessThanOrEqual(250);
    },
  );
});

it('both ends of a list that cannot be read on are known, though they never meet', async () => {
  const { app, ask } = startDirectory({ threads: 1_000, membersOf: (index) => [userName(index)] });
  app.stickBy(() => app.calls.list > 0);
  const answer = await ask();
  expect(answer).toMatchObject({ stopped: 'failed', isWhole: false, unresolved: 0 });
  expect(answer.known).toBe(answer.listed);
});

it('100,000 threads are known after at most 20 calls of the tool at 25 a second', async () => {
  const users = 20_000;
  const membersOf: CrowdShape['membersOf'] = (_, random) => Array.from({ length: 4 }, () => userName(random(users)));
  const { app, ask, clock } = startDirectory({ threads: 100_000, membersOf, latencyMs: 100 }, 25);
  let answer = await ask();
  for (let count = 1; answer.stopped === 'deadline' && count < 20; count++) {
    clock.advance(60_000);
    answer = await ask();
  }
  expect(answer).toMatchObject({ stopped: 'end', known: 100_000, unresolved: 0, notRead: 0 });
  expect(app.total()).toBeLessThanOrEqual(20_000);
});
