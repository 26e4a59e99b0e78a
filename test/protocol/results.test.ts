import { describe, expect, it } from 'vitest';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { connectClient, type Outcome } from '../support/client.ts';
import { manualClock } from '../support/manual-clock.ts';

// What a model reads, in full, on the sandbox. Each change of a word shows here, to be read by eye.

const [message] = SANDBOX_HINTS.freeMessages;
const { id: msg_id, group_id, owner } = message;
const create = { msg_id, group_id, owner, name: 'Refund for order 1207' };

const session = (form?: () => unknown) => connectClient({ clock: manualClock(), ...(form && { form }) });
const accept = () => ({ action: 'accept', content: { confirm: true } });

/** Both forms of a result, with the one part that is random made steady. */
const shown = ({ text, structured }: Outcome) => {
  const code = structured['confirmation_code'];
  const steady = (value: string) => (typeof code === 'string' ? value.replaceAll(code, 'CODE2345') : value);
  return `${steady(text)}\n\n${steady(JSON.stringify(structured, null, 1))}`;
};

describe('create_thread', () => {
  it('created', async () => {
    const { call } = await session();
    expect(shown(await call('create_thread', create))).toMatchSnapshot();
  });

  it('already_exists', async () => {
    const { call } = await session();
    await call('create_thread', create);
    expect(shown(await call('create_thread', { ...create, name: 'Once more' }))).toMatchSnapshot();
  });

  it('refused by a rule of the service', async () => {
    const { call } = await session();
    expect((await call('create_thread', { ...create, owner: 'nobody' })).text).toMatchSnapshot();
  });
});

describe('rename_thread', () => {
  it('with and without the name before', async () => {
    const { call } = await session();
    const { structured } = await call('create_thread', create);
    const thread_id = structured['thread_id'];
    expect(shown(await call('rename_thread', { thread_id, name: 'Paid "today"' }))).toMatchSnapshot();
    await call('list_user_group_threads', { group_id, username: owner });
    expect(shown(await call('rename_thread', { thread_id, name: 'Paid' }))).toMatchSnapshot();
  });

  it('of a thread that does not exist', async () => {
    const { call } = await session();
    expect((await call('rename_thread', { thread_id: '1', name: 'x' })).text).toMatchSnapshot();
  });
});

describe('delete_thread', () => {
  const withThread = async (form?: () => unknown) => {
    const client = await session(form);
    const { structured } = await client.call('create_thread', create);
    return { ...client, thread_id: structured['thread_id'] };
  };

  it('deleted, then already_gone', async () => {
    const { call, thread_id } = await withThread(accept);
    expect(shown(await call('delete_thread', { thread_id }))).toMatchSnapshot();
    expect(shown(await call('delete_thread', { thread_id }))).toMatchSnapshot();
  });

  it('confirmation_required, then with a wrong code', async () => {
    const { call, thread_id } = await withThread();
    expect(shown(await call('delete_thread', { thread_id }))).toMatchSnapshot();
    expect(shown(await call('delete_thread', { thread_id, confirmation_code: 'ABCDEFGH' }))).toMatchSnapshot();
  });

  it('declined', async () => {
    const { call, thread_id } = await withThread(() => ({ action: 'decline' }));
    expect(shown(await call('delete_thread', { thread_id }))).toMatchSnapshot();
  });

  it('knows a thread of old from the lists of its members, in a fresh process too', async () => {
    const first = await session();
    const { structured } = await first.call('list_user_threads', { username: 'lin', sort: 'asc', limit: 3 });
    const [thread] = structured['threads'] as { id: string }[];
    let asked = '';
    const fresh = await connectClient({
      clock: manualClock(),
      form: (question) => {
        asked = question;
        return { action: 'decline' };
      },
    });
    await fresh.call('delete_thread', { thread_id: thread?.id });
    expect(asked).toMatchSnapshot();
  });
});

describe('lists', () => {
  it.each([
    ['list_threads', { limit: 3 }],
    ['list_user_threads', { username: 'lin', limit: 5 }],
    ['list_user_threads', { username: 'lin', limit: 3, sort: 'asc', detail: 'full' }],
    ['list_user_group_threads', { username: 'lin', group_id, limit: 50 }],
    ['list_user_group_threads', { username: 'lin', group_id: SANDBOX_HINTS.groups[1].id, limit: 2 }],
    ['list_user_threads', { username: 'no-such-user' }],
  ] as const)('%s %j', async (tool, args) => {
    const { call } = await session();
    expect(shown(await call(tool, args))).toMatchSnapshot();
  });

  it('the second page', async () => {
    const { call } = await session();
    const { structured } = await call('list_user_threads', { username: 'lin', limit: 3 });
    const cursor = structured['next_cursor'];
    expect(shown(await call('list_user_threads', { username: 'lin', limit: 3, cursor }))).toMatchSnapshot();
  });
});
