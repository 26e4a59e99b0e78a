import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { QuotaStore, QuotaStoreEvents } from '../agora/quota-messages.ts';
import { QUOTA_SCRIPT } from './quota-script.ts';

const SHA = createHash('sha1').update(QUOTA_SCRIPT).digest('hex');

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
  });
  redis.on('error', (error: Error) => {
    reason = error.message;
  });
  redis.on('ready', events.onReady);
  redis.on('close', () => events.onLost(reason));

  /** In a cluster all keys of an app are in one slot, by the part in braces. */
  const prefix = `agora-threads:{${app}}:`;

  async function runScript(budget: string, request: string): Promise<unknown> {
    const given = [`${prefix}${budget}:places`, `${prefix}${budget}:state`, `${prefix}processes`, request];
    try {
      return await redis.evalsha(SHA, 3, given);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.eval(QUOTA_SCRIPT, 3, given);
    }
  }

  return {
    async run(budget, request) {
      try {
        const answer = await runScript(budget, request);
        tries = 0;
        return String(answer);
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        redis.disconnect(true);
        throw error;
      }
    },
    processes: () => redis.zrange(`${prefix}processes`, '0', '-1'),
    async close() {
      redis.disconnect();
    },
  };
}
