import { createQuotaLink, type QuotaLink } from '../agora/quota-link.ts';
import type { OpenQuotaStore } from '../agora/quota-messages.ts';
import { unreadableSecret } from '../agora/tokens.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { AppTarget } from '../settings/app-target.ts';
import type { Config } from '../settings/read-config.ts';
import { SecretFileError, type SecretSource } from '../settings/read-secret.ts';
import { WORK_MS } from '../toolkit/call-time.ts';

/** Beyond the longest time that a call can take, in milliseconds. */
const LEASE_MARGIN_MS = 5_000;

/**
 * Reads the file of the URL where there is one. Nothing is loaded or connected before the store is opened.
 *
 * @throws SecretFileError where that file cannot be used
 */
export async function quotaStoreOf(target: AppTarget, source: SecretSource): Promise<OpenQuotaStore> {
  const url = await source.read();
  return async (events) => {
    const [{ openQuotaStore }, { createHash }] = await Promise.all([
      import('../redis/quota-store.ts'),
      import('node:crypto'),
    ]);
    const app = createHash('sha256')
      .update(`${target.name}\n${new URL(target.origin).host}`)
      .digest('hex');
    return openQuotaStore(url, app.slice(0, 32), events);
  };
}

/** What all processes on an app share. Nothing is loaded or connected before its first call. */
export async function openQuotaLink(
  target: AppTarget,
  source: SecretSource,
  { rateLimit, timeoutMs }: Config,
  clock: Clock,
  log: Log,
): Promise<QuotaLink> {
  const { hostname } = await import('node:os');
  const open = await quotaStoreOf(target, source).catch((error: unknown) => {
    throw error instanceof SecretFileError ? unreadableSecret(error) : error;
  });
  return createQuotaLink({
    open,
    process: `${hostname()}/${process.pid}/${crypto.randomUUID().slice(0, 8)}`,
    // An attempt that changes members has twice the time, and no call has more than its 45 s.
    leaseMs: Math.min(2 * timeoutMs, WORK_MS) + LEASE_MARGIN_MS,
    perSecond: rateLimit,
    clock,
    log,
  });
}
