import { describe, expect, it } from 'vitest';
import { AgoraError } from '../../src/agora/errors.ts';
import { findThread, isThere, LOOK_MS, readMembers } from '../../src/agora/reconcile.ts';
import type { Page, Thread } from '../../src/agora/thread.ts';
import type { PageQuery } from '../../src/agora/threads.ts';
import { manualClock } from '../support/manual-clock.ts';

const ID = '240000000000009';
const signal = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

const refused = new AgoraError({ code: 'forbidden', what: 'x', next: 'x', retry: 'never', landed: 'no' });

/** An answer that never comes; giving up ends the wait. */
const never = (given: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => given.addEventListener('abort', () => reject(given.reason)));

/** What a look gives once its time is up, and what it had given before. */
async function afterTheTime<T>(clock: ReturnType<typeof manualClock>, looking: Promise<T>) {
  let early: T | undefined;
  looking.then(
    (value) => {
      early = value;
    },
    () => undefined,
  );
  await settled();
  clock.advance(LOOK_MS - 1);
  await settled();
  const before = early;
  clock.advance(1);
  return { before, after: await looking };
}

const full = (from: number): Thread[] =>
  Array.from({ length: 50 }, (_, n) => ({ id: String(from + n), msgId: String(from + n) }));
const wanted: Thread = { id: ID, msgId: '7' };
const thread = { groupId: '1', msgId: '7', owner: 'lin' };

describe('the thread of a message', () => {
  it.each<[string, Record<'asc' | 'desc', readonly Thread[]>, Thread | undefined, readonly string[]]>([
    ['among the newest', { desc: [wanted], asc: [] }, wanted, ['desc']],
    ['among the oldest of a long list', { desc: full(1_000), asc: [wanted] }, wanted, ['desc', 'asc']],
    ['nowhere in a short list', { desc: [{ id: '1' }], asc: [wanted] }, undefined, ['desc']],
    ['nowhere in a long list', { desc: full(1_000), asc: full(5_000) }, undefined, ['desc', 'asc']],
  ])('is found %s', async (_where, lists, found, asked) => {
    const sorts: unknown[] = [];
    const listOfUserInGroup = async (_group: string, _user: string, { sort = 'desc' }: PageQuery) => {
      sorts.push(sort);
      return { items: lists[sort] };
    };
    expect(await findThread({ listOfUserInGroup }, thread, manualClock(), signal, 1)).toEqual(found);
    expect(sorts).toEqual(asked);
  });

  it('is looked for a quarter of a minute and no longer', async () => {
    const clock = manualClock();
    const listOfUserInGroup = (_group: string, _user: string, _query: PageQuery, given: AbortSignal) => never(given);
    const looking = findThread({ listOfUserInGroup }, thread, clock, signal, 2);
    expect(await afterTheTime(clock, looking)).toEqual({ before: undefined, after: undefined });
    expect(clock.waiting()).toBe(0);
  });
});

describe('the members of a thread', () => {
  const page = (items: readonly string[], cursor?: string): Page<string> => ({ items, ...(cursor && { cursor }) });

  it.each<[string, readonly (Page<string> | AgoraError)[], boolean, readonly string[]]>([
    ['one page', [page(['lin'])], true, ['lin']],
    ['two pages', [page(['lin'], 'a'), page(['wei'])], true, ['lin', 'wei']],
    ['a cursor on the last page too', [page(['lin'], 'a'), page([], 'b')], true, ['lin']],
    ['a first page that is refused', [refused], false, []],
    ['a second page that is refused', [page(['lin'], 'a'), refused], false, ['lin']],
    ['a cursor that is stuck', [page(['lin'], 'a'), page(['lin'], 'a')], false, ['lin']],
    ['pages without end', Array.from({ length: 99 }, (_, n) => page(['lin'], String(n))), false, ['lin']],
  ])('%s: complete?', async (_what, answers, complete, members) => {
    let asked = 0;
    const listMembers = async (): Promise<Page<string>> => {
      const answer = answers[asked++];
      if (answer === undefined) throw new Error('asked too often');
      if (answer instanceof AgoraError) throw answer;
      return answer;
    };
    expect(await readMembers({ listMembers }, ID, manualClock(), signal)).toEqual({
      members: new Set(members),
      complete,
    });
  });

  it('are read for a quarter of a minute and no longer: those who were seen by then, and no claim on the others', async () => {
    const clock = manualClock();
    const listMembers = (_id: string, { cursor }: PageQuery, given: AbortSignal) =>
      cursor === undefined ? Promise.resolve(page(['lin'], 'a')) : never(given);
    const { before, after } = await afterTheTime(clock, readMembers({ listMembers }, ID, clock, signal));
    expect(before).toBeUndefined();
    expect(after).toEqual({ members: new Set(['lin']), complete: false });
  });
});

describe('a thread', () => {
  const hanging = { listMembers: (_id: string, _query: PageQuery, given: AbortSignal) => never(given) };

  it('is looked for a quarter of a minute; then nobody knows whether it is there', async () => {
    const clock = manualClock();
    const look = await afterTheTime(clock, isThere(hanging, ID, clock, signal));
    expect(look).toEqual({ before: undefined, after: 'unsure' });
  });

  it.each([
    ['there', async () => ({ items: [] })],
    ['gone', () => Promise.reject(refused.with({ code: 'thread_not_found' }))],
    ['unsure', () => Promise.reject(refused)],
  ] as const)('is %s by what the service answers', async (state, listMembers) => {
    expect(await isThere({ listMembers }, ID, manualClock(), signal)).toBe(state);
  });

  it('is not looked for once the call is given up', async () => {
    const clock = manualClock();
    const giveUp = new AbortController();
    const looks = [isThere(hanging, ID, clock, giveUp.signal), readMembers(hanging, ID, clock, giveUp.signal)].map(
      (look) => expect(look).rejects.toThrow('given up'),
    );
    giveUp.abort(new Error('given up'));
    await Promise.all(looks);
    expect(clock.waiting()).toBe(0);
  });
});
