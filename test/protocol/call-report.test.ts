import { describe, expect, it } from 'vitest';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, recordingServer, refusal } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';

const empty = envelope({ entities: [], properties: {} });

describe('the debug log', () => {
  it('has a line for each call, with how long it waited for the rate limit', async () => {
    const service = await recordingServer(() => empty);
    const env = { ...classicSettings(service.url), AGORA_THREADS_RATE_LIMIT: '1' };
    const { call, log } = await connectClient({ env, clock: skippingClock() });
    await call('list_threads');
    await call('list_threads');
    const lines = log.filter((line) => line.includes('call '));
    expect(lines.map((line) => line.replace(/call \d+/, 'call N'))).toEqual([
      'agora-threads-mcp debug: call N of the client: list_threads ok, 0 ms, 0 ms of them waiting for the rate limit\n',
      'agora-threads-mcp debug: call N of the client: list_threads ok, 1000 ms, 1000 ms of them waiting for the rate limit\n',
    ]);
  });

  it('names the error of a call that failed', async () => {
    const service = await recordingServer(() => refusal(403, 'forbidden', 'thread not open.'));
    const { call, log } = await connectClient({ env: classicSettings(service.url) });
    await call('list_threads');
    expect(log.join('')).toMatch(/debug: call \d+ of the client: list_threads threads_not_enabled, \d+ ms, /);
  });
});
