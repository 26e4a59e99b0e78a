import { describe, expect, it } from 'vitest';
import { AgoraError } from '../../src/agora/errors.ts';
import { FROM_START, settled, startDirectory, threeOf } from '../support/ask-directory.ts';
import { userName } from '../support/crowded-app.ts';

const USERS = 60;
const SOME = { threads: 1_000, membersOf: threeOf(USERS) };

const refusal = (code: AgoraError['code'], status: number): AgoraError =>
  new AgoraError({ code, what: 'refused', next: 'Ask again.', retry: 'later', landed: 'no', status });

const names = (threads: readonly { thread: { name?: string | undefined } }[]) =>
  threads.map(({ thread }) => thread.name);

describe('what is shown', () => {
  it('comes in the order of the list, page after page, each thread once', async () => {
    const { app, ask } = startDirectory(SOME);
    const filter = { nameContains: 'Thread 7' };
    for (const sort of ['desc', 'asc'] as const) {
      const read: (string | undefined)[] = [];
      let from = FROM_START;
      for (;;) {
        const { threads, next } = await ask({ filter, sort, side: sort === 'desc' ? 'newest' : 'oldest', from });
        read.push(...names(threads));
        if (next === undefined) break;
        from = next;
      }
      const all = app.all.map(({ thread }) => thread.name).filter((name) => name?.includes('Thread 7'));
      expect(new Set(read).size).toBe(read.length);
      expect([...read].sort()).toEqual([...all].sort());
      // Known by the second question, so that nothing is shown ahead of its place.
      if (sort === 'asc') expect(read).toEqual(all);
    }
  });

  it('is a match from further on as soon as it is known, and not again at its place', async () => {
    const { app, ask } = startDirectory({ ...SOME, latencyMs: 100 }, 2);
    const old = app.all[3]?.thread;
    if (!old) throw new Error('no thread');
    app.rename(old.id, 'Q4 launch checklist');
    const question = { filter: { nameContains: 'q4 LAUNCH', owner: old.owner } };
    const first = await ask(question);
    expect(first.stopped).toBe('deadline');
    expect(first.threads.map(({ thread }) => thread.id)).toEqual([old.id]);
    expect(first.known).toBeLessThan(app.all.length);
    let from = first.next;
    while (from !== undefined) {
      const answer = await ask({ ...question, from });
      expect(answer.threads).toEqual([]);
      from = answer.next;
    }
  });

  it('goes on by its position in another process, with nothing twice', async () => {
    const { app, ask, make } = startDirectory({ ...SOME, latencyMs: 100 }, 5);
    const filter = { nameContains: 'Thread 1' };
    const first = await ask({ filter });
    const read = names(first.threads);
    let directory = make();
    let from = first.next;
    for (let count = 0; from !== undefined; count++) {
      const answer = await ask({ filter, from }, { directory });
      read.push(...names(answer.threads));
      from = answer.next;
      if (count === 1) directory = make();
    }
    expect(new Set(read).size).toBe(read.length);
    expect(read).toHaveLength(app.all.filter(({ thread }) => thread.name?.includes('Thread 1')).length);
  });

  it.each(['desc', 'asc'] as const)('is whole on a service that lists by %s, whatever it is asked', async (sort) => {
    const { app, ask } = startDirectory(SOME);
    const { list } = app.api.threads;
    app.api.threads.list = (query, signal) => list({ ...query, sort }, signal);
    const answer = await ask({ limit: 0 });
    expect(answer).toMatchObject({ stopped: 'end', isWhole: true, listed: app.all.length, known: app.all.length });
  });

  it('stops at the one thread of a message', async () => {
    const { app, ask } = startDirectory(SOME);
    const wanted = app.all[500]?.thread;
    const answer = await ask({ filter: { msgId: wanted?.msgId ?? '' } });
    expect(answer.threads.map(({ thread }) => thread)).toEqual([wanted]);
    expect(answer.known).toBeLessThan(app.all.length);
  });

  it('is what one owner has, from that user’s list first', async () => {
    const { app, ask } = startDirectory(SOME);
    const answer = await ask({ filter: { owner: userName(7) }, limit: 5 });
    expect(answer.threads.map(({ thread }) => thread.owner)).toEqual(Array.from({ length: 5 }, () => userName(7)));
    expect(app.total()).toBeLessThanOrEqual(20);
  });

  it('is read again where threads were created since', async () => {
    const { app, ask } = startDirectory(SOME);
    await ask();
    const added = Array.from({ length: 120 }, (_, n) =>
      app.add([userName(n % 9)], userName(n % 9), { name: `New ${n}` }),
    );
    const before = app.total();
    const { matches, stopped } = await ask({ filter: { nameContains: 'new' }, limit: 0 });
    expect(stopped).toBe('end');
    expect(new Set(matches.map(({ thread }) => thread.id))).toEqual(new Set(added.map(({ thread }) => thread.id)));
    expect(app.total() - before).toBeLessThanOrEqual(30);
  });

  it('has the names that this server itself has given, and none that it has deleted', async () => {
    const { app, ask, directory } = startDirectory(SOME);
    await ask();
    const [one, two] = app.all;
    directory.note(one?.thread.id ?? '', 'Nowhere else');
    directory.note(two?.thread.id ?? '', undefined);
    expect(names((await ask()).threads)).toEqual(['Nowhere else']);
    expect(names((await ask({ filter: { nameContains: 'Thread 2' }, limit: 50 })).threads)).not.toContain('Thread 2');
  });
});

describe('a short page', () => {
  it('of the app’s list is no end', async () => {
    let pages = 0;
    const { app, ask } = startDirectory({ ...SOME, page: () => (++pages % 3 === 0 ? 1 : 50) });
    expect(await ask()).toMatchObject({ stopped: 'end', isWhole: true, known: app.all.length });
  });

  it('of a user’s list is doubted where a thread is missing', async () => {
    let pages = 0;
    const { ask } = startDirectory({
      threads: 300,
      membersOf: () => ['lin'],
      page: () => [50, 10][pages++ % 2] ?? 50,
    });
    expect(await ask()).toMatchObject({ stopped: 'end', known: 300, unresolved: 0 });
  });
});

describe('of one group', () => {
  const groupId = '210000000000001';

  it('the members’ lists in it are read, and no others', async () => {
    const { app, ask } = startDirectory(SOME);
    const answer = await ask({ groupId, limit: 0, filter: {} });
    const all = app.all.filter(({ thread, members }) => thread.groupId === groupId && members.length > 0);
    expect(answer).toMatchObject({ scope: 'group', stopped: 'end', known: all.length, unresolved: 0 });
    expect(answer.matches).toHaveLength(all.length);
    expect(app.calls).toMatchObject({ list: 0, listOfUser: 0, listMembers: 0, groupMembers: 2 });
    expect(app.calls.listOfUserInGroup).toBeLessThanOrEqual(2 * USERS);
  });

  it('an answer goes on without reading them again, and a new question reads them again', async () => {
    const { app, ask } = startDirectory(SOME);
    const question = { groupId, filter: { createdFrom: 1 }, limit: 50 };
    await ask({ ...question, limit: 0 });
    const read: (string | undefined)[] = [];
    let from = FROM_START;
    for (;;) {
      const { threads, next } = await ask({ ...question, from });
      read.push(...names(threads));
      if (!next) break;
      from = next;
    }
    const total = app.total();
    const all = app.all.filter(({ thread }) => thread.groupId === groupId);
    expect(new Set(read).size).toBe(all.length);
    expect(read).toHaveLength(all.length);

    app.add([userName(1)], userName(1), { groupId, name: 'New' });
    expect(names((await ask({ ...question, filter: { nameContains: 'new' } })).threads)).toEqual(['New']);
    expect(app.total()).toBeGreaterThan(total);
  });

  it('the app is read where the service does not tell who is in the group', async () => {
    const { app, ask } = startDirectory(SOME);
    app.refuseBy((call) => (call === 'groupMembers' ? refusal('method_not_allowed', 405) : undefined));
    const all = app.all.filter(({ thread }) => thread.groupId === groupId);
    const answer = await ask({ groupId, limit: 0, filter: {} });
    expect(answer).toMatchObject({ scope: 'app', stopped: 'end', isWhole: true });
    expect(answer.matches).toHaveLength(all.length);
  });

  it('a group that does not exist is an error', async () => {
    const { app, ask } = startDirectory(SOME);
    app.refuseBy((call) => (call === 'groupMembers' ? refusal('group_not_found', 404) : undefined));
    await expect(ask({ groupId: '1' })).rejects.toMatchObject({ code: 'group_not_found' });
  });

  it('lists that cannot be read keep the end from being claimed', async () => {
    const { app, ask } = startDirectory(SOME);
    app.refuseBy((call, key) =>
      call === 'listOfUserInGroup' && key === userName(3) ? refusal('server_error', 500) : undefined,
    );
    expect(await ask({ groupId })).toMatchObject({ stopped: 'failed', isWhole: false });
    app.refuseBy(() => undefined);
    expect(await ask({ groupId })).toMatchObject({ stopped: 'end', isWhole: true });
  });
});

describe('the end is not claimed', () => {
  it('where the service leads in a circle', async () => {
    const { app, ask } = startDirectory(SOME);
    app.stickBy(() => true);
    const answer = await ask();
    expect(answer).toMatchObject({ stopped: 'failed', isAtDeadEnd: true, isWhole: false });
    // The same call would read no further.
    expect(answer.next).toBeUndefined();
  });

  it('where a thread was created while the last page came in, which the next question reads', async () => {
    const { app, ask } = startDirectory({ ...SOME, threads: 10 });
    const { list } = app.api.threads;
    let newest: Promise<unknown> | undefined;
    app.api.threads.list = async (query, signal) => {
      if (query.sort === 'desc') {
        const page = list(query, signal);
        newest ??= page;
        return page;
      }
      await newest;
      // The other end's page is taken in the meantime.
      await new Promise((resolve) => setImmediate(resolve));
      app.delete(app.all[0]?.thread.id ?? '');
      app.add(['mia'], 'mia', { name: 'New' });
      return list(query, signal);
    };
    await ask();
    const answer = await ask({ filter: { nameContains: 'New' } });
    expect(answer.threads).toMatchObject([{ thread: { name: 'New' } }]);
  });

  it('where the app’s list cannot be read on, and is once it can', async () => {
    const { app, ask } = startDirectory(SOME);
    app.refuseBy((call) => (call === 'list' && app.calls.list > 5 ? refusal('server_error', 503) : undefined));
    const failed = await ask();
    expect(failed).toMatchObject({ stopped: 'failed', isWhole: false });
    expect(failed.failure?.code).toBe('server_error');
    app.refuseBy(() => undefined);
    expect(await ask()).toMatchObject({ stopped: 'end', known: app.all.length, failure: undefined });
  });

  it('where a thread could not be read, which is asked again by the next question', async () => {
    const { app, ask } = startDirectory(SOME);
    const lonely = app.add(['solo'], 'solo');
    app.refuseBy((call, key) => (call === 'listOfUser' && key === 'solo' ? refusal('server_error', 500) : undefined));
    expect(await ask()).toMatchObject({ stopped: 'end', unresolved: 1, notRead: 1 });
    app.refuseBy(() => undefined);
    const answer = await ask({ filter: { owner: 'solo' } });
    expect(answer).toMatchObject({ stopped: 'end', unresolved: 0, notRead: 0 });
    expect(answer.threads.map(({ thread }) => thread.id)).toEqual([lonely.thread.id]);
  });

  it('where the newest threads could not be read before the first page: they come with a later one', async () => {
    const { app, ask } = startDirectory(SOME);
    await ask();
    app.add(['lin'], 'lin', { name: 'Thread 9 of today' });
    app.refuseBy((call) => (call === 'list' ? refusal('server_error', 503) : undefined));
    const filter = { nameContains: 'Thread 9' };
    const first = await ask({ filter });
    expect(first.stopped).toBe('limit');
    expect(first.threads).toHaveLength(20);
    app.refuseBy(() => undefined);
    const read = names(first.threads);
    let from = first.next;
    while (from !== undefined) {
      const { threads, next } = await ask({ filter, from });
      read.push(...names(threads));
      from = next;
    }
    const all = app.all.filter(({ thread }) => thread.name.startsWith('Thread 9'));
    expect([...read].sort()).toEqual(all.map(({ thread }) => thread.name).sort());
  });

  it('where each request is refused: a few are sent and no more', async () => {
    const { app, ask } = startDirectory(SOME);
    app.refuseBy((call) => (call === 'listMembers' ? refusal('forbidden', 403) : undefined));
    expect(await ask()).toMatchObject({ stopped: 'failed' });
    expect(app.calls.listMembers).toBeLessThanOrEqual(20);
  });

  it('and where nothing at all can be read, the refusal is the answer', async () => {
    const { app, ask } = startDirectory(SOME);
    app.refuseBy(() => refusal('threads_not_enabled', 403));
    await expect(ask()).rejects.toMatchObject({ code: 'threads_not_enabled' });
  });
});

describe('calls that wait together', () => {
  it('go on where one of them is given up, and stop with the last', async () => {
    const { app, clock, begin, ask } = startDirectory({ ...SOME, latencyMs: 100 }, 50);
    const abort = new AbortController();
    const given = begin({}, { signal: abort.signal });
    const kept = ask();
    clock.advance(300);
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    expect(await kept).toMatchObject({ stopped: 'end', known: 1_000 });

    const total = app.total();
    clock.advance(60_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(app.total()).toBe(total);
  });

  it('send nothing more once none of them waits', async () => {
    const { app, clock, begin } = startDirectory({ ...SOME, latencyMs: 100 }, 50);
    const abort = new AbortController();
    const given = begin({}, { signal: abort.signal });
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    const total = app.total();
    for (let count = 0; count < 20; count++) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(app.total()).toBe(total);
    // What was cut off is read by the next one.
    expect(await settled(clock, begin())).toMatchObject({ stopped: 'end', known: 1_000 });
  });

  it('are told of each request, and how many threads are known', async () => {
    const { app, ask } = startDirectory(SOME);
    const told: [number, number][] = [];
    const answer = await ask({}, { onCall: (calls, known) => told.push([calls, known]) });
    expect(told.map(([calls]) => calls)).toEqual(Array.from({ length: app.total() }, (_, n) => n + 1));
    expect(answer).toMatchObject({ calls: app.total(), learnt: 1_000 });
  });
});

it('a walk that is not at its end is kept for ten minutes from call to call', async () => {
  const { ask, clock } = startDirectory({ ...SOME, latencyMs: 100 }, 1);
  const first = await ask();
  expect(first.stopped).toBe('deadline');
  clock.advance(9 * 60_000);
  const second = await ask();
  expect(second.known).toBeGreaterThan(first.known);
  clock.advance(11 * 60_000);
  expect((await ask()).known).toBeLessThan(second.known);
});
