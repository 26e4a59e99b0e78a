import { mkdir, mkdtemp, open, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findInAuditLog } from '../../src/toolkit/audit-records.ts';
import type { LastRecord } from '../../src/toolkit/last-records.ts';

const APP = { app: 'acme#helpdesk', host: 'a41.chat.agora.io' };
const ID = '240000000000009';

const lineOf = (record: Partial<LastRecord> = {}): string =>
  `${JSON.stringify({
    id: 'x',
    phase: 'before',
    record: { id: ID, members: [], members_state: 'complete', name_state: 'verified', ...APP, ...record },
  })}\n`;

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'records-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

const search = async (file: string, signal = new AbortController().signal) => {
  const { record, unread } = await findInAuditLog(file, APP, ID, signal);
  return { name: record?.name, unread };
};

/** Files of a folder with their content, the newest first. */
async function log(files: Readonly<Record<string, string>>): Promise<string> {
  const made = await folder();
  for (const [index, [name, text]] of Object.entries(files).entries()) {
    const file = join(made, name);
    await writeFile(file, text);
    await utimes(file, 2_000_000_000 - index * 60, 2_000_000_000 - index * 60);
  }
  return join(made, 'audit.jsonl');
}

const OTHER = `${JSON.stringify({ id: 'y', phase: 'after', outcome: 'ok', thread_id: ID })}\n`;

it.each([
  ['the newest line of a file', { 'audit.jsonl': lineOf({ name: 'old' }) + lineOf({ name: 'new' }) + OTHER }, 'new'],
  ['a last line without its end', { 'audit.jsonl': lineOf({ name: 'a' }) + lineOf({ name: 'b' }).trimEnd() }, 'b'],
  ['a line before half a line', { 'audit.jsonl': `${lineOf({ name: 'a' })}{"record":{"id":"${ID}"` }, 'a'],
  ['the first line', { 'audit.jsonl': lineOf({ name: 'a' }) + OTHER.repeat(20_000) }, 'a'],
  ['no line of another thread', { 'audit.jsonl': lineOf({ id: `${ID}0`, name: 'a' }) }, undefined],
  ['no line of another app', { 'audit.jsonl': lineOf({ app: 'acme#other', name: 'a' }) }, undefined],
  ['no line of another host', { 'audit.jsonl': lineOf({ host: 'a61.chat.agora.io', name: 'a' }) }, undefined],
  [
    'no line that is not a record',
    { 'audit.jsonl': lineOf({ name: 'a' }).replace('"members":[]', '"members":0') },
    undefined,
  ],
  [
    'the log before its rotated files',
    { 'audit.jsonl.1': lineOf({ name: 'b' }), 'audit.jsonl': lineOf({ name: 'a' }) },
    'a',
  ],
  ['a rotated file where the log is gone', { 'audit.jsonl.1': lineOf({ name: 'a' }) }, 'a'],
  [
    'the newest rotated file',
    { 'audit.jsonl': '', 'audit.jsonl.1': lineOf({ name: 'a' }), 'audit.jsonl.2': lineOf({ name: 'b' }) },
    'a',
  ],
  ['a file rotated by day', { 'audit.jsonl': '', 'audit.jsonl-20261126': lineOf({ name: 'a' }) }, 'a'],
  ['a file rotated by time', { 'audit.jsonl-2026-11-26T09_30_00Z': lineOf({ name: 'a' }) }, 'a'],
  ['a rotated file that keeps its extension', { 'audit-20261126.jsonl': lineOf({ name: 'a' }) }, 'a'],
  ['no compressed file', { 'audit.jsonl.2.gz': lineOf({ name: 'a' }) }, undefined],
  [
    'no other file',
    { 'audit.jsonl.bak': lineOf({ name: 'a' }), 'audit2.jsonl': lineOf(), 'audit-old.jsonl': lineOf() },
    undefined,
  ],
])('finds %s', async (_what, files: Readonly<Record<string, string>>, name) => {
  expect(await search(await log(files))).toEqual({ name, unread: [] });
});

it('gives a record exactly as it was written, with line breaks, marks and ids that are not plain', async () => {
  const record = {
    group_id: '210000000000001',
    msg_id: '1882277349226622683',
    name: 'Refund \u202e⟨U+202E⟩\n\ud83d\udc68\u200d\ud83d\udc67 "x"',
    owner: 'lin',
    created: 1_735_689_600_123,
    members: Array.from({ length: 500 }, (_, n) => `é\u0000${n}`),
  };
  const file = await log({ 'audit.jsonl': OTHER + lineOf(record) + OTHER });
  const found = await findInAuditLog(file, APP, ID, new AbortController().signal);
  expect(found.record).toEqual({ id: ID, ...record, members_state: 'complete', name_state: 'verified', ...APP });
});

it('reads the newest 64 MB of all files, and says that there is more', async () => {
  const file = await log({ 'audit.jsonl': OTHER, 'audit.jsonl.1': lineOf({ name: 'a' }) });
  // A file with a hole: its zeros are one line, too long to be ours.
  const rotated = await open(`${file}.1`, 'r+');
  await rotated.truncate(40 * 1024 * 1024);
  await rotated.write('\n', 40 * 1024 * 1024);
  await rotated.close();
  expect(await search(file)).toEqual({ name: 'a', unread: [] });
  const longer = await open(`${file}.1`, 'r+');
  await longer.truncate(64 * 1024 * 1024);
  await longer.close();
  expect(await search(file)).toEqual({ name: undefined, unread: ['what is older than its newest 64 MB'] });
});

it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('names a file that cannot be read', async () => {
  const file = await log({ 'audit.jsonl': OTHER, 'audit.jsonl.1': lineOf({ name: 'a' }) });
  const { chmod } = await import('node:fs/promises');
  await chmod(`${file}.1`, 0);
  expect(await search(file)).toEqual({ name: undefined, unread: ['audit.jsonl.1 (EACCES)'] });
});

it.skipIf(process.platform === 'win32')('passes over folders, and over links that lead nowhere', async () => {
  const made = await folder();
  await mkdir(join(made, 'audit.jsonl.1'));
  await symlink(join(made, 'nowhere'), join(made, 'audit.jsonl.2'));
  expect(await search(join(made, 'audit.jsonl'))).toEqual({ name: undefined, unread: [] });
  expect(await search(join(made, 'gone', 'audit.jsonl'))).toEqual({ name: undefined, unread: [] });
});

it('ends when the call is given up', async () => {
  const file = await log({ 'audit.jsonl': OTHER.repeat(10) });
  await expect(search(file, AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up');
});
