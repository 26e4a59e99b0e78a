import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { runBinary } from '../support/binary.ts';
import { appSettings } from '../support/rehearse.ts';

const GROUP = '210000000000099';
const MESSAGE = '1882277349226629999';
const NAME = 'Refund \u202e⟨x⟩';

it('a new process restores from the audit log what another has deleted, with exact name and members', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'elsewhere-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { state } = sandbox;
  const members = ['lin', ...Array.from({ length: 120 }, (_, n) => `user-${n + 1}`)];
  state.addGroup(GROUP, 'Crowd', members);
  state.addMessage({ id: MESSAGE, kind: 'group', groupId: GROUP });
  const { id } = state.create({ groupId: GROUP, msgId: MESSAGE, name: NAME, owner: 'lin' });
  state.addMembers(id, members);

  const env = { ...appSettings(sandbox), AGORA_THREADS_AUDIT_LOG: join(folder, 'audit.jsonl') };
  const deleted = await runBinary(['call', 'delete_thread', `thread_id=${id}`, '--confirm', id], env);
  expect(deleted.code, deleted.stderr).toBe(0);
  expect(deleted.stdout).toContain('restore_thread can make it again');
  const restored = await runBinary(['call', 'restore_thread', `thread_id=${id}`], env);
  expect(restored.code, restored.stderr).toBe(0);
  const made = state.threads.get(state.threadOfMessage.get(MESSAGE) ?? '');
  expect(made).toMatchObject({ name: NAME, owner: 'lin', groupId: GROUP });
  expect(
    state
      .members(made?.id ?? '')
      .map(({ user }) => user)
      .sort(),
  ).toEqual(members.sort());

  // Another app's process, or one without the log, knows nothing of it.
  const { AGORA_THREADS_AUDIT_LOG: _log, ...without } = env;
  const unknown = await runBinary(['call', 'restore_thread', `thread_id=${id}`], without);
  expect(unknown.code).toBe(1);
  expect(unknown.stdout).toContain('there is no last record of thread');
});

it('a restore that makes nothing is a success only where that very thread is still there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'elsewhere-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // The answer to the deletion is lost before it was done.
  const sandbox = await startSandbox({ faults: [{ on: 'delete', kind: 'reset_before', times: 3 }] });
  onTestFinished(() => sandbox.close());
  const [id = ''] = [...sandbox.state.threads.keys()];
  const env = { ...appSettings(sandbox), AGORA_THREADS_AUDIT_LOG: join(folder, 'audit.jsonl') };
  const deletion = () => runBinary(['call', 'delete_thread', `thread_id=${id}`, '--confirm', id], env);
  const restore = () => runBinary(['call', 'restore_thread', `thread_id=${id}`], env);

  expect((await deletion()).code).toBe(1);
  expect(await restore()).toMatchObject({ code: 0, stdout: expect.stringContaining('is still there') });
  expect((await deletion()).code).toBe(0);
  expect((await restore()).code).toBe(0);
  expect(await restore()).toMatchObject({ code: 1, stdout: expect.stringContaining('already has a thread') });
});
