import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import type { Fault } from '../../src/sandbox/faults.ts';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import type { SandboxState } from '../../src/sandbox/state.ts';
import { connectClient, type Outcome } from '../support/client.ts';
import { classicSettings, refusal } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';
import { accept, appSettings } from '../support/rehearse.ts';
import { type ServiceRequest, threadService, threadsOf } from '../support/thread-service.ts';
import { quietness } from '../support/turns.ts';

const GROUP = '210000000000099';
const MESSAGE = '1882277349226629999';
const OWNER = 'lin';
/** New names may not hold most of this; the old thread had it all the same. */
const NAME = 'Refund \u202e⟨U+202E⟩ "x"\n\u200b é';

const auditLine = z.looseObject({ phase: z.string(), outcome: z.string().optional() });

const crowd = (count: number): string[] => Array.from({ length: count }, (_, n) => `user-${n + 1}`);

async function logFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'restore-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'audit.jsonl');
}

/** A sandbox with a thread of a group of 501, and clients of it: each is like a new process. */
async function scene(members: number, faults: readonly Fault[] = []) {
  const clock = skippingClock();
  const sandbox = await startSandbox({ now: () => clock.now(), faults });
  onTestFinished(() => sandbox.close());
  const { state } = sandbox;
  state.addGroup(GROUP, 'Crowd', [OWNER, ...crowd(500)]);
  state.addMessage({ id: MESSAGE, kind: 'group', groupId: GROUP });
  const { id } = state.create({ groupId: GROUP, msgId: MESSAGE, name: NAME, owner: OWNER });
  if (members > 0) state.addMembers(id, crowd(members));
  const connect = (env: Record<string, string> = {}) =>
    connectClient({ env: { ...appSettings(sandbox), ...env }, clock, form: accept });
  return { state, id, connect, clock };
}

const leaveGroup = (state: SandboxState, user: string): void =>
  state.addGroup(
    GROUP,
    'Crowd',
    [OWNER, ...crowd(500)].filter((one) => one !== user),
  );
const memberIds = (state: SandboxState, id: string): string[] =>
  state
    .members(id)
    .map(({ user }) => user)
    .sort();
const threadOf = (state: SandboxState) => state.threads.get(state.threadOfMessage.get(MESSAGE) ?? '');
const statusesOf = ({ structured }: Outcome): string[] =>
  z
    .array(z.object({ status: z.string() }))
    .parse(structured['members'])
    .map(({ status }) => status);

/** Where the record is when the thread is restored. */
const SOURCES = ['memory', 'audit', 'rotated', 'rotated by day', 'none'] as const;

/** What has happened meanwhile, or happens to the answers. */
interface Case {
  readonly faults?: readonly Fault[];
  readonly meanwhile?: (state: SandboxState) => void;
  readonly args?: Record<string, unknown>;
  /** The status with this many members besides the owner. */
  readonly status: (members: number) => string;
  /** The status of a second, equal call. */
  readonly again?: string;
}

const CASES: Readonly<Record<string, Case>> = {
  'all is there': {
    // A record holds 500 members, and the owner is one of them.
    status: (members) => (members < 500 ? 'restored' : 'partly_restored'),
    again: 'already_exists',
  },
  'the owner has left the group': {
    meanwhile: (state) => leaveGroup(state, OWNER),
    status: () => 'refused',
    again: 'refused',
  },
  'the owner has left the group, and another is named': {
    meanwhile: (state) => leaveGroup(state, OWNER),
    args: { owner: 'user-7' },
    // The old owner was a member and cannot be one again.
    status: () => 'partly_restored',
    again: 'already_exists',
  },
  'a member has left the group': {
    meanwhile: (state) => leaveGroup(state, 'user-3'),
    status: (members) => (members < 3 ? 'restored' : 'partly_restored'),
    again: 'already_exists',
  },
  'the message is no longer kept': {
    meanwhile: (state) => void state.messages.delete(MESSAGE),
    status: () => 'refused',
    again: 'refused',
  },
  'the deletion was lost, and the thread is still there': {
    faults: [{ kind: 'reset_before', on: 'delete', times: 3 }],
    status: () => 'already_exists',
    again: 'already_exists',
  },
  'the answer to the create is lost after it was done': {
    faults: [{ kind: 'reset_after', on: 'create', times: 1 }],
    status: () => 'restored',
    again: 'already_exists',
  },
  'the create is lost before it was done': {
    faults: [{ kind: 'reset_before', on: 'create', times: 1 }],
    status: () => 'unknown',
    again: 'restored',
  },
  'the answer to adding members is lost after they were added': {
    faults: [{ kind: 'reset_after', on: 'add_members', times: 1 }],
    status: () => 'restored',
  },
  'adding members is lost before they were added': {
    faults: [{ kind: 'reset_before', on: 'add_members', times: 1 }],
    status: (members) => (members === 0 ? 'restored' : 'partly_restored'),
  },
};

const table = Object.keys(CASES).flatMap((what) =>
  SOURCES.flatMap((source) => [0, 12, 120, 498, 499, 500].map((members) => ({ what, source, members }))),
);
/** Where the record comes from matters to finding it, not to what comes of it. */
const needed = table.filter(
  ({ what, source, members }) =>
    what === 'all is there' || (members < 120 && (source === 'memory' || source === 'audit')),
);

describe('restore_thread', () => {
  it.each(needed)('from $source, $members members: $what', async ({ what, source, members }) => {
    const { faults, meanwhile, args, status, again }: Case = CASES[what] ?? { status: () => '' };
    const { state, id, connect } = await scene(members, faults);
    const before = memberIds(state, id);
    const file = await logFile();
    const env: Record<string, string> = source === 'none' ? {} : { AGORA_THREADS_AUDIT_LOG: file };
    const first = await connect(source === 'memory' ? {} : env);
    await first.call('delete_thread', { thread_id: id });
    const wasDeleted = !state.threads.has(id);
    meanwhile?.(state);
    if (source === 'rotated') await rename(file, `${file}.1`);
    if (source === 'rotated by day') await rename(file, `${file}-20261126`);
    const { call } = source === 'memory' ? first : await connect(env);

    const outcome = await call('restore_thread', { thread_id: id, ...args });
    const expected = source === 'none' ? 'no_record' : status(members);
    expect(outcome.structured['status'], outcome.text).toBe(expected);
    const made = threadOf(state);
    if (expected === 'restored' || expected === 'partly_restored') {
      expect(made).toMatchObject({ groupId: GROUP, name: NAME, owner: args?.['owner'] ?? OWNER });
      expect(outcome.structured['thread_id']).toBe(made?.id);
      expect(made?.id).not.toBe(id);
      const now = memberIds(state, made?.id ?? '');
      if (expected === 'restored') expect(now).toEqual(before);
      // Nobody is added who was not in it, and of everybody it is said what became of them.
      expect(now.filter((user) => !before.includes(user) && user !== args?.['owner'])).toEqual([]);
      const added = statusesOf(outcome).filter((one) => one === 'added').length;
      if (outcome.structured['left_out'] === undefined) expect(added).toBe(now.length - 1);
    } else expect(made?.id).toBe(wasDeleted ? undefined : id);
    expect(outcome.text).not.toMatch(/[\u202e\u200b]/);

    if (again === undefined || source === 'none') return;
    const second = await call('restore_thread', { thread_id: id, ...args });
    expect(second.structured['status'], second.text).toBe(again);
    if (again === 'already_exists') expect(second.structured['thread_id']).toBe(threadOf(state)?.id);
  });

  it('says what is known and what is missing where no name could be read', async () => {
    const { id, connect } = await scene(3, [
      { kind: 'status', status: 403, on: 'list_user' },
      { kind: 'status', status: 403, on: 'list_user_group' },
    ]);
    const { call } = await connect();
    expect((await call('delete_thread', { thread_id: id })).text).toContain('Not enough was known of it');
    const { structured } = await call('restore_thread', { thread_id: id });
    expect(structured['status']).toBe('no_record');
    expect(structured['summary']).toContain('holds no group, no message, no name, no owner');
  });

  it('is refused, and not taken for already there, where the thread of the message is in no list', async () => {
    const { state, id, connect } = await scene(2);
    const { call } = await connect();
    await call('delete_thread', { thread_id: id });
    state.create({ groupId: GROUP, msgId: MESSAGE, name: 'Of others', owner: 'user-400' });
    const { structured } = await call('restore_thread', { thread_id: id });
    expect(structured['status']).toBe('refused');
    expect(structured['thread_id']).toBeUndefined();
  });

  it('finds that the thread was never deleted where only its message can say so', async () => {
    let restoring = false;
    const service = await threadService(threadsOf(OWNER, 1), {
      before({ endpoint }) {
        if (endpoint === 'delete') return 'reset';
        return restoring && endpoint === 'members' ? refusal(403, 'forbidden_op', 'no') : undefined;
      },
    });
    const { call } = await connectClient({ env: classicSettings(service.url), clock: skippingClock(), form: accept });
    const [thread_id] = service.threads.keys();
    expect((await call('delete_thread', { thread_id })).structured['status']).toBe('unknown');
    restoring = true;
    const { structured } = await call('restore_thread', { thread_id });
    expect(structured).toMatchObject({ status: 'already_exists', thread_id });
    expect(structured['summary']).toContain('is still there');
  });

  it.each([
    // The service's clocks may be two minutes apart: within them, it may be that of this call.
    { ago: 60_000, status: 'unknown' },
    { ago: 600_000, status: 'already_exists' },
  ])('adds nobody to an equal thread that somebody made $ago ms ago: $status', async ({ ago, status }) => {
    const { state, id, connect, clock } = await scene(2, [{ kind: 'reset_before', on: 'create', times: 1 }]);
    const { call } = await connect();
    await call('delete_thread', { thread_id: id });
    const { id: theirs } = state.create({ groupId: GROUP, msgId: MESSAGE, name: NAME, owner: OWNER });
    clock.advance(ago);
    const { structured } = await call('restore_thread', { thread_id: id });
    expect(structured).toMatchObject({ status, existing: { id: theirs } });
    expect(memberIds(state, theirs)).toEqual([OWNER]);
  });

  it('is an error where the service refuses all that is asked of it', async () => {
    const { id, connect } = await scene(2, [
      { kind: 'status', status: 403, description: 'thread not open.', on: 'create' },
    ]);
    const { call } = await connect();
    await call('delete_thread', { thread_id: id });
    const { text } = await call('restore_thread', { thread_id: id });
    expect(text).toContain('Error [threads_not_enabled]');
    expect(text).toContain('Nothing was changed');
  });
});

describe('500 members on a slow service', () => {
  it('are 50 requests, four at once; the calls for the rest are given whole', async () => {
    const clock = skippingClock();
    const quiet = await quietness();
    let [open, most] = [0, 0];
    const during = async ({ endpoint }: ServiceRequest): Promise<undefined> => {
      if (endpoint !== 'add_members') return;
      open += 1;
      most = Math.max(most, open);
      // All that are sent at the same time are here.
      await quiet();
      open -= 1;
      clock.advance(2_000);
    };
    const list = threadsOf(OWNER, 1, crowd(499));
    const [{ id, msgId }] = list as [(typeof list)[0]];
    const service = await threadService(list, { now: () => clock.now(), before: during });
    const { call } = await connectClient({ env: classicSettings(service.url), clock, form: accept });
    await call('delete_thread', { thread_id: id });
    const { structured, text } = await call('restore_thread', { thread_id: id });
    expect(structured['status'], text).toBe('partly_restored');
    expect(most).toBe(4);

    const made = [...service.threads.values()].find((thread) => thread.msgId === msgId);
    expect(made?.members.length).toBeLessThan(400);
    const [, thread_ids = ''] = /thread_ids (\[.*?\])/.exec(text) ?? [];
    for (const [, usernames = ''] of text.matchAll(/usernames (\[.*?\])/g)) {
      await call('add_thread_members', { thread_ids: JSON.parse(thread_ids), usernames: JSON.parse(usernames) });
    }
    expect(made?.members.toSorted()).toEqual([OWNER, ...crowd(499)].toSorted());
  });
});

describe('a restore that is given up', () => {
  it('sends nothing more, and each write of it has its last line in the audit log', async () => {
    const clock = skippingClock();
    const cancel = new AbortController();
    const list = threadsOf(OWNER, 1, crowd(99));
    const [{ id }] = list as [(typeof list)[0]];
    let adding = 0;
    const service = await threadService(list, {
      now: () => clock.now(),
      before({ endpoint }) {
        if (endpoint !== 'add_members') return undefined;
        adding += 1;
        if (adding === 6) cancel.abort();
        return adding > 4 ? 'hang' : undefined;
      },
    });
    const file = await logFile();
    const env = { ...classicSettings(service.url), AGORA_THREADS_AUDIT_LOG: file };
    const { call } = await connectClient({ env, clock, form: accept });
    await call('delete_thread', { thread_id: id });
    await expect(call('restore_thread', { thread_id: id }, { signal: cancel.signal })).rejects.toThrow();

    const phases = () =>
      readFile(file, 'utf8').then((text) =>
        text
          .trimEnd()
          .split('\n')
          .map((json) => auditLine.parse(JSON.parse(json))),
      );
    const open = async () => {
      const lines = await phases();
      return (
        lines.filter(({ phase }) => phase === 'before').length - lines.filter(({ phase }) => phase === 'after').length
      );
    };
    await expect.poll(open).toBe(0);
    const ends = (await phases()).flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]));
    // The deletion, the create and four additions; then those that were on their way.
    expect(ends.slice(0, 6)).toEqual(new Array(6).fill('ok'));
    expect(new Set(ends.slice(6))).toEqual(new Set(['cancelled']));
    expect(adding).toBeLessThanOrEqual(8);
    const before = adding;
    clock.advance(60_000);
    expect(adding).toBe(before);
  });
});
