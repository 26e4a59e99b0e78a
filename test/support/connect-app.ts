import { onTestFinished } from 'vitest';
import { createConnector } from '../../src/app/connector.ts';
import type { Clock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import type { AppConnection } from '../../src/toolkit/define-tool.ts';
import { skippingClock } from './manual-clock.ts';

/** The typed calls as the server makes them, without a tool in between; without settings, of the embedded sandbox. */
export async function connectApp(
  env: Record<string, string> = {},
  clock: Clock = skippingClock(),
): Promise<AppConnection> {
  const connector = createConnector(
    readConfig(env, []),
    clock,
    '0.0.0',
    () => 0.5,
    createLog('silent', () => undefined),
  );
  onTestFinished(() => connector.close());
  return connector.connect();
}
