import { createConnector } from '../../src/app/connector.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import { report } from './report.ts';

/** Parallel calls to a server with the same limit: refusals, and the time compared with the shortest possible. */
async function measure(perSecond: number, calls: number) {
  const sandbox = await startSandbox({ callsPerSecond: perSecond });
  const connector = createConnector(
    readConfig(
      {
        AGORA_CHAT_HOST: sandbox.url,
        AGORA_CHAT_APP_KEY: `${SANDBOX.orgName}#${SANDBOX.appName}`,
        AGORA_CHAT_APP_TOKEN: SANDBOX.appToken,
        AGORA_THREADS_RATE_LIMIT: String(perSecond),
      },
      [],
    ),
    systemClock,
    'bench',
    Math.random,
    createLog('silent', () => undefined),
  );
  const { threads } = await connector.connect();
  const started = performance.now();
  await Promise.all(Array.from({ length: calls }, () => threads.list({ limit: 1 }, new AbortController().signal)));
  const seconds = (performance.now() - started) / 1_000;
  const refused = sandbox.state.requests.filter(({ status }) => status === 429).length;
  await connector.close();
  await sandbox.close();
  const least = Math.ceil(calls / perSecond) - 1;
  return {
    calls,
    per_second: perSecond,
    refused,
    seconds: Number(seconds.toFixed(3)),
    least,
    ratio: Number((seconds / least).toFixed(3)),
  };
}

const rows = [await measure(100, 250), await measure(10, 25)];
report('limiter', rows);
