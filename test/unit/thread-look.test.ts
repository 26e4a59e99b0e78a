import { describe, expect, it } from 'vitest';
import { AgoraError } from '../../src/agora/errors.ts';
import type { Page, Thread } from '../../src/agora/thread.ts';
import type { PageQuery } from '../../src/agora/threads.ts';
import { createSeen } from '../../src/toolkit/seen-threads.ts';
import { createLooks, type LookCalls, PAGE_LIFE_MS } from '../../src/toolkit/thread-look.ts';
import { manualClock } from '../support/manual-clock.ts';

const ID = '240000000000009';
const GROUP = '210000000000001';
const signal = new AbortController().signal;
const options = { memberPages: 1, trustMs: 0 };

const failure = (code: 'thread_not_found' | 'server_error' | 'unauthorized') =>
  new AgoraError({
    code,
    what: 'x',
    next: 'x',
    retry: code === 'server_error' ? 'later' : 'never',
    landed: 'no',
  });

/** An answer that never comes; giving up ends the wait. */
const never = (given: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => given.addEventListener('abort', () => reject(given.reason)));

const thread = (id: string, name = 'Refund'): Thread => ({ id, name, owner: 'lin', groupId: GROUP });
const many = (count: number, from = 1_000): Thread[] =>
  Array.from({ length: count }, (_, n) => thread(String(from + n)));

type Lists = Record<string, readonly Thread[]>;

/** Lists by user, and by group and user; a cursor is a place in the list. */
function start(members: () => Promise<Page<string>>, lists: Lists = {}) {
  const clock = manualClock();
  const seen = createSeen();
  const asked: string[] = [];
  const page = (list: string, { limit, cursor, sort = 'desc' }: PageQuery): Promise<Page<Thread>> => {
    asked.push(`${list} ${sort} ${cursor ?? '0'}`);
    const items = sort === 'desc' ? (lists[list] ?? []) : [...(lists[list] ?? [])].reverse();
    const from = Number(cursor ?? 0);
    const to = from + limit;
    const more = to < items.length ? { cursor: String(to) } : {};
    return Promise.resolve({ items: items.slice(from, to), ...more });
  };
  const calls: LookCalls = {
    listMembers: () => {
      asked.push('members');
      return members();
    },
    listOfUser: (user, query) => page(user, query),
    listOfUserInGroup: (group, user, query) => page(`${group}/${user}`, query),
  };
  return { clock, seen, asked, calls, looks: createLooks(seen, clock) };
}

const membersAre =
  (...items: string[]) =>
  async (): Promise<Page<string>> => ({ items });

describe('a look at a thread', () => {
  it('is over where the service does not know the thread', async () => {
    const { looks, calls, asked } = start(() => Promise.reject(failure('thread_not_found')), { lin: [thread(ID)] });
    expect(await looks(calls, ID, options, signal)).toEqual({ state: 'gone', thread: undefined, members: undefined });
    expect(asked).toEqual(['members']);
  });

  it('goes on without the members where they cannot be read, and finds the name in the list of a known owner', async () => {
    const { looks, calls, seen, clock } = start(() => Promise.reject(failure('server_error')), {
      [`${GROUP}/lin`]: [thread(ID, 'Paid')],
    });
    seen.remember([thread(ID)], clock.now());
    expect(await looks(calls, ID, options, signal)).toMatchObject({
      state: 'there',
      thread: { name: 'Paid' },
      members: undefined,
    });
  });

  it('is unread where nothing can be read', async () => {
    const { looks, calls } = start(() => Promise.reject(failure('server_error')));
    expect(await looks(calls, ID, options, signal)).toMatchObject({ state: 'unread', thread: undefined });
  });

  it('fails where the deletion would fail too', async () => {
    const { looks, calls } = start(() => Promise.reject(failure('unauthorized')));
    await expect(looks(calls, ID, options, signal)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it("reads the owner's list in the group, then the owner's, then those of members", async () => {
    const { looks, calls, seen, clock, asked } = start(membersAre('lin', 'wei'), { wei: [thread(ID)] });
    seen.remember([thread(ID)], clock.now());
    expect(await looks(calls, ID, options, signal)).toMatchObject({ thread: { id: ID } });
    expect(asked).toEqual(['members', `${GROUP}/lin desc 0`, 'lin desc 0', `${GROUP}/wei desc 0`, 'wei desc 0']);
  });

  it('does not ask for the lists of an owner who has left', async () => {
    const { looks, calls, seen, clock, asked } = start(membersAre('wei'), { [`${GROUP}/wei`]: [thread(ID)] });
    seen.remember([thread(ID)], clock.now());
    expect(await looks(calls, ID, options, signal)).toMatchObject({ thread: { id: ID } });
    expect(asked).toEqual(['members', `${GROUP}/wei desc 0`]);
  });

  it('does not take a row without a name for the thread: its name is still to be found', async () => {
    const { looks, calls } = start(membersAre('lin', 'wei'), { lin: [{ id: ID }], wei: [thread(ID)] });
    expect(await looks(calls, ID, options, signal)).toMatchObject({ thread: { name: 'Refund' } });
  });

  it.each([
    ['first', 0, 2],
    ['51st', 50, 4],
    ['200th', 199, 8],
    ['201st', 200, 10],
    ['last', 399, 4],
  ])('finds the %s of 400 threads from both ends', async (_place, place, requests) => {
    const list = many(400);
    list[place] = thread(ID);
    const { looks, calls, asked } = start(membersAre('lin'), { lin: list });
    expect(await looks(calls, ID, options, signal)).toMatchObject({ state: 'there', thread: { id: ID } });
    expect(asked).toHaveLength(requests);
  });

  it.each([
    [0, 2],
    [120, 4],
  ])('reads a list of %i only until its two ends meet, though each page has a cursor', async (count, requests) => {
    const { looks, calls, asked } = start(membersAre('lin'), { lin: many(count) });
    const listOfUser: LookCalls['listOfUser'] = async (user, query, given) => ({
      cursor: String(Number(query.cursor ?? 0) + query.limit),
      ...(await calls.listOfUser(user, query, given)),
    });
    expect(await looks({ ...calls, listOfUser }, ID, options, signal)).toMatchObject({ thread: undefined });
    expect(asked).toHaveLength(requests);
  });

  it('takes at most twenty calls', async () => {
    const users = Array.from({ length: 50 }, (_, n) => `user-${n}`);
    const { looks, calls, asked } = start(
      membersAre(...users),
      Object.fromEntries(users.map((user) => [user, many(120)])),
    );
    expect(await looks(calls, ID, options, signal)).toMatchObject({ state: 'there', thread: undefined });
    expect(asked).toHaveLength(20);
  });

  it('goes straight to the page where the thread was last seen', async () => {
    const list = many(400);
    list[199] = thread(ID);
    const { looks, calls, asked } = start(membersAre('lin'), { lin: list });
    expect(await looks(calls, ID, options, signal)).toMatchObject({ thread: { id: ID } });
    asked.splice(0);
    expect(await looks(calls, ID, options, signal)).toMatchObject({ thread: { id: ID } });
    expect(asked).toEqual(['members', 'lin desc 150']);
  });

  it('needs no list for a name that was read less than the trusted time ago', async () => {
    const { looks, calls, seen, clock, asked } = start(membersAre('lin'), { lin: [thread(ID, 'Paid')] });
    seen.remember([thread(ID)], clock.now());
    clock.advance(59_999);
    const trusting = { memberPages: 1, trustMs: 60_000 };
    expect(await looks(calls, ID, trusting, signal)).toMatchObject({ thread: { name: 'Refund' } });
    expect(asked).toEqual(['members']);
    clock.advance(1);
    expect(await looks(calls, ID, trusting, signal)).toMatchObject({ thread: { name: 'Paid' } });
  });

  it('reads the name again where the clock was set back since it was read', async () => {
    const { looks, calls, seen, clock } = start(membersAre('lin'), { lin: [thread(ID, 'Paid')] });
    seen.remember([thread(ID)], clock.now() + 1);
    expect(await looks(calls, ID, options, signal)).toMatchObject({ thread: { name: 'Paid' } });
  });

  it('reads as many pages of members as asked, and says whether that was all', async () => {
    const cursors = ['a', 'b', 'c'];
    let count = 0;
    const { looks, calls } = start(async () => {
      const items = Array.from({ length: 50 }, (_, n) => `user-${count * 50 + n}`);
      const cursor = cursors[count++];
      return { items, ...(cursor === undefined ? {} : { cursor }) };
    });
    const { members } = await looks(calls, ID, { ...options, memberPages: 2 }, signal);
    expect([members?.ids.length, members?.complete]).toEqual([100, false]);
  });
});

it('keeps the members of the pages that were read where a later one cannot be', async () => {
  let count = 0;
  const { looks, calls } = start(async () => {
    count += 1;
    if (count === 2) throw failure('server_error');
    return { items: Array.from({ length: 50 }, (_, n) => `user-${n}`), cursor: 'a' };
  });
  const { members } = await looks(calls, ID, { ...options, memberPages: 2 }, signal);
  expect([members?.ids.length, members?.complete]).toEqual([50, false]);
});

it.each([
  ['whole once a page is short, though it has a cursor', 1, true, 1],
  ['not whole where the cursor is stuck', 50, false, 2],
])('the member list is %s', async (_what, size, complete, requests) => {
  const items = Array.from({ length: size }, (_, n) => `user-${n}`);
  const { looks, calls, asked } = start(async () => ({ items, cursor: 'a' }));
  const { members } = await looks(calls, ID, { ...options, memberPages: 5 }, signal);
  expect([members?.ids.length, members?.complete]).toEqual([size, complete]);
  expect(asked.filter((what) => what === 'members')).toHaveLength(requests);
});

describe('looks at several threads', () => {
  it('read each page once in five seconds', async () => {
    const { looks, calls, clock, asked } = start(membersAre('lin'), { lin: [thread('1'), thread('2')] });
    const both = await Promise.all(['1', '2'].map((id) => looks(calls, id, options, signal)));
    expect(both.map(({ thread }) => thread?.id)).toEqual(['1', '2']);
    expect(asked.filter((what) => what.startsWith('lin'))).toHaveLength(1);
    clock.advance(PAGE_LIFE_MS);
    await looks(calls, '1', options, signal);
    expect(asked.filter((what) => what.startsWith('lin'))).toHaveLength(2);
  });

  it('read anew what was read for an earlier look at the same thread: something was sent in between', async () => {
    const lists: Lists = { lin: [thread('1', 'Before'), thread('2')] };
    const { looks, calls, asked } = start(membersAre('lin'), lists);
    const lookAt = (id: string) => looks(calls, id, options, signal);
    expect([await lookAt('1'), await lookAt('2')]).toMatchObject([{ thread: { name: 'Before' } }, { state: 'there' }]);
    lists['lin'] = [thread('1', 'After'), thread('2')];
    expect(await lookAt('1')).toMatchObject({ thread: { name: 'After' } });
    await lookAt('2');
    // One reading before the first sendings of both, and one before their second ones.
    expect(asked.filter((what) => what.startsWith('lin'))).toHaveLength(2);
  });

  it('go by the newest name that any list gave', async () => {
    const lists: Lists = { lin: [thread('1', 'Before'), thread('2')] };
    const { looks, calls, seen, clock } = start(membersAre('lin'), lists);
    expect(await looks(calls, '2', options, signal)).toMatchObject({ state: 'there' });
    seen.remember([thread('1', 'After')], clock.now());
    expect(await looks(calls, '1', options, signal)).toMatchObject({ thread: { name: 'After' } });
  });

  it('do not suffer where the look that asked for a page is ended', async () => {
    const { looks, calls, asked } = start(membersAre('lin'), { lin: [thread('1'), thread('2')] });
    const first = new AbortController();
    let hangs = true;
    const hanging: LookCalls = {
      ...calls,
      listOfUser: (user, query, given) => {
        if (!hangs) return calls.listOfUser(user, query, given);
        hangs = false;
        return never(given);
      },
    };
    const ended = expect(looks(hanging, '1', options, first.signal)).rejects.toThrow('ended');
    const second = looks(hanging, '2', options, signal);
    await new Promise((resolve) => setImmediate(resolve));
    first.abort(new Error('ended'));
    await ended;
    expect(await second).toMatchObject({ thread: { id: '2' } });
    expect(asked).toEqual(['members', 'members', 'lin desc 0']);
  });
});
