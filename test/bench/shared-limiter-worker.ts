import { createConnector } from '../../src/app/connector.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { readConfig } from '../../src/settings/read-config.ts';

/** One of several processes: makes calls, so many at a time, until it has made all or is told to end. */
const [calls = 0, inFlight = 0] = process.argv.slice(2).map(Number);
const connector = createConnector(
  readConfig(process.env, []),
  systemClock,
  'bench',
  Math.random,
  createLog('silent', () => undefined),
);
const { threads } = await connector.connect();
const times: number[] = [];
let left = calls;
let failed = 0;
process.on('message', () => {
  left = 0;
});
async function caller(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const started = performance.now();
    await threads.list({ limit: 1 }, new AbortController().signal).catch(() => {
      failed += 1;
    });
    times.push(performance.now() - started);
  }
}
await Promise.all(Array.from({ length: inFlight }, caller));
await connector.close();
process.send?.({ times, failed });
process.disconnect();
