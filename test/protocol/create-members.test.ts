import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Fault } from '../../src/sandbox/faults.ts';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import type { SandboxState } from '../../src/sandbox/state.ts';
import type { Outcome } from '../support/client.ts';
import { rehearse } from '../support/rehearse.ts';

const [{ id: msg_id, group_id, owner }] = SANDBOX_HINTS.freeMessages;
const ARGS = { group_id, msg_id, name: 'With people', owner };

const threadOf = (state: SandboxState) => state.threadOfMessage.get(msg_id) ?? '';
const membersIn = (state: SandboxState) => state.members(threadOf(state)).map(({ user }) => user);

const rows = z.array(z.object({ username: z.string(), status: z.string(), error: z.string().optional() }));
const outcomes = ({ structured }: Outcome): Record<string, string> =>
  Object.fromEntries(rows.parse(structured['members']).map(({ username, status }) => [username, status]));

describe('create_thread with members', () => {
  it('creates the thread and adds each of them once; the owner is a member already', async () => {
    const { call, sandbox } = await rehearse([]);
    const outcome = await call('create_thread', { ...ARGS, members: ['wei', owner, 'mia', 'wei'] });
    expect(outcome.structured).toMatchObject({ status: 'created', thread_id: threadOf(sandbox.state) });
    expect(outcomes(outcome)).toEqual({ wei: 'added', mia: 'added' });
    expect(membersIn(sandbox.state)).toEqual([owner, 'wei', 'mia']);
    expect(outcome.text).toMatch(/Adding 2 users: 2 added\.\nadded: wei mia$/);
  });

  it('adds the others where one is not in the group', async () => {
    const { call, sandbox } = await rehearse([]);
    const outcome = await call('create_thread', { ...ARGS, members: ['wei', 'nobody', 'mia'] });
    expect(outcomes(outcome)).toEqual({ wei: 'added', nobody: 'failed', mia: 'added' });
    expect(membersIn(sandbox.state)).toEqual([owner, 'wei', 'mia']);
  });

  it('adds nobody where the message has a thread already', async () => {
    const { call, sandbox } = await rehearse([]);
    sandbox.state.create({ groupId: group_id, msgId: msg_id, name: ARGS.name, owner });
    const outcome = await call('create_thread', { ...ARGS, members: ['wei'] });
    expect(outcome.structured['status']).toBe('already_exists');
    expect(outcomes(outcome)).toEqual({ wei: 'not_tried' });
    expect(membersIn(sandbox.state)).toEqual([owner]);
  });

  const LOST: readonly { fault: Fault; status: string; member: string }[] = [
    { fault: { kind: 'reset_after', on: 'create', times: 1 }, status: 'created', member: 'added' },
    { fault: { kind: 'no_answer', on: 'create', times: 1 }, status: 'created', member: 'added' },
    { fault: { kind: 'cut_body', on: 'create', times: 1 }, status: 'created', member: 'added' },
    { fault: { kind: 'reset_before', on: 'create', times: 1 }, status: 'unknown', member: 'not_tried' },
    { fault: { kind: 'reset_after', on: 'add_members', times: 1 }, status: 'created', member: 'added' },
    { fault: { kind: 'reset_before', on: 'add_members', times: 1 }, status: 'created', member: 'unknown' },
    { fault: { kind: 'rate_limit', on: 'add_members', times: 1 }, status: 'created', member: 'added' },
    { fault: { kind: 'rate_limit', on: 'add_members' }, status: 'created', member: 'failed' },
  ];

  it.each(LOST)('with $fault.kind on $fault.on: $status, member $member', async ({ fault, status, member }) => {
    const { call, drive, sandbox } = await rehearse([fault]);
    const outcome = await drive(call('create_thread', { ...ARGS, members: ['wei'] }));
    expect(outcome.structured['status'], outcome.text).toBe(status);
    expect(outcomes(outcome)).toEqual({ wei: member });
    if (member === 'added') expect(membersIn(sandbox.state)).toEqual([owner, 'wei']);
    else if (status === 'created') expect(membersIn(sandbox.state)).toEqual([owner]);
  });

  it.each([
    // Within two minutes it may be of this call, since the service's clocks may differ.
    { ago: 30_000, status: 'created' },
    { ago: 600_000, status: 'already_exists' },
  ])('adds nobody to an equal thread of $ago ms before the call, after a lost answer', async ({ ago, status }) => {
    const { call, drive, sandbox, clock } = await rehearse([{ kind: 'reset_before', on: 'create', times: 1 }]);
    sandbox.state.create({ groupId: group_id, msgId: msg_id, name: ARGS.name, owner });
    clock.advance(ago);
    const outcome = await drive(call('create_thread', { ...ARGS, members: ['wei'] }));
    expect(outcome.structured['status'], outcome.text).toBe(status);
    expect(outcomes(outcome)).toEqual({ wei: 'not_tried' });
    expect(membersIn(sandbox.state)).toEqual([owner]);
  });

  it('refuses more than 100, and none, before anything is sent', async () => {
    const { call, sandbox } = await rehearse([]);
    for (const members of [[], Array.from({ length: 101 }, (_, n) => `user-${n}`)]) {
      expect((await call('create_thread', { ...ARGS, members })).text).toContain('members must be a list of 1 to 100');
    }
    expect(sandbox.state.requests).toEqual([]);
  });
});
