import { describe, expect, it } from 'vitest';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import type { Membership, SandboxState } from '../../src/sandbox/state.ts';
import { P, readPage, sandboxWith, threadIdOf, walk } from './sandbox-client.ts';

const [message] = SANDBOX_HINTS.freeMessages;
const GROUP = message.group_id;
const idsOf = (memberships: readonly Membership[]): string[] => memberships.map(({ threadId }) => threadId);

const LISTS: readonly [name: string, path: string, oldestFirst: (state: SandboxState) => string[]][] = [
  ['the app', `${P}/thread`, (state) => state.created().map(({ id }) => id)],
  ['a user', `${P}/threads/user/lin`, (state) => idsOf(state.joined('lin'))],
  ['a user in a group', `${P}/threads/chatgroups/${GROUP}/user/lin`, (state) => idsOf(state.joined('lin', GROUP))],
];

describe.each(LISTS)('the threads of %s', (_name, path, oldestFirst) => {
  it.each([
    ['asc', '1'],
    ['asc', '7'],
    ['desc', '5'],
    ['desc', '50'],
  ])('come each once, %s, %s a page', async (sort, limit) => {
    const { sandbox, send } = await sandboxWith({ callsPerSecond: 10_000 });
    const expected = oldestFirst(sandbox.state);
    expect(await walk(send, path, { sort, limit })).toEqual(sort === 'asc' ? expected : expected.reverse());
  });

  it('come newest first and 50 at a time where nothing else is asked for', async () => {
    const { sandbox, send } = await sandboxWith();
    const expected = oldestFirst(sandbox.state).reverse().slice(0, 50);
    for (const query of ['', '?cursor=', '?cursor=null', '?sort=desc&limit=50']) {
      expect(readPage(await send('GET', `${path}${query}`)).ids).toEqual(expected);
    }
  });

  it('end with a page that still carries a cursor, behind which is a page with neither', async () => {
    const { sandbox, send } = await sandboxWith();
    let cursor: string | undefined;
    let read = 0;
    for (const total = oldestFirst(sandbox.state).length; read < total; ) {
      const page = readPage(await send('GET', `${path}?cursor=${encodeURIComponent(cursor ?? '')}`));
      expect(page.cursor).toMatch(/^[A-Za-z0-9+/]+$/);
      cursor = page.cursor;
      read += page.ids.length;
    }
    const end = readPage(await send('GET', `${path}?cursor=${encodeURIComponent(cursor ?? '')}`));
    expect(end).toEqual({ ids: [], cursor: undefined });
  });

  it.each(['asc', 'desc'])(
    'are neither skipped nor shown twice when some are deleted between pages, %s',
    async (sort) => {
      const { sandbox, send } = await sandboxWith({ callsPerSecond: 10_000 });
      const { state } = sandbox;
      const order = oldestFirst(state);
      if (sort === 'desc') order.reverse();
      const gone = new Set<string>();
      const read = await walk(send, path, { sort, limit: '6' }, async ({ ids }, pages) => {
        // The last shown, which the cursor stands on, one in the middle of the page, and one that is yet to come.
        const ahead = order[pages * 6 + 2];
        for (const id of [ids.at(-1), ids[1], ahead]) {
          if (id === undefined || !state.threads.has(id)) continue;
          expect((await send('DELETE', `${P}/thread/${id}`)).status).toBe(200);
          if (!ids.includes(id)) gone.add(id);
        }
      });
      expect(read.filter((id) => !gone.has(id))).toEqual(order.filter((id) => !gone.has(id)));
      expect(new Set(read).size).toBe(read.length);
    },
  );

  it('that are new come at the end of asc, and do not disturb desc', async () => {
    for (const sort of ['asc', 'desc']) {
      const { sandbox, send } = await sandboxWith();
      const before = oldestFirst(sandbox.state);
      let made = '';
      const read = await walk(send, path, { sort, limit: '50' }, async (_page, pages) => {
        if (pages > 1) return;
        const body = { group_id: GROUP, msg_id: message.id, name: 'new', owner: 'lin' };
        made = threadIdOf(await send('POST', `${P}/thread`, { body }));
      });
      expect(read).toEqual(sort === 'asc' ? [...before, made] : before.reverse());
    }
  });

  it('refuse a cursor that the server did not make, or made for another list', async () => {
    const { send } = await sandboxWith();
    const { cursor = '' } = readPage(await send('GET', `${path}?limit=2`));
    const { cursor: foreign = '' } = readPage(await send('GET', `${P}/threads/user/wei?limit=2`));
    // Sent unencoded, the plus in a cursor reads as a space.
    expect(cursor).toContain('+');
    const queries = [
      `cursor=${cursor}`,
      `cursor=${encodeURIComponent(foreign)}`,
      `sort=asc&cursor=${encodeURIComponent(cursor)}`,
      `cursor=${encodeURIComponent(`${cursor}==`)}`,
      `cursor=${encodeURIComponent(cursor.slice(0, -4))}`,
      'cursor=2',
      'cursor=nonsense',
      'cursor=undefined',
    ];
    for (const query of queries) {
      const reply = await send('GET', `${path}?${query}`);
      expect(reply, query).toMatchObject({
        status: 400,
        json: { error: 'invalid_parameter', error_description: 'cursor is invalid' },
      });
    }
    expect((await send('GET', `${path}?cursor=${encodeURIComponent(cursor)}`)).status).toBe(200);
  });
});

describe('the members of a thread', () => {
  const crowd = (state: SandboxState): string =>
    [...state.threads.keys()].find((id) => state.members(id).length > 100) ?? '';

  it('come each once, by the time they joined, oldest first, whatever the sort', async () => {
    const { sandbox, send } = await sandboxWith();
    const id = crowd(sandbox.state);
    const expected = sandbox.state.members(id).map(({ user }) => user);
    expect(expected.length).toBeGreaterThan(100);
    for (const extra of [{}, { sort: 'desc' }, { limit: '7' }]) {
      expect(await walk(send, `${P}/thread/${id}/users`, extra)).toEqual(expected);
    }
  });

  it('are not skipped when some are removed between pages', async () => {
    const { sandbox, send } = await sandboxWith();
    const id = crowd(sandbox.state);
    const expected = sandbox.state.members(id).map(({ user }) => user);
    const read = await walk(send, `${P}/thread/${id}/users`, { limit: '10' }, async ({ ids }) => {
      await send('DELETE', `${P}/thread/${id}/users`, { body: { usernames: ids } });
    });
    expect(read).toEqual(expected);
    expect(sandbox.state.members(id)).toEqual([]);
  });

  it('who leave and come back stand last, in the list of members and in their own', async () => {
    const { sandbox, send } = await sandboxWith();
    const { state } = sandbox;
    const [oldest] = idsOf(state.joined('lin', GROUP));
    const users = `${P}/thread/${oldest}/users`;
    await send('POST', users, { body: { usernames: ['lin', 'wei'] } });
    expect(idsOf(state.joined('lin', GROUP))[0]).toBe(oldest);
    await send('DELETE', users, { body: { usernames: ['lin'] } });
    expect(idsOf(state.joined('lin', GROUP))).not.toContain(oldest);
    await send('POST', users, { body: { usernames: ['lin'] } });
    expect(readPage(await send('GET', `${P}/threads/user/lin?limit=1`)).ids).toEqual([oldest]);
    expect(state.members(oldest ?? '').at(-1)?.user).toBe('lin');
    // Creation time stays what it was: the app's list has not moved.
    expect(readPage(await send('GET', `${P}/thread?limit=1`)).ids).not.toEqual([oldest]);
  });
});

describe('a renamed thread', () => {
  it('keeps its place in each list', async () => {
    const { sandbox, send } = await sandboxWith();
    const lists = () => LISTS.map(([, , oldestFirst]) => oldestFirst(sandbox.state));
    const before = lists();
    for (const id of before[2] ?? []) await send('PUT', `${P}/thread/${id}`, { body: { name: 'renamed' } });
    expect(lists()).toEqual(before);
    expect(
      sandbox.state.joined('lin', GROUP).every(({ threadId }) => sandbox.state.thread(threadId).name === 'renamed'),
    ).toBe(true);
    expect(sandbox.state.created(GROUP).filter(({ name }) => name === 'renamed')).toHaveLength(15);
  });
});
