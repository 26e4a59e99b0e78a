import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BINARY, callBinary } from '../support/binary.ts';
import { classicSettings, envelope, recordingServer } from '../support/http.ts';
import { openRaw } from '../support/raw.ts';

/** The binary beside a `redis.js` that ends the process as soon as it is loaded. */
async function trap(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chunks-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await copyFile(BINARY, join(folder, 'main.mjs'));
  await writeFile(join(folder, 'redis.js'), 'process.exit(7);');
  return join(folder, 'main.mjs');
}

const REDIS = { AGORA_THREADS_REDIS_URL: 'redis://127.0.0.1:9' };

describe('the chunk for Redis', () => {
  it('is not read for a start and a list of tools, with Redis or without', async () => {
    const binary = await trap();
    for (const more of [{}, REDIS]) {
      const env = { ...classicSettings('http://127.0.0.1:9'), ...more };
      const server = await openRaw({ env, binary });
      expect(await server.ask(2, 'tools/list')).toHaveProperty('result.tools');
      server.child.stdin.end();
      expect(await server.exit).toBe(0);
    }
  });

  it('is not read for a call without Redis, nor for one in the embedded sandbox', async () => {
    const binary = await trap();
    const service = await recordingServer(() => envelope({ entities: [] }));
    expect(await callBinary('list_threads', {}, classicSettings(service.url), binary)).toContain('none');
    expect(await callBinary('list_threads', {}, REDIS, binary)).toContain('[sandbox]');
  });

  it('is read for the first call with Redis', async () => {
    const env = { ...classicSettings('http://127.0.0.1:9'), ...REDIS };
    const server = await openRaw({ env, binary: await trap() });
    server.send({ id: 2, method: 'tools/call', params: { name: 'list_threads', arguments: {} } });
    expect(await server.exit).toBe(7);
  });

  it('that is missing fails no call', async () => {
    const binary = await trap();
    await rm(join(binary, '..', 'redis.js'));
    const service = await recordingServer(() => envelope({ entities: [] }));
    expect(await callBinary('list_threads', {}, { ...classicSettings(service.url), ...REDIS }, binary)).toContain(
      'none',
    );
  });
});
