import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import type { Endpoint } from '../../src/sandbox/find-call.ts';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { connectClient } from '../support/client.ts';
import { classicSettings, refusal } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';
import { accept, type Rehearsal, rehearse } from '../support/rehearse.ts';
import { threadService, threadsOf } from '../support/thread-service.ts';

// Every kind of fault on every tool: what the caller is told, and what the service has done by then.

const [message, other] = SANDBOX_HINTS.freeMessages;
const { id: MESSAGE, group_id: GROUP, owner: OWNER } = message;
const NAME = 'Rehearsal';

interface Tried {
  readonly endpoint: Endpoint;
  /** Makes what the call needs, and gives its arguments. */
  readonly prepare: (state: Rehearsal['sandbox']['state']) => Record<string, unknown>;
  /** Has the service done what was asked, wholly and no more? */
  readonly done: (state: Rehearsal['sandbox']['state'], args: Record<string, unknown>) => boolean;
}

const newThread = (state: Rehearsal['sandbox']['state']): string =>
  state.create({ groupId: GROUP, msgId: MESSAGE, name: NAME, owner: OWNER }).id;
const idOf = ({ thread_id, thread_ids }: Record<string, unknown>): string => String(thread_id ?? thread_ids);
const members = (state: Rehearsal['sandbox']['state'], id: string) => state.members(id).map(({ user }) => user);
const nothing = () => true;

const WRITES: Readonly<Record<string, Tried>> = {
  create_thread: {
    endpoint: 'create',
    prepare: () => ({ group_id: GROUP, msg_id: MESSAGE, name: NAME, owner: OWNER }),
    done: (state) => [...state.threads.values()].filter(({ msgId }) => msgId === MESSAGE).length === 1,
  },
  rename_thread: {
    endpoint: 'rename',
    prepare: (state) => ({ thread_id: newThread(state), name: 'Renamed' }),
    done: (state, args) => state.thread(idOf(args)).name === 'Renamed',
  },
  delete_thread: {
    endpoint: 'delete',
    prepare: (state) => ({ thread_id: newThread(state) }),
    done: (state, args) => !state.threads.has(idOf(args)),
  },
  add_thread_members: {
    endpoint: 'add_members',
    prepare: (state) => ({ thread_ids: [newThread(state)], usernames: ['mia', 'tom'] }),
    done: (state, args) => ['mia', 'tom'].every((user) => members(state, idOf(args)).includes(user)),
  },
  remove_thread_members: {
    endpoint: 'remove_members',
    prepare: (state) => {
      const thread_id = newThread(state);
      state.addMembers(thread_id, ['mia', 'tom', 'wei']);
      return { thread_ids: [thread_id], usernames: ['mia', 'tom'] };
    },
    done: (state, args) => members(state, idOf(args)).join() === [OWNER, 'wei'].join(),
  },
};

/** A deletion of two: a fault that strikes once strikes one of them. */
const BATCH: Readonly<Record<string, Tried>> = {
  delete_threads: {
    endpoint: 'delete',
    prepare: (state) => ({
      thread_ids: [
        newThread(state),
        state.create({ groupId: other.group_id, msgId: other.id, name: NAME, owner: other.owner }).id,
      ],
    }),
    done: (state, args) => (args['thread_ids'] as string[]).every((id) => !state.threads.has(id)),
  },
};

const READS: Readonly<Record<string, Tried>> = {
  list_threads: { endpoint: 'list', prepare: () => ({}), done: nothing },
  list_user_threads: { endpoint: 'list_user', prepare: () => ({ username: 'lin' }), done: nothing },
  list_user_group_threads: {
    endpoint: 'list_user_group',
    prepare: () => ({ username: 'lin', group_id: GROUP }),
    done: nothing,
  },
  list_thread_members: { endpoint: 'members', prepare: (state) => ({ thread_id: newThread(state) }), done: nothing },
  find_groups: { endpoint: 'list_groups', prepare: () => ({}), done: nothing },
  get_thread: { endpoint: 'get', prepare: (state) => ({ thread_id: newThread(state) }), done: nothing },
  list_group_threads: { endpoint: 'list_group', prepare: () => ({ group_id: GROUP }), done: nothing },
};

type Kind = Omit<Fault, 'on' | 'times'> & { kind: Fault['kind'] };

/** What a cell says: a status, or an error in brackets; then whether the work is done. */
type Cell = `${string} ${'done' | 'not done'}`;
type Row = readonly [create: Cell, rename: Cell, delete_: Cell, add: Cell, remove: Cell, read: string];

const FINE: Row = ['created done', 'renamed done', 'deleted done', 'done done', 'done done', 'listed'];
/** Nothing landed, and nobody could know: what can be repeated is repeated. */
const LOST_BEFORE: Row = [
  'unknown not done',
  'renamed done',
  'deleted done',
  'unknown not done',
  'done done',
  'listed',
];

const refused = (code: string): Row => [
  `[${code}] not done`,
  `[${code}] not done`,
  `[${code}] not done`,
  `[${code}] not done`,
  `[${code}] not done`,
  `[${code}]`,
];

/** The same fault once, and for good. */
const MATRIX: readonly { fault: Kind & Record<string, unknown>; once: Row; always: Row }[] = [
  { fault: { kind: 'latency', ms: 5 }, once: FINE, always: FINE },
  { fault: { kind: 'rate_limit' }, once: FINE, always: refused('rate_limited') },
  { fault: { kind: 'rate_limit', retry_after: 3 }, once: FINE, always: refused('rate_limited') },
  { fault: { kind: 'rate_limit', retry_after: 31 }, once: refused('rate_limited'), always: refused('rate_limited') },
  {
    fault: { kind: 'status', status: 400, description: 'too many queries' },
    once: FINE,
    always: refused('rate_limited'),
  },
  {
    fault: { kind: 'status', status: 500, error: 'internal' },
    once: LOST_BEFORE,
    always: afterLoss('server_error'),
  },
  { fault: { kind: 'html', status: 502 }, once: LOST_BEFORE, always: afterLoss('server_error') },
  { fault: { kind: 'status', status: 503 }, once: LOST_BEFORE, always: afterLoss('server_error') },
  { fault: { kind: 'status', status: 408 }, once: LOST_BEFORE, always: afterLoss('server_timeout') },
  {
    fault: { kind: 'status', status: 403, error: 'group_error', description: 'thread not open.' },
    once: refused('threads_not_enabled'),
    always: refused('threads_not_enabled'),
  },
  { fault: { kind: 'reset_before' }, once: LOST_BEFORE, always: afterLoss('connection_lost') },
  // The second attempt has what the first leaves of the call's 45 s.
  { fault: { kind: 'no_answer_before' }, once: LOST_BEFORE, always: afterLoss('out_of_time') },
  { fault: { kind: 'reset_after' }, once: FINE, always: landedButLost('connection_lost') },
  // No time is left to look for members after the second attempt.
  { fault: { kind: 'no_answer' }, once: FINE, always: landedButLost('out_of_time', 'partly_done done') },
  { fault: { kind: 'cut_body' }, once: FINE, always: landedButLost('unreadable_answer') },
  // An answer that is whole and wrong is not asked for again: it would be the same.
  {
    fault: { kind: 'empty_body' },
    once: landedButLost('unreadable_answer'),
    always: landedButLost('unreadable_answer'),
  },
  { fault: { kind: 'html' }, once: afterLoss('unreadable_answer'), always: afterLoss('unreadable_answer') },
  // A page is read once: a cursor that sticks shows at the next one.
  { fault: { kind: 'stuck_cursor' }, once: FINE, always: FINE },
  { fault: { kind: 'expired_token' }, once: refused('token_expired'), always: refused('token_expired') },
];

/** Nothing ever lands, and no answer says so. */
function afterLoss(code: string): Row {
  return [
    'unknown not done',
    `[${code}] not done`,
    'unknown not done',
    'unknown not done',
    'partly_done not done',
    `[${code}]`,
  ];
}

/** The work is done, and every answer is lost: looking again finds out; a new name is all that cannot be looked at. */
function landedButLost(code: string, removal: Cell = 'done done'): Row {
  return ['created done', `[${code}] done`, 'deleted done', 'done done', removal, `[${code}]`];
}

/** What a row means for a batch: each thread is a result of its own; only where all are refused alike is it an error. */
function inBatch([, , one]: Row, often: 'once' | 'always'): string {
  if (one === 'deleted done') return 'done done';
  return often === 'always' && one.startsWith('[') ? one : 'partly_done not done';
}

const statusOf = (tool: string, structured: Record<string, unknown>): string => {
  const results = structured['results'] as { status: string }[] | undefined;
  if (tool === 'add_thread_members' && results?.every(({ status }) => status === 'unknown')) return 'unknown';
  return String(structured['status'] ?? (tool === 'rename_thread' ? 'renamed' : 'listed'));
};

const cases = MATRIX.flatMap(({ fault, once, always }) =>
  Object.entries({ ...WRITES, ...BATCH, ...READS }).flatMap(([tool, tried]) =>
    (
      [
        ['once', once],
        ['always', always],
      ] as const
    ).map(([often, row]) => {
      const column = Object.keys(WRITES).indexOf(tool);
      const cell = tool in BATCH ? inBatch(row, often) : (row[column === -1 ? 5 : column] ?? '');
      const on = { ...fault, on: tried.endpoint, ...(often === 'once' && { times: 1 }) } as Fault;
      return { name: `${JSON.stringify(fault)} ${often} on ${tool}: ${cell}`, tool, tried, on, cell };
    }),
  ),
);

describe('a fault of the service', () => {
  it.each(cases.map((cell) => [cell.name, cell] as const))('%s', async (_name, { tool, tried, on, cell }) => {
    const { call, drive, sandbox } = await rehearse([on], { form: accept, env: { AGORA_THREADS_UNDOCUMENTED: '1' } });
    const args = tried.prepare(sandbox.state);
    const before = new Set(sandbox.state.threads.keys());
    const { structured, text, isError } = await drive(call(tool, args));
    const told = isError ? /\[\w+\]/.exec(text)?.[0] : statusOf(tool, structured);
    const state = tool in WRITES || tool in BATCH ? ` ${tried.done(sandbox.state, args) ? 'done' : 'not done'}` : '';
    expect(`${told}${state}`, text).toBe(cell);

    // Whatever happened: nothing else was lost or made, and nothing that may have landed was sent twice.
    const after = new Set(sandbox.state.threads.keys());
    const lost = [...before].filter((id) => !after.has(id));
    const asked = tool === 'delete_thread' ? [args['thread_id']] : ((args['thread_ids'] as string[] | undefined) ?? []);
    expect(asked).toEqual(expect.arrayContaining(lost));
    expect([...after].filter((id) => !before.has(id)).length).toBeLessThanOrEqual(tool === 'create_thread' ? 1 : 0);
    const posts = sandbox.state.requests.filter(({ method }) => method === 'POST');
    const mayHaveLanded = posts.filter(
      ({ status }) => status === 0 || status === 200 || status === 408 || status >= 500,
    );
    expect(mayHaveLanded.length).toBeLessThanOrEqual(1);
    // An error after a write says that it may have been made.
    if (isError && cell.endsWith('] done')) expect(text).toContain('may have been made');
    if (isError && cell.endsWith('not done') && tool !== 'rename_thread') expect(text).toContain('Nothing was changed');
  });
});

describe('a rename whose answer was lost', () => {
  it.each([
    ['reset_after', 'After'],
    ['reset_before', 'Before'],
  ] as const)(
    '(%s) leaves no memory of a name: the question names the thread as it is called',
    async (kind, called) => {
      const { call, drive, sandbox } = await rehearse([{ kind, on: 'rename', times: 3 }]);
      const { id } = sandbox.state.create({ groupId: GROUP, msgId: MESSAGE, name: 'Before', owner: OWNER });
      await drive(call('list_user_threads', { username: OWNER }));
      const renamed = await drive(call('rename_thread', { thread_id: id, name: 'After' }));
      expect(renamed.text).toContain('may have been made');
      const { structured, text } = await drive(call('delete_thread', { thread_id: id }));
      expect(structured['thread'], text).toMatchObject({ name: called });
      const again = { thread_id: id, confirmation_code: structured['confirmation_code'] };
      expect((await drive(call('delete_thread', again))).structured['status']).toBe('deleted');
    },
  );

  it('where it was refused, what was known stays known', async () => {
    const { call, drive, sandbox } = await rehearse([{ kind: 'status', status: 403, on: 'rename', times: 1 }]);
    const { id } = sandbox.state.create({ groupId: GROUP, msgId: MESSAGE, name: 'Before', owner: OWNER });
    await drive(call('list_user_threads', { username: OWNER }));
    expect((await drive(call('rename_thread', { thread_id: id, name: 'After' }))).isError).toBe(true);
    const { structured } = await drive(call('rename_thread', { thread_id: id, name: 'After' }));
    expect(structured).toMatchObject({ name: 'After', previous_name: 'Before' });
  });
});

describe('a deletion whose answer was lost', () => {
  it.each([
    ['is refused', refusal(403, 'forbidden_op', 'no')],
    ['finds no such token', refusal(401, 'unauthorized', 'Unable to authenticate (OAuth)')],
  ])('is unknown, and no refusal, where the look after it %s', async (_what, answer) => {
    let sent = 0;
    const service = await threadService(threadsOf('lin', 1), {
      before: ({ endpoint }) => (endpoint === 'delete' ? undefined : sent > 0 ? answer : undefined),
      after: ({ endpoint }) => {
        if (endpoint !== 'delete') return undefined;
        sent += 1;
        return { status: 503, raw: '' };
      },
    });
    const [thread_id] = service.threads.keys();
    const { call } = await connectClient({ env: classicSettings(service.url), clock: skippingClock(), form: accept });
    const { structured, text } = await call('delete_thread', { thread_id });
    expect(structured['status'], text).toBe('unknown');
    expect(sent).toBe(1);
  });
});
