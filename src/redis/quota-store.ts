import { Redis, type Result } from 'ioredis';
import type { QuotaStore, QuotaStoreEvents } from '../agora/quota-messages.ts';
import { QUOTA_SCRIPT } from './quota-script.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** Runs the script: three keys and the request. */
    share(...args: readonly string[]): Result<string, Context>;
  }
}

/** Redis counts as away when it does not answer within this time, in milliseconds. */
const ANSWER_MS = 1_000;
/** From one try to connect to the next, in milliseconds; the later one after ten seconds. */
const SOON_MS = 200;
const LATER_MS = 1_000;
const SOON_TRIES = 50;

/**
 * Opens the shared quota of an app in Redis.
 *
 * @param url `redis://` or `rediss://`, with user, password and database
 * @param app a name of the app for keys, the same in all processes
 */
export function openQuotaStore(url: string, app: string, events: QuotaStoreEvents): QuotaStore {
  /** Tries since the last answer: a connection that is refused its commands is no success. */
  let tries = 0;
  let reason = 'the connection was closed';
  const redis = new Redis(url, {
    commandTimeout: ANSWER_MS,
    connectTimeout: ANSWER_MS,
    retryStrategy: () => {
      tries += 1;
      return tries > SOON_TRIES ? LATER_MS : SOON_MS;
    },
    // What was not answered may have been done: it is told again as a whole, never sent again.
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
    scripts: { share: { lua: QUOTA_SCRIPT, numberOfKeys: 3 } },
  });
  redis.on('error', (error: Error) => {
    reason = error.message;
  });
  redis.on('ready', events.onReady);
  redis.on('close', () => events.onLost(reason));

  /** In a cluster all keys of an app are in one slot, by the part in braces. */
  const prefix = `agora-threads:{${app}}:`;
  const processes = `${prefix}processes`;

  return {
    async run(budget, request) {
      try {
        const answer = await redis.share(`${prefix}${budget}:places`, `${prefix}${budget}:state`, processes, request);
        tries = 0;
        return answer;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        redis.disconnect(true);
        throw error;
      }
    },
    processes: () => redis.zrange(processes, '0', '-1'),
    async close() {
      redis.disconnect();
    },
  };
}
