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
  const withThread = async (form?: () => unknown, env: Record<string, string> = {}) => {
    const clock = manualClock();
    const sandbox = Object.keys(env).length === 0 ? {} : { AGORA_THREADS_SANDBOX: '1' };
    const client = await connectClient({ env: { ...env, ...sandbox }, clock, ...(form && { form }) });
    const { structured } = await client.call('create_thread', create);
    return { ...client, clock, thread_id: structured['thread_id'] };
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

  it.each([
    ['declined', 5_000, { action: 'decline' }],
    ['declined at once', 0, { action: 'decline' }],
    ['dismissed', 5_000, { action: 'cancel' }],
    ['accepted, but not ticked', 5_000, { action: 'accept', content: { confirm: false } }],
    ['answered with something else', 5_000, { action: 'accept' }],
  ])('%s', async (_how, ms, answer) => {
    const { call, thread_id, clock } = await withThread(() => {
      clock.advance(ms);
      return answer;
    });
    expect(shown(await call('delete_thread', { thread_id }))).toMatchSnapshot();
  });

  it('refused for want of a form', async () => {
    const { call, thread_id } = await withThread(undefined, { AGORA_THREADS_CONFIRM: 'person' });
    expect(shown(await call('delete_thread', { thread_id }))).toMatchSnapshot();
  });

  it('refused, since the name has changed', async () => {
    const { call, thread_id } = await withThread(async () => {
      await call('rename_thread', { thread_id, name: 'Keep this' });
      return accept();
    });
    expect(shown(await call('delete_thread', { thread_id }))).toMatchSnapshot();
  });

  it('refused by the cap', async () => {
    const { call, thread_id } = await withThread(accept, { AGORA_THREADS_MAX_DELETES: '1' });
    await call('delete_thread', { thread_id });
    const { structured } = await call('create_thread', create);
    expect((await call('delete_thread', { thread_id: structured['thread_id'] })).text).toMatchSnapshot();
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

describe('delete_threads and remove_thread_members', () => {
  const { id: group } = SANDBOX_HINTS.groups[1];
  const some = async (form?: () => unknown) => {
    const client = await session(form);
    const { structured } = await client.call('list_user_group_threads', { group_id: group, username: 'lin', limit: 2 });
    const thread_ids = (structured['threads'] as { id: string }[]).map(({ id }) => id);
    return { ...client, thread_ids };
  };

  it('done', async () => {
    const { call, thread_ids } = await some(accept);
    const args = { thread_ids, usernames: ['lin', 'no-such-user'] };
    expect(shown(await call('remove_thread_members', args))).toMatchSnapshot();
    expect(shown(await call('delete_threads', { thread_ids }))).toMatchSnapshot();
    expect(shown(await call('delete_threads', { thread_ids }))).toMatchSnapshot();
    expect((await call('remove_thread_members', args)).text).toMatchSnapshot();
  });

  it('confirmation_required', async () => {
    const { call, thread_ids } = await some();
    expect(shown(await call('remove_thread_members', { thread_ids, usernames: ['lin'] }))).toMatchSnapshot();
    expect(shown(await call('delete_threads', { thread_ids }))).toMatchSnapshot();
  });

  it('declined', async () => {
    const { call, thread_ids } = await some(() => ({ action: 'cancel' }));
    expect(shown(await call('remove_thread_members', { thread_ids, usernames: ['lin'] }))).toMatchSnapshot();
    expect(shown(await call('delete_threads', { thread_ids }))).toMatchSnapshot();
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
