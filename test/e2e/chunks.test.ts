import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHUNK_FILES } from '../../scripts/chunks.mjs';
import { callBinary, codeFiles, copyBinary } from '../support/binary.ts';
import { classicSettings, envelope, recordingServer } from '../support/http.ts';
import { openRaw } from '../support/raw.ts';

/** The binary in a folder of its own, where `chunk` ends the process as soon as it is loaded. */
async function trap(chunk: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chunks-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const binary = await copyBinary(folder);
  const file = (await codeFiles()).find((name) => name.replace(/-[A-Z0-9]{8}\.js$/, '.js') === chunk);
  if (file === undefined) throw new Error(`There is no ${chunk} in dist/.`);
  await writeFile(join(folder, file), 'process.exit(7);');
  return binary;
}

const REDIS = { AGORA_THREADS_REDIS_URL: 'redis://127.0.0.1:9' };
const APP = classicSettings('http://127.0.0.1:9');
const TEAM = { AGORA_THREADS_HTTP_TOKENS_FILE: '/nowhere/tokens.txt', AGORA_THREADS_HTTP_URL: 'https://x.example' };

it.each([...CHUNK_FILES, 'first-call.js', 'prompts.js', 'run-command.js'])(
  '%s is not read for a start and a list of tools, whatever is set',
  async (chunk) => {
    const binary = await trap(chunk);
    for (const env of [{}, APP, { ...APP, ...REDIS }, TEAM]) {
      const server = await openRaw({ env, binary });
      expect(await server.ask(2, 'tools/list')).toHaveProperty('result.tools');
      server.child.stdin.end();
      expect(await server.exit).toBe(0);
    }
  },
);

it.each([
  ['first-call.js', {}],
  ['sandbox.js', {}],
  ['redis.js', { ...APP, ...REDIS }],
  ['undici.js', APP],
])('%s is read for the first call that needs it', async (chunk, env) => {
  const server = await openRaw({ env, binary: await trap(chunk) });
  server.send({ id: 2, method: 'tools/call', params: { name: 'list_threads', arguments: {} } });
  expect(await server.exit).toBe(7);
});

describe('the chunk for Redis', () => {
  it('is not read for a call without Redis, nor for one in the embedded sandbox', async () => {
    const binary = await trap('redis.js');
    const service = await recordingServer(() => envelope({ entities: [] }));
    expect(await callBinary('list_threads', {}, classicSettings(service.url), binary)).toContain('none');
    expect(await callBinary('list_threads', {}, REDIS, binary)).toContain('[sandbox]');
  });

  it('that is missing fails no call', async () => {
    const binary = await trap('redis.js');
    await rm(join(binary, '..', 'redis.js'));
    const service = await recordingServer(() => envelope({ entities: [] }));
    expect(await callBinary('list_threads', {}, { ...classicSettings(service.url), ...REDIS }, binary)).toContain(
      'none',
    );
  });
});

it('http.js is not read for a call over stdio', async () => {
  expect(await callBinary('list_threads', {}, TEAM, await trap('http.js'))).toContain('[sandbox]');
});
