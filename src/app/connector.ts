import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../settings/read-config.ts';
import type { AppConnection } from '../toolkit/define-tool.ts';
import { loadFirstCall } from './load-later.ts';
import type { Opened } from './open-app.ts';

export interface Connector {
  /** @throws SettingsError where the settings are incomplete or invalid */
  connect(): Promise<AppConnection>;
  /** Where the rate limit is to be shared: is Redis there? It is first asked at the first call. */
  redis(): 'not asked yet' | 'there' | 'away';
  /** Closes the connections, and the sandbox where one runs. */
  close(): Promise<void>;
}

/**
 * Prepares a connection to the app in the settings. Nothing is imported, read or opened before the first `connect()`:
 * some hosts start a server only to see whether it starts.
 *
 * @param random from 0 up to 1, for the jitter between retries
 */
export function createConnector(
  config: Config,
  clock: Clock,
  version: string,
  random: () => number,
  log: Log,
): Connector {
  let connection: Promise<AppConnection> | undefined;
  const opened: Opened = { closing: [] };

  async function open(): Promise<AppConnection> {
    const { openConnection } = await loadFirstCall();
    return openConnection({ config, clock, version, random, log }, opened);
  }

  return {
    connect() {
      connection ??= open().catch((error: unknown) => {
        // A missing file may be there at the next call.
        connection = undefined;
        throw error;
      });
      return connection;
    },
    redis: () => (opened.isShared === undefined ? 'not asked yet' : opened.isShared() ? 'there' : 'away'),
    async close() {
      await connection?.catch(() => undefined);
      await Promise.all(opened.closing.splice(0).map((end) => end()));
    },
  };
}
