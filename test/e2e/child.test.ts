import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { BINARY, copyBinary } from '../support/binary.ts';
import { classicSettings } from '../support/http.ts';
import { noWaitOver } from '../support/preloads.ts';
import { initialize, openRaw, type RawServer, startRaw } from '../support/raw.ts';

// The rest of a good child's manners, with nothing under way, stands in stdio.test.ts.

const windows = process.platform === 'win32';
const [message] = SANDBOX_HINTS.freeMessages;

async function directory(): Promise<string> {
  const path = await mkdtemp(join(await realpath(tmpdir()), 'agora-threads-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A service that never answers, and tells when it is asked and when it is left. */
async function silentService(): Promise<{ url: string; asked: Promise<unknown>; left: Promise<unknown> }> {
  const server = createServer();
  const asked = once(server, 'request');
  const left = asked.then(([request]: IncomingMessage[]) => request && once(request.socket, 'close'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, left };
}

/** One call of each sort, on the embedded sandbox. */
async function works(server: RawServer): Promise<void> {
  const { id: msg_id, group_id, owner } = message;
  const create = { name: 'create_thread', arguments: { msg_id, group_id, owner, name: 'Still here' } };
  expect(await server.ask(2, 'tools/call', create)).toHaveProperty('result.structuredContent.status', 'created');
  const list = { name: 'list_user_group_threads', arguments: { username: owner, group_id, limit: 1 } };
  expect(JSON.stringify(await server.ask(3, 'tools/call', list))).toContain('Still here');
}

describe('with a call under way it ends with 0 within a second, and leaves the service', () => {
  const ENDS: readonly [string, boolean, (server: RawServer) => void][] = [
    ['the end of stdin', true, ({ child }) => void child.stdin.end()],
    // Windows has no signals: kill() ends a process there without a word.
    ['SIGINT', !windows, ({ child }) => void child.kill('SIGINT')],
    ['SIGTERM', !windows, ({ child }) => void child.kill('SIGTERM')],
    [
      'a closed stdout',
      true,
      ({ child, send }) => {
        child.stdout.destroy();
        send({ id: 9, method: 'ping' });
      },
    ],
  ];
  for (const [what, possible, end] of ENDS) {
    it.skipIf(!possible)(what, async () => {
      const service = await silentService();
      const server = await openRaw({
        flags: noWaitOver(1_000),
        env: { PATH: process.env['PATH'] ?? '', ...classicSettings(service.url) },
      });
      server.send({ id: 2, method: 'tools/call', params: { name: 'list_threads', arguments: {} } });
      await service.asked;
      end(server);
      expect(await server.exit).toBe(0);
      await service.left;
    });
  }
});

it('with a question open it ends with 0 within a second of the end of stdin', async () => {
  const server = startRaw({ flags: noWaitOver(1_000) });
  await server.ask(1, 'initialize', { ...initialize.params, capabilities: { elicitation: {} } });
  server.send({
    id: 2,
    method: 'tools/call',
    params: { name: 'delete_thread', arguments: { thread_id: await newest(server) } },
  });
  await server.asks();
  server.child.stdin.end();
  expect(await server.exit).toBe(0);
});

async function newest(server: RawServer): Promise<string> {
  const args = { username: SANDBOX_HINTS.users[0], limit: 1 };
  const answer = await server.ask(8, 'tools/call', { name: 'list_user_threads', arguments: args });
  return /"id":"(\d+)"/.exec(JSON.stringify(answer))?.[1] ?? '';
}

it('ends when its host is killed', async () => {
  // The host hands its stderr on to the server, so that ours ends only when both are gone.
  const script = `
    const child = require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    const send = (message) => child.stdin.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
    send(${JSON.stringify(initialize)});
    send({ id: 2, method: 'tools/call', params: { name: 'list_threads', arguments: {} } });
    child.stdout.on('data', (text) => process.stdout.write(text));`;
  const host = spawn(process.execPath, ['-e', script, '--', ...noWaitOver(1_000), BINARY], {
    env: { PATH: process.env['PATH'] ?? '' },
  });
  onTestFinished(() => void host.kill('SIGKILL'));
  await new Promise<void>((resolve) => {
    let text = '';
    host.stdout.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('"id":2')) resolve();
    });
  });
  const bothGone = new Promise<void>((resolve) => host.stderr.on('data', () => undefined).on('end', resolve));
  host.kill('SIGKILL');
  await expect(bothGone).resolves.toBeUndefined();
});

it('answers each of thousands of requests that come at once, to a host that reads late', async () => {
  const server = await openRaw();
  const ids = Array.from({ length: 3_000 }, (_, n) => n + 10);
  server.child.stdout.pause();
  const last = ids.map((id) => server.next(id));
  for (const id of ids) {
    if (id % 100 === 0)
      server.send({
        id,
        method: 'tools/call',
        params: { name: 'list_user_threads', arguments: { username: 'lin', limit: 1 } },
      });
    else server.send({ id, method: id % 10 === 0 ? 'tools/list' : 'ping' });
  }
  server.child.stdout.resume();
  await Promise.all(last);
  expect(server.lines).toHaveLength(ids.length + 1);
});

it('works without any environment, HOME and PATH included', async () => {
  const server = await openRaw({ env: {} });
  await works(server);
});

it('works where nothing can be written, and starts no other process', async () => {
  // Root may write anywhere, so Node's own permission model plays the read-only disk: any writing would fail.
  const home = await directory();
  const flags = [
    process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission',
    '--allow-fs-read=*',
    ...(process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : []),
  ];
  const env = { HOME: home, USERPROFILE: home, TMPDIR: home, TEMP: home, XDG_CACHE_HOME: home };
  const server = await openRaw({ flags, cwd: home, env });
  await works(server);
  server.child.stdin.end();
  expect(await server.exit).toBe(0);
  expect(await readdir(home)).toEqual([]);
});

// Windows removes no directory that a process works in.
it.skipIf(windows)('works when its working directory goes', async () => {
  const cwd = await directory();
  const server = await openRaw({ cwd });
  await rm(cwd, { recursive: true });
  await works(server);
});

it('works from a path with blanks and letters beyond ASCII', async () => {
  const folder = join(await directory(), 'Straße 名前 #1 100%');
  await mkdir(folder);
  await works(await openRaw({ binary: await copyBinary(folder) }));
});
