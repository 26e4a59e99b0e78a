import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { version } from '../../src/version.ts';
import { BINARY, callBinary, runBinary } from '../support/binary.ts';

/** Starts the sandbox command, and gives the settings that it prints. */
async function startSandbox(args: readonly string[]): Promise<Record<string, string>> {
  const child = spawn(process.execPath, [BINARY, 'sandbox', ...args], { env: { PATH: process.env['PATH'] ?? '' } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const settings: Record<string, string> = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, value] = /^ {2}(AGORA_\w+)='?([^']*)'?$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) settings[name] = value;
    if (line.includes('message ')) return settings;
  }
  throw new Error('The sandbox ended without printing its settings.');
}

describe('agora-threads-mcp sandbox', () => {
  it('prints the settings that point a server at it, and they do', async () => {
    const settings = await startSandbox(['--port', '0']);
    expect(Object.keys(settings)).toEqual(['AGORA_CHAT_HOST', 'AGORA_CHAT_APP_KEY', 'AGORA_CHAT_APP_TOKEN']);
    const text = await callBinary('list_user_threads', { username: 'lin', limit: 1 }, settings);
    expect(text).toMatch(/^Threads of user lin: 1 shown/); // to the server it is any app: no word of a sandbox
  });

  it('rehearses the faults of a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'faults-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'faults.json');
    await writeFile(
      file,
      JSON.stringify([{ on: 'list', kind: 'status', status: 403, description: 'thread not open.' }]),
    );
    const settings = await startSandbox(['--faults', file]);
    expect(await callBinary('list_threads', {}, settings)).toContain('Error [threads_not_enabled]');
  });

  it.each([
    [['--port', 'x'], '--port takes a whole number'],
    [['--prot', '1'], "Unknown option '--prot'"],
    [['--faults', 'no/such/file'], 'no/such/file'],
    [['--faults', BINARY], 'is not JSON'],
  ])('%j is refused with the reason', async (args, reason) => {
    const { code, stderr, stdout } = await runBinary(['sandbox', ...args]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(reason);
    expect(stderr.trimEnd().split('\n').length).toBeLessThan(4);
  });
});

describe('agora-threads-mcp', () => {
  it('--version prints the version', async () => {
    expect(await runBinary(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('--help names every command and setting', async () => {
    const { code, stdout } = await runBinary(['--help']);
    expect(code).toBe(0);
    expect(stdout.replace(version, 'X.Y.Z')).toMatchSnapshot();
  });
});
