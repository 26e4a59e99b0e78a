import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import type { Fault } from '../../src/sandbox/faults.ts';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { BINARY, type Run, runBinary } from '../support/binary.ts';
import { listServer, servedThreads } from '../support/list-server.ts';
import { hasTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { appSettings } from '../support/rehearse.ts';
import { shownRun } from '../support/shown-run.ts';

const NOW = Date.UTC(2026, 10, 23, 8);
const THREAD = '240000142270761';
const OTHERS = ['240000149475264', '240000145243873'];

/** A sandbox in this process, and the binary's `call` on it. */
async function rehearse(faults: readonly Fault[] = []) {
  const sandbox = await startSandbox({ now: () => NOW, faults });
  onTestFinished(() => sandbox.close());
  const env = appSettings(sandbox);
  return {
    env,
    call: (...args: string[]): Promise<Run> => runBinary(['call', ...args], env),
    deletions: () => sandbox.state.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path),
  };
}

describe('agora-threads-mcp call', () => {
  it('prints what an assistant would read', async () => {
    const { call } = await rehearse();
    expect(shownRun(await call('list_user_threads', 'username=lin', 'limit=2', 'detail=full'))).toMatchSnapshot();
    expect(shownRun(await call('list_user_threads', '{"username":"lin","limit":2,"detail":"full"}'))).toEqual(
      shownRun(await call('list_user_threads', 'username=lin', 'limit=2', 'detail=full')),
    );
  });

  it('--json prints the structure alone', async () => {
    const { call } = await rehearse();
    const { code, stdout, stderr } = await call('list_thread_members', `thread_id=${THREAD}`, '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(stdout)).toMatchObject({ members: expect.arrayContaining(['lin', 'wei']), has_more: false });
  });

  it('takes lists by commas and by repeating the key', async () => {
    const { call } = await rehearse();
    const removal = await call(
      'remove_thread_members',
      `thread_ids=${THREAD}`,
      'usernames=mia,omar',
      'usernames=sara',
      '--confirm',
      THREAD,
    );
    expect(shownRun(removal)).toMatchSnapshot();
    const { stdout } = await call('list_thread_members', `thread_id=${THREAD}`, '--json');
    expect(z.object({ members: z.array(z.string()) }).parse(JSON.parse(stdout)).members).not.toContain('omar');
  });

  it.each([
    ['a failed call', ['rename_thread', 'thread_id=1', 'name=Gone']],
    ['a failed call as JSON', ['rename_thread', 'thread_id=1', 'name=Gone', '--json']],
    ['an argument that cannot be', ['list_threads', 'limit=lots']],
    ['an id as a number', ['rename_thread', `{"thread_id":${THREAD},"name":"x"}`]],
    ['no tool', []],
    ['a mistyped tool', ['list_treads']],
    ['a tool that is not registered', ['delete_thread', `thread_id=${THREAD}`, '--read-only']],
    ['a mistyped argument', ['list_threads', 'limt=5']],
    ['an argument given twice', ['list_threads', 'limit=5', 'limit=6']],
    ['a word that is no pair', ['list_threads', 'limit']],
    ['broken JSON', ['list_threads', '{"limit":']],
    ['JSON and pairs', ['list_threads', '{}', 'limit=5']],
    ['a mistyped flag', ['list_threads', '--jsno']],
    ['an argument as a flag', ['list_threads', '--max-scan', '5']],
    ['a mistyped tool, and JSON is wanted', ['list_treads', '--json']],
    ['a flag with a value that it cannot have', ['list_threads', '--timeout-ms', 'soon']],
    ['nothing to confirm', ['list_threads', '--confirm', THREAD]],
  ])('%s', async (_what, args) => {
    const { call } = await rehearse();
    expect(shownRun(await call(...args))).toMatchSnapshot();
  });

  it('wrong settings are told before anything is sent, with 2', async () => {
    const run = await runBinary(['call', 'list_threads', '--host', 'chat.test', '--json']);
    expect(run.code).toBe(2);
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'not_configured' } });
    expect(run.stderr).toContain('AGORA_CHAT_APP_KEY');
  });

  it('what may not be done is not done: a lost answer gives 1', async () => {
    const { call } = await rehearse([{ on: 'rename', kind: 'status', status: 503 }]);
    const { code, stdout } = await call('rename_thread', `thread_id=${THREAD}`, 'name=x');
    expect([code, stdout]).toEqual([1, '']);
  });
});

describe('agora-threads-mcp call of a tool that deletes, without a terminal', () => {
  it('shows the question, deletes nothing and says how to go on', async () => {
    const { call, deletions } = await rehearse();
    expect(shownRun(await call('delete_thread', `thread_id=${THREAD}`))).toMatchSnapshot();
    expect(shownRun(await call('delete_threads', `thread_ids=${OTHERS.join()}`, '--json'))).toMatchSnapshot();
    expect(deletions()).toEqual([]);
  });

  it('says so in Chinese where AGORA_THREADS_LANG is zh, and in English in JSON', async () => {
    const { call } = await rehearse();
    const run = shownRun(await call('delete_thread', `thread_id=${THREAD}`, '--json', '--lang', 'zh'));
    expect(run).toContain(`未做任何更改：没有可供确认的终端。要继续，请加上 --confirm ${THREAD}\n`);
    expect(run).toContain(
      `"summary":"[sandbox] Nothing was changed: there is no terminal to ask on. To go on, add --confirm`,
    );
  });

  it('--confirm with the very id deletes', async () => {
    const { call, deletions } = await rehearse();
    expect(shownRun(await call('delete_thread', `thread_id=${THREAD}`, '--confirm', THREAD))).toMatchSnapshot();
    expect(deletions()).toEqual([expect.stringMatching(new RegExp(`/thread/${THREAD}$`))]);
  });

  it('--confirm names each thread of a batch, in any order', async () => {
    const { call, deletions } = await rehearse();
    const ids = [THREAD, ...OTHERS];
    const flags = ['--confirm', OTHERS.join(','), `--confirm=${THREAD}`];
    const { code, stdout } = await call('delete_threads', ...ids.map((id) => `thread_ids=${id}`), ...flags);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\[sandbox\] Deleting 3 threads in app "acme#helpdesk", confirmed by --confirm: 3 deleted\. /,
    );
    expect(deletions()).toHaveLength(3);
  });

  it.each([
    ['another thread', ['delete_thread', `thread_id=${THREAD}`, '--confirm', '240000142270762']],
    ['a part of the threads', ['delete_threads', `thread_ids=${OTHERS.join()}`, '--confirm', OTHERS[0] ?? '']],
    ['more than the threads', ['delete_thread', `thread_id=${THREAD}`, '--confirm', [THREAD, ...OTHERS].join()]],
    ['no thread', ['delete_thread', '--confirm', THREAD]],
    ['nothing', ['delete_thread', `thread_id=${THREAD}`, '--confirm=']],
  ])('--confirm with %s deletes nothing', async (_what, args) => {
    const { call, deletions } = await rehearse();
    expect(shownRun(await call(...args))).toMatchSnapshot();
    expect(deletions()).toEqual([]);
  });

  it('a code among the arguments opens nothing', async () => {
    const { call, deletions } = await rehearse();
    const args = ['delete_thread', `thread_id=${THREAD}`, 'confirmation_code=ABCDEFGH'];
    expect((await call(...args)).code).toBe(2);
    expect((await runBinary(['call', ...args], { AGORA_THREADS_CONFIRM: 'code' })).code).toBe(2);
    expect(deletions()).toEqual([]);
  });

  it('what is gone already is settled without a question', async () => {
    const { call } = await rehearse();
    expect(shownRun(await call('delete_thread', 'thread_id=240000000000001'))).toMatchSnapshot();
  });

  it('what is done in part gives 1', async () => {
    const { call } = await rehearse([
      { on: 'delete', kind: 'status', status: 403, description: 'thread not open.', times: 1 },
    ]);
    const { code, stdout } = await call('delete_threads', `thread_ids=${OTHERS.join()}`, '--confirm', OTHERS.join());
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^\[sandbox\] Deleting 2 threads in app "acme#helpdesk", confirmed by --confirm: 1 deleted, 1 failed\. /,
    );
  });
});

describe.skipIf(!hasTerminal)('agora-threads-mcp call on a terminal (python3 with pty)', () => {
  const terminalText = (text: string): string =>
    stripVTControlCharacters(text).replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');

  it('asks in full, and y deletes; stdout holds the result alone', async () => {
    const { env, deletions } = await rehearse();
    const { code, stdout, terminal } = await runOnTerminal(['call', 'delete_thread', `thread_id=${THREAD}`], env, [
      { await: '[y/N] ', send: 'y\r' },
    ]);
    expect(code).toBe(0);
    expect(terminalText(terminal)).toMatchSnapshot();
    expect(stdout).toMatch(/^\[sandbox\] Deleted thread 240000142270761 /);
    expect(deletions()).toHaveLength(1);
  });

  it.each([
    ['Enter', '\r', 1],
    ['n', 'n\r', 1],
    ['the end of the input', '\u0004', 1],
    ['Ctrl-C', '\u0003', 130],
  ])('%s deletes nothing', async (_what, send, expected) => {
    const { env, deletions } = await rehearse();
    const { code, stdout, terminal } = await runOnTerminal(['call', 'delete_thread', `thread_id=${THREAD}`], env, [
      { await: '[y/N] ', send },
    ]);
    expect([code, stdout]).toEqual([expected, '']);
    expect(terminalText(terminal).split('\n').slice(-3).join('\n')).toMatchSnapshot();
    expect(deletions()).toEqual([]);
  });

  it('a y that was typed before the question deletes nothing', async () => {
    const { env, deletions } = await rehearse();
    const { code } = await runOnTerminal(['call', 'delete_thread', `thread_id=${THREAD}`], env, [
      { await: '', send: 'y\ry' },
      { await: '[y/N] ', send: '\r' },
    ]);
    expect(code).toBe(1);
    expect(deletions()).toEqual([]);
  });

  it('a walk shows how far it is, and takes its line away at the end', async () => {
    const server = await listServer(servedThreads(400), 'cursor');
    const env = { ...appSettings(server), NO_COLOR: '1' };
    const args = ['call', 'list_user_threads', 'username=lin', 'max_scan=200', 'limit=1', '--rate-limit', '100'];
    const { code, stdout, terminal } = await runOnTerminal(args, env, []);
    expect(code).toBe(0);
    expect(stdout).toContain('1 of 200 shown');
    const drawn = terminal.split('\r\u001b[2K');
    expect(drawn).toContain('━━━━━━━━━━━━············  50% Checked 100 threads');
    expect(drawn.at(-1)).toBe('');
  });
});

describe.skipIf(process.platform === 'win32')('agora-threads-mcp call that is interrupted', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s cancels the request under way, with %i', async (signal, expected) => {
    const sandbox = await startSandbox({ now: () => NOW, faults: [{ on: 'list', kind: 'no_answer' }] });
    onTestFinished(() => sandbox.close());
    const child = spawn(process.execPath, [BINARY, 'call', 'list_threads'], {
      env: { PATH: process.env['PATH'] ?? '', ...appSettings(sandbox) },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    await expect.poll(() => sandbox.state.requests.length).toBeGreaterThan(0);
    child.kill(signal);
    const [code] = await once(child, 'close');
    expect(code).toBe(expected);
    expect(stderr).toBe('Cancelled.\n');
  });
});
