import { createConnector } from '../../src/app/connector.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { readConfig } from '../../src/settings/read-config.ts';

/** A connection to the app at `url`, made as the server does. */
export async function connectBench(url: string, more: Record<string, string> = {}) {
  const settings = {
    AGORA_CHAT_HOST: url,
    AGORA_CHAT_APP_KEY: 'acme#helpdesk',
    AGORA_CHAT_APP_TOKEN: 'bench-token',
    ...more,
  };
  const connector = createConnector(
    readConfig(settings, []),
    systemClock,
    'bench',
    Math.random,
    createLog('silent', () => undefined),
  );
  return { connection: await connector.connect(), close: () => connector.close() };
}
