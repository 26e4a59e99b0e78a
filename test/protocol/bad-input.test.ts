import { describe, expect, it } from 'vitest';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, recordingServer } from '../support/http.ts';

const GROUP = '210000000000001';
const MESSAGE = '1180000000000000123';
const create = { group_id: GROUP, msg_id: MESSAGE, name: 'x', owner: 'lin' };

const ids = (count: number) => Array.from({ length: count }, (_, n) => String(n + 1));
const users = (count: number) => Array.from({ length: count }, (_, n) => `user-${n}`);

const CASES: readonly [string, string, Record<string, unknown>][] = [
  ['limit 0', 'list_threads', { limit: 0 }],
  ['limit 51', 'list_threads', { limit: 51 }],
  ['limit 1.5', 'list_threads', { limit: 1.5 }],
  ['limit as words', 'list_threads', { limit: 'twenty' }],
  ['a sort that does not exist', 'list_threads', { sort: 'newest' }],
  ['an unknown argument', 'list_threads', { page: 2 }],
  ['unknown arguments without end', 'list_threads', { ...Object.fromEntries(ids(100_000).entries()), sorts: 'asc' }],
  ['an argument of a prototype', 'list_threads', { constructor: 1 }],
  ['an empty name', 'create_thread', { ...create, name: '' }],
  ['a blank name', 'create_thread', { ...create, name: ' \t ' }],
  ['65 characters', 'create_thread', { ...create, name: 'x'.repeat(65) }],
  ['65 emoji', 'rename_thread', { thread_id: '1', name: '😀'.repeat(65) }],
  ['half a surrogate pair', 'rename_thread', { thread_id: '1', name: 'a\ud83d' }],
  ['a message id as a number', 'create_thread', { ...create, msg_id: Number(MESSAGE) }],
  ['a thread id as a number', 'delete_thread', { thread_id: 240000000000009 }],
  ['an id that is not digits', 'rename_thread', { thread_id: '24x', name: 'x' }],
  ['an id with a step up', 'delete_thread', { thread_id: '../1' }],
  ['full-width digits', 'delete_thread', { thread_id: '２４' }],
  ['an empty id', 'delete_thread', { thread_id: '' }],
  ['an id with a leading zero', 'delete_thread', { thread_id: '0240000000000009' }],
  ['a code that is none', 'delete_thread', { thread_id: '1', confirmation_code: 'x'.repeat(65) }],
  ['no threads', 'delete_threads', { thread_ids: [] }],
  ['51 threads', 'remove_thread_members', { thread_ids: ids(51), usernames: ['lin'] }],
  ['201 pairs of threads and users', 'remove_thread_members', { thread_ids: ids(3), usernames: users(67) }],
  ['the same for adding', 'add_thread_members', { thread_ids: ids(3), usernames: users(67) }],
  ['one thread and several', 'add_thread_members', { thread_id: '1', thread_ids: ['2'], usernames: ['lin'] }],
  ['a missing argument', 'create_thread', { group_id: GROUP, name: 'x', owner: 'lin' }],
  ['several faults', 'create_thread', { group_id: 1, msg_id: null, name: 5, owner: {} }],
  ['an empty user', 'list_user_threads', { username: '' }],
  ['a user of 65 bytes', 'list_user_threads', { username: 'x'.repeat(65) }],
  ['a user that is a path step', 'list_user_threads', { username: '..' }],
  ['a cursor from nowhere', 'list_threads', { cursor: 'b3BhcXVl' }],
  ['a hostile value', 'list_threads', { sort: 'x\u001b[2J\u202e\nError [fake]: y' }],
];

describe('bad input is refused before any request', () => {
  it.each(CASES)('%s', async (_what, tool, args) => {
    const server = await recordingServer(() => envelope({ entities: [] }));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { isError, text } = await call(tool, args);
    expect(isError).toBe(true);
    expect(server.requests).toEqual([]);
    expect(text).toMatchSnapshot();
  });

  it('64 code points are not too many, however many UTF-16 units they take', async () => {
    const server = await recordingServer(() => envelope({ data: { name: '😀'.repeat(64) } }));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    expect((await call('rename_thread', { thread_id: '1', name: '😀'.repeat(64) })).isError).toBe(false);
  });
});

describe('a cursor fits one list only', () => {
  const entities = [{ id: '1', name: 'a', owner: 'lin', groupId: GROUP, msgId: MESSAGE, created: 1 }];
  const MOVES: readonly [string, string, Record<string, unknown>][] = [
    ['another tool', 'list_threads', {}],
    ['another user', 'list_user_threads', { username: 'mia' }],
    ['another sort', 'list_user_threads', { username: 'lin', sort: 'asc' }],
  ];
  it.each(MOVES)('used with %s it is refused with the reason', async (_what, tool, args) => {
    const server = await recordingServer(() => envelope({ entities, properties: { cursor: 'abc' } }));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured } = await call('list_user_threads', { username: 'lin', limit: 1 });
    const sent = server.requests.length;
    const { isError, text } = await call(tool, { ...args, limit: 1, cursor: structured['next_cursor'] });
    expect(isError).toBe(true);
    expect(text).toMatchSnapshot();
    expect(server.requests).toHaveLength(sent);
  });

  it('a change of limit is fine', async () => {
    const server = await recordingServer(() => envelope({ entities, properties: { cursor: 'abc' } }));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured } = await call('list_user_threads', { username: 'lin', limit: 1 });
    const next = await call('list_user_threads', { username: 'lin', limit: 2, cursor: structured['next_cursor'] });
    expect(next.isError).toBe(false);
  });

  it('each damaged character is noticed', async () => {
    const server = await recordingServer(() => envelope({ entities, properties: { cursor: 'abc' } }));
    const { call } = await connectClient({ env: classicSettings(server.url) });
    const { structured } = await call('list_user_threads', { username: 'lin', limit: 1 });
    const cursor = String(structured['next_cursor']);
    const sent = server.requests.length;
    for (const [i, letter] of [...cursor].entries()) {
      const damaged = cursor.slice(0, i) + (letter === 'A' ? 'B' : 'A') + cursor.slice(i + 1);
      const { text } = await call('list_user_threads', { username: 'lin', limit: 1, cursor: damaged });
      expect(text).toContain('Error [bad_cursor]');
    }
    expect(server.requests).toHaveLength(sent);
  });
});
