import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX, SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { catalogue } from '../../tools/index.ts';
import { BINARY } from '../support/binary.ts';
import { connectClient } from '../support/client.ts';
import { skippingClock } from '../support/manual-clock.ts';
import { refereed } from '../support/mcp.ts';
import { startRaw } from '../support/raw.ts';
import { accept, appSettings } from '../support/rehearse.ts';

const line = z.looseObject({ id: z.string(), phase: z.enum(['before', 'after']), time: z.string() });

async function logFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'audit.jsonl');
}

const read = async (file: string) => {
  const text = await readFile(file, 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((json) => line.parse(JSON.parse(json)));
};

async function start(file: string, form = accept) {
  const clock = skippingClock();
  const sandbox = await startSandbox({ now: () => clock.now() });
  onTestFinished(() => sandbox.close());
  const client = await connectClient({ env: { ...appSettings(sandbox), AGORA_THREADS_AUDIT_LOG: file }, clock, form });
  return { sandbox, ...client };
}

const [message] = SANDBOX_HINTS.freeMessages;
const { id: msg_id, group_id, owner } = message;

describe('the audit log', () => {
  it('has two lines for each write, with one id, and none for what only reads', async () => {
    const file = await logFile();
    const { call } = await start(file);
    await call('list_threads');
    await expect(stat(file)).rejects.toThrow();
    const { structured } = await call('create_thread', { msg_id, group_id, owner, name: 'For the log' });
    const thread_id = String(structured['thread_id']);
    await call('rename_thread', { thread_id, name: 'For the log \u202e' });
    await call('add_thread_members', { thread_ids: [thread_id], usernames: ['mia', 'tom'] });
    await call('remove_thread_members', { thread_ids: [thread_id], usernames: ['tom', 'nobody'] });
    await call('delete_thread', { thread_id });
    await call('delete_thread', { thread_id });
    await call('restore_thread', { thread_id });

    const lines = await read(file);
    const writers = ['create_thread', 'rename_thread', 'add_thread_members', 'remove_thread_members', 'delete_thread'];
    // Restoring creates, and then adds the member besides the owner.
    const written = [...writers, 'restore_thread', 'restore_thread'];
    expect(lines.map(({ tool, phase }) => `${tool ?? ''} ${phase}`)).toEqual(
      written.flatMap((tool) => [`${tool} before`, ' after']),
    );
    // A new tool that writes is to be called here, too; what delete_threads leaves is read below.
    const all = catalogue.filter(({ kind }) => kind !== 'read').map(({ name }) => name);
    expect([...writers, 'delete_threads', 'restore_thread'].sort()).toEqual(all.sort());
    for (const [i, { id }] of lines.entries()) expect(id).toBe(lines[i - (i % 2)]?.id);
    const steady = lines.map(({ id: _id, request_id: _request, host: _host, ...rest }) => rest);
    expect(
      steady.map((entry) =>
        JSON.stringify(entry)
          .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
          .replace(/"duration_ms":\d+/, '"duration_ms":0')
          .replace(/(?<=127\.0\.0\.1:)\d+/, 'PORT')
          .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`),
      ),
    ).toMatchSnapshot();
    // The record of a deletion is exact, so only ASCII keeps what hides or moves text from a terminal.
    expect(await readFile(file, 'utf8')).toMatch(/^[ -~\n]*$/);
  });

  it('says how a person agreed, and keeps a record exact enough to make the thread again', async () => {
    const file = await logFile();
    const { call, sandbox } = await start(file);
    const { structured } = await call('list_user_group_threads', { group_id, username: owner, limit: 2 });
    const thread_ids = (structured['threads'] as { id: string }[]).map(({ id }) => id);
    const existing = thread_ids.map((id) => {
      const { groupId, msgId, name, owner, created } = sandbox.state.thread(id);
      const members = sandbox.state.members(id).map(({ user }) => user);
      return { id, group_id: groupId, msg_id: msgId, name, owner, created, members };
    });
    await call('delete_threads', { thread_ids });
    const before = (await read(file)).filter(({ phase }) => phase === 'before');
    const known = { members_state: 'complete', name_state: 'verified', app: 'acme#helpdesk' };
    expect(before).toMatchObject(existing.map((thread) => ({ confirmed_by: 'form', record: { ...thread, ...known } })));
  });

  it.skipIf(process.platform === 'win32')('is for its owner alone where it is new', async () => {
    const file = await logFile();
    const { call, log } = await start(file);
    await call('create_thread', { msg_id, group_id, owner, name: 'x' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(log.join('')).not.toContain('audit log');
  });

  it.skipIf(process.platform === 'win32').each([
    [0o640, true],
    [0o644, true],
    [0o620, false],
    [0o600, false],
  ])('keeps the mode %o of a file that was there, and says once whether others can read it', async (mode, readable) => {
    const file = await logFile();
    await writeFile(file, '');
    await chmod(file, mode);
    const { call, log } = await start(file);
    await call('create_thread', { msg_id, group_id, owner, name: 'x' });
    await call('create_thread', { msg_id, group_id, owner, name: 'x' });
    expect((await stat(file)).mode & 0o777).toBe(mode);
    expect(log.filter((line) => line.includes('can read the audit log'))).toHaveLength(readable ? 1 : 0);
  });

  it('begins a line of its own behind half a line that a crash has left', async () => {
    const file = await logFile();
    await writeFile(file, '{"half a');
    const { call } = await start(file);
    await call('create_thread', { msg_id, group_id, owner, name: 'x' });
    const [half, ...rest] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(half).toBe('{"half a');
    expect(rest.map((json) => line.parse(JSON.parse(json)).phase)).toEqual(['before', 'after']);
  });

  it('that cannot be written stops every write, and no read', async () => {
    const folder = await logFile();
    await mkdir(folder); // a folder stands where the file should be
    const { call, sandbox } = await start(folder);
    expect((await call('list_threads', { limit: 1 })).isError).toBe(false);
    const sent = sandbox.state.requests.length;
    const { text } = await call('create_thread', { msg_id, group_id, owner, name: 'x' });
    expect(text).toContain('Error [audit_failed]');
    expect(text).toContain('Nothing was changed.');
    expect(sandbox.state.requests).toHaveLength(sent);
  });

  it('that cannot be written ends a batch before its first deletion', async () => {
    const folder = await logFile();
    await mkdir(folder);
    const { call, sandbox } = await start(folder);
    const { structured } = await call('list_user_threads', { username: owner, limit: 3 });
    const thread_ids = (structured['threads'] as { id: string }[]).map(({ id }) => id);
    const outcome = await call('delete_threads', { thread_ids });
    expect(outcome.text).toContain('Error [audit_failed]');
    expect(sandbox.state.requests.some(({ method }) => method === 'DELETE')).toBe(false);
  });

  it('holds no secret', async () => {
    const file = await logFile();
    const { call } = await start(file);
    await call('create_thread', { msg_id, group_id, owner, name: `my token is ${SANDBOX.appToken}` });
    const text = await readFile(file, 'utf8');
    expect(text).toContain('my token is [redacted]');
    expect(text).not.toContain(SANDBOX.appToken);
  });
});

// Windows has no limit on the size of files that stands in for a full disk.
describe.skipIf(process.platform === 'win32')('a disk that is full', () => {
  it('leaves whole lines alone, and stops the writes that cannot be recorded', async () => {
    const file = await logFile();
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const client = new Client({ name: 'test', version: '1' });
    onTestFinished(() => client.close());
    await client.connect(
      refereed(
        new StdioClientTransport({
          command: 'sh',
          args: ['-c', 'ulimit -f 4; exec "$0" "$1"', process.execPath, BINARY],
          env: { ...appSettings(sandbox), AGORA_THREADS_AUDIT_LOG: file, AGORA_THREADS_LOG_LEVEL: 'silent' },
        }),
      ),
    );
    const [thread_id = ''] = sandbox.state.threads.keys();
    const writes = () => sandbox.state.requests.filter(({ method }) => method === 'PUT').length;
    for (let n = 0; n < 30; n++) {
      const before = writes();
      const { content } = await client.callTool({ name: 'rename_thread', arguments: { thread_id, name: `Name ${n}` } });
      const refused = JSON.stringify(content).includes('Error [audit_failed]');
      expect(writes()).toBe(refused ? before : before + 1);
      if (refused) break;
    }
    expect(writes()).toBeLessThan(30);
    const before = (await read(file)).filter(({ phase }) => phase === 'before');
    expect(before.length).toBeGreaterThanOrEqual(writes());
    expect(writes()).toBeGreaterThan(0);
  });
});

// Windows ends a process without a word too, but in its own time.
describe.skipIf(process.platform === 'win32')('a process that is killed among slow deletions', () => {
  it.each([1, 3, 7])('has a line in the file for each deletion that the server saw (killed after %i)', async (kill) => {
    const file = await logFile();
    const sandbox = await startSandbox({ faults: [{ on: 'delete', kind: 'latency', ms: 20 }] });
    onTestFinished(() => sandbox.close());
    const threads = [...sandbox.state.threads.keys()].slice(0, 20);
    const { child, exit, send, asks } = startRaw({
      env: { PATH: process.env['PATH'] ?? '', ...appSettings(sandbox), AGORA_THREADS_AUDIT_LOG: file },
    });
    const yes = { action: 'accept', content: { confirm: true } };
    const answered = asks().then((id) => send({ id, result: yes }));
    const capabilities = { elicitation: {} };
    const clientInfo = { name: 'test', version: '1' };
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities, clientInfo } });
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/call', params: { name: 'delete_threads', arguments: { thread_ids: threads } } });

    const seen = () => sandbox.state.requests.filter(({ method }) => method === 'DELETE');
    while (seen().length < kill) await new Promise((resolve) => setTimeout(resolve, 2));
    await answered;
    child.kill('SIGKILL');
    await exit;

    const recorded = (await read(file)).flatMap((entry) =>
      entry.phase === 'before' ? [z.object({ thread_id: z.string() }).parse(entry['args']).thread_id] : [],
    );
    for (const { path } of seen()) expect(recorded).toContain(path.split('/').at(-1));
    expect(seen().length).toBeLessThan(20);
  });
});
