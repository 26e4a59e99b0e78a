import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import type { Fault } from '../../src/sandbox/faults.ts';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { BINARY, runBinary } from '../support/binary.ts';
import { hasTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { appSettings } from '../support/rehearse.ts';

const GROUP = '210000000000001';

const line = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('agora-threads-export'),
    version: z.literal(1),
    app: z.string(),
    host: z.string(),
    scope: z.record(z.string(), z.string()),
    filters: z.record(z.string(), z.string()),
    members: z.boolean(),
    started: z.iso.datetime(),
  }),
  z.strictObject({
    type: z.literal('thread'),
    id: z.string(),
    name: z.string(),
    owner: z.string(),
    group_id: z.string(),
    msg_id: z.string(),
    created_at: z.iso.datetime(),
    members: z.array(z.string()).optional(),
    members_state: z.enum(['complete', 'cut', 'unread', 'gone']).optional(),
    read_at: z.iso.datetime(),
  }),
  z.strictObject({ type: z.literal('unresolved'), id: z.string(), reason: z.string() }),
  z.strictObject({
    type: z.literal('end'),
    complete: z.boolean(),
    threads: z.int(),
    unresolved: z.int(),
    calls: z.int(),
    ended: z.iso.datetime(),
  }),
]);
type Line = z.output<typeof line>;

function parsed(text: string) {
  expect(text.endsWith('\n')).toBe(true);
  const lines = text
    .slice(0, -1)
    .split('\n')
    .map((json) => line.parse(JSON.parse(json)));
  const of = <T extends Line['type']>(type: T) =>
    lines.filter((one): one is Extract<Line, { type: T }> => one.type === type);
  expect(lines[0]?.type).toBe('agora-threads-export');
  return { head: of('agora-threads-export')[0], rows: of('thread'), unresolved: of('unresolved'), end: lines.at(-1) };
}

async function sandboxWith(faults: readonly Fault[] = []) {
  const sandbox = await startSandbox({ faults });
  onTestFinished(() => sandbox.close());
  // The sandbox allows 100 calls a second, and half of the limit is used.
  return { state: sandbox.state, env: { ...appSettings(sandbox), AGORA_THREADS_RATE_LIMIT: '190' } };
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'export-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** The cells of CSV, by RFC 4180 and nothing more. */
function cellsOf(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, cell = '', end] of csv.matchAll(/"((?:[^"]|"")*)"(,|\r\n)/g)) {
    rows.at(-1)?.push(cell.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

const NAMES = [
  '=HYPERLINK("http://x.example","a")',
  '+1',
  '-1',
  '@SUM(1)',
  '＝1',
  '\tx',
  "'quoted",
  'a "b", c\r\nd\u2028e',
  '👩‍👩‍👧 退款',
  '\u202e⟨U+202E⟩',
];

describe('export', () => {
  it('writes every thread of the app exactly as it is, and says that this is all', async () => {
    const { state, env } = await sandboxWith();
    const [{ id: first = '' } = {}] = state.threads.values();
    state.rename(first, NAMES.at(-1) ?? '');
    const { code, stdout, stderr } = await runBinary(['export'], env);
    expect(code).toBe(0);
    const { head, rows, unresolved, end } = parsed(stdout);
    expect(head).toMatchObject({ app: 'acme#helpdesk', scope: {}, filters: {}, members: false });
    const all = [...state.threads.values()].map(({ id, name, owner, groupId, msgId, created }) => ({
      ...{ type: 'thread', id, name, owner, group_id: groupId, msg_id: msgId },
      created_at: new Date(created).toISOString().replace('.000Z', 'Z'),
    }));
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect(rows.map(({ read_at: _read, ...rest }) => rest).sort(byId)).toEqual(all.sort(byId));
    expect(end).toMatchObject({ type: 'end', complete: true, threads: all.length, unresolved: unresolved.length });
    expect(stderr).toContain(`Exported ${all.length} threads`);
    // Calls that were given up at the end, perhaps before they were sent, are not counted.
    expect(end).toMatchObject({ calls: expect.toSatisfy((calls: number) => calls <= state.requests.length) });
    // Nothing that a terminal would obey.
    expect(stdout).not.toMatch(/[\p{Cf}\p{Zl}]/u);
  });

  it('names the threads that nobody is in, of which no list tells more', async () => {
    const { state, env } = await sandboxWith();
    const [{ id = '' } = {}] = state.threads.values();
    state.removeMembers(
      id,
      state.members(id).map(({ user }) => user),
    );
    const { code, stdout } = await runBinary(['export'], env);
    const { unresolved, end } = parsed(stdout);
    expect(unresolved).toEqual([{ type: 'unresolved', id, reason: 'no_members' }]);
    expect(end).toMatchObject({ complete: true, unresolved: 1 });
    expect(code).toBe(0);
  });

  it.each([
    ['--user', 'lin', { user: 'lin' }],
    ['--group', GROUP, { group: GROUP }],
  ])('of %s %s holds the threads of that scope alone, with their members', async (flag, id, scope) => {
    const { state, env } = await sandboxWith();
    const { code, stdout, stderr } = await runBinary(['export', flag, id, '--members'], env);
    expect(code).toBe(0);
    expect(stderr).toContain('--members reads one member list a thread');
    const { head, rows } = parsed(stdout);
    expect(head).toMatchObject({ scope, members: true });
    const membersOf = (thread: string) => state.members(thread).map(({ user }) => user);
    const wanted = [...state.threads.values()].filter((one) =>
      flag === '--user' ? membersOf(one.id).includes('lin') : one.groupId === GROUP,
    );
    expect(rows.map((one) => one.id).sort()).toEqual(wanted.map((one) => one.id).sort());
    for (const row of rows) {
      expect(row).toMatchObject({ members: membersOf(row.id), members_state: 'complete' });
    }
  });

  it.each([
    ['--created-after', (created: number, bound: number) => created >= bound],
    ['--created-before', (created: number, bound: number) => created < bound],
  ])('with %s holds the threads on that side of the date', async (flag, fits) => {
    const { state, env } = await sandboxWith();
    const { stdout } = await runBinary(['export', flag, '2026-09-01'], env);
    const { head, rows, end } = parsed(stdout);
    expect(head?.filters).toEqual({ [flag.slice(2).replace('-', '_')]: '2026-09-01T00:00:00Z' });
    const wanted = [...state.threads.values()].filter(({ created }) => fits(created, Date.UTC(2026, 8, 1)));
    expect(rows.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
    expect(end).toMatchObject({ complete: true });
  });

  it('as CSV runs no formula and keeps ids whole; without the guard each cell is exact', async () => {
    const { state, env } = await sandboxWith();
    const ids = state
      .joined('lin')
      .map(({ threadId }) => threadId)
      .slice(0, NAMES.length);
    for (const [index, id] of ids.entries()) state.rename(id, NAMES[index] ?? '');
    const { code, stdout } = await runBinary(['export', '--user', 'lin', '--format', 'csv', '--bom', '--members'], env);
    expect(code).toBe(0);
    expect(stdout.startsWith('\ufeff')).toBe(true);
    const [columns, ...rows] = cellsOf(stdout.slice(1));
    expect(columns?.slice(0, 4)).toEqual(['type', 'id', 'name', 'owner']);
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([columns?.length]));
    for (const cell of rows.flat()) {
      expect(cell).not.toMatch(/^[=+\-@＝＋－＠\t\r\n]/);
      expect(cell).not.toMatch(/^\d{15,}$/);
    }
    const exact = (cell = '') => cell.replace(/^'/, '');
    const named = new Map(rows.map(([, id, name]) => [exact(id), exact(name)]));
    expect(ids.map((id) => named.get(id))).toEqual(NAMES);
    expect(rows.at(-1)?.join()).toMatch(/^end,.*complete: \d+ threads/);
  });

  it.skipIf(process.platform === 'win32')('writes a new file for its owner alone, and never over another', async () => {
    const { env } = await sandboxWith();
    const out = join(await folder(), 'threads.jsonl');
    const first = await runBinary(['export', '--user', 'lin', '--out', out], env);
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 0, stdout: '' });
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    expect(parsed(await readFile(out, 'utf8')).end).toMatchObject({ complete: true });
    await writeFile(out, 'mine');
    const second = await runBinary(['export', '--out', out], env);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('exists already');
    expect(await readFile(out, 'utf8')).toBe('mine');
  });

  it('is incomplete, and says so, where the service refuses some lists', async () => {
    const faults: Fault[] = [{ on: 'list_user', kind: 'status', status: 403, description: 'no', skip: 3 }];
    const { env } = await sandboxWith(faults);
    const { code, stdout, stderr } = await runBinary(['export'], env);
    const { rows, end } = parsed(stdout);
    expect(rows.length).toBeGreaterThan(0);
    expect(end).toMatchObject({ complete: false, threads: rows.length });
    expect(stderr).toContain('INCOMPLETE');
    expect(code).toBe(3);
  });

  it('is incomplete where member lists are refused, and asks for few of them', async () => {
    const { state, env } = await sandboxWith([{ on: 'members', kind: 'status', status: 403, description: 'no' }]);
    const { code, stdout } = await runBinary(['export', '--user', 'lin', '--members'], env);
    const { rows, end } = parsed(stdout);
    expect(new Set(rows.map(({ members_state }) => members_state))).toEqual(new Set(['unread']));
    expect(end).toMatchObject({ complete: false });
    expect(code).toBe(3);
    expect(state.requests.filter(({ path }) => path.endsWith('/users')).length).toBeLessThan(12);
  });

  it('speaks Chinese where AGORA_THREADS_LANG is zh', async () => {
    const inChinese = async (faults: readonly Fault[], args: readonly string[] = []) => {
      const { env } = await sandboxWith(faults);
      const { stderr } = await runBinary(['export', ...args], { ...env, AGORA_THREADS_LANG: 'zh' });
      return stderr.replaceAll(/[\d,]+(?= [个次])/g, 'N');
    };
    expect(await inChinese([], ['--user', 'lin', '--members'])).toMatchInlineSnapshot(`
      "--members 要为每个子区读取一次成员列表，成员超过 50 名时多次；每秒 N 次调用，N 个子区至少需要 11 秒。
      已导出 App "acme#helpdesk" 的 N 个子区，共 N 次调用。导出完整。
      "
    `);
    expect(
      await inChinese([{ on: 'list_user', kind: 'status', status: 403, description: 'no', skip: 3 }]),
    ).toMatchInlineSnapshot(`
      "已导出 App "acme#helpdesk" 的 N 个子区，另有 N 个只查得到 ID，共 N 次调用。导出不完整（refused：服务端拒绝了请求，原因不明。服务端返回："no"（HTTP 403））。
      "
    `);
    expect(
      await inChinese([{ on: '*', kind: 'status', status: 403, description: 'thread not open.' }]),
    ).toMatchInlineSnapshot(`
      "没有导出任何内容（threads_not_enabled：App 没有开通子区功能。服务端返回："thread not open."（HTTP 403））。到控制台开通：声网控制台 > 即时通讯 IM > 功能配置；环信控制台的应用功能配置（见 docs/credentials.zh-CN.md），或联系环信商务。
      "
    `);
  });

  it('leaves no file where nothing could be read', async () => {
    const { env } = await sandboxWith([{ on: '*', kind: 'status', status: 403, description: 'thread not open.' }]);
    const out = join(await folder(), 'threads.jsonl');
    const { code, stderr } = await runBinary(['export', '--out', out], env);
    expect(code).toBe(1);
    expect(stderr).toContain('threads_not_enabled');
    await expect(stat(out)).rejects.toThrow();
  });

  it.each([
    [['--group', 'x'], '--group must be a string of 1-32 digits'],
    [['--group', GROUP, '--user', 'lin'], 'not both'],
    [['--format', 'xlsx'], '--format must be one of jsonl, csv'],
    [['--bom'], '--bom is for --format csv'],
    [['--created-after', 'yesterday'], '--created-after must be an ISO date'],
    [['--created-after', '2026-02-01', '--created-before', '2026-01-01'], 'must be before'],
    [['all'], 'one word too many'],
  ])('refuses %j', async (args, words) => {
    const { code, stdout, stderr } = await runBinary(['export', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });

  it('says which settings are missing', async () => {
    const { code, stderr } = await runBinary(['export'], { AGORA_CHAT_HOST: 'a41.chat.agora.io' });
    expect(code).toBe(2);
    expect(stderr).toContain('AGORA_CHAT_APP_KEY');
  });

  it.skipIf(process.platform === 'win32')('has no last line after Ctrl-C', async () => {
    const { env } = await sandboxWith([{ on: 'members', kind: 'no_answer' }]);
    const child = spawn(process.execPath, [BINARY, 'export', '--user', 'lin', '--members'], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    const exit = new Promise((resolve) => child.on('close', resolve));
    const lines: string[] = [];
    for await (const json of createInterface({ input: child.stdout })) {
      lines.push(json);
      if (lines.length === 1) child.kill('SIGINT');
    }
    expect(await exit).toBe(130);
    expect(lines.map((json) => line.parse(JSON.parse(json)).type)).toEqual(['agora-threads-export']);
  });

  it.skipIf(!hasTerminal)('shows how far it is on a terminal', async () => {
    const { env } = await sandboxWith();
    const { code, stdout, terminal } = await runOnTerminal(['export'], env, []);
    expect(code).toBe(0);
    expect(parsed(stdout).end).toMatchObject({ complete: true });
    expect(terminal).toMatch(/━.* 100% \d+ threads, \d+ calls/);
    expect(terminal).toContain('The export is complete.');
  });
});
