import { shareAlone } from '../agora/quota-link.ts';
import type { OpenQuotaStore, QuotaRequest, QuotaStore } from '../agora/quota-messages.ts';
import { quotaStoreOf } from '../app/shared-quota.ts';
import { visible } from '../base/escape.ts';
import type { Config } from '../settings/read-config.ts';
import { SecretFileError } from '../settings/read-secret.ts';
import { type Check, ok, skipped, warn } from './check-result.ts';
import type { Say } from './words-en.ts';

const ID = 'shared_quota';
const MOST_HOSTS = 10;

/** Does Redis answer, who shares, and what would each do alone? A check only where a Redis is set. */
export async function checkSharedQuota(config: Config, offline: boolean): Promise<Check[]> {
  const { target, redisUrl } = config;
  if (redisUrl === undefined) return [];
  if (offline) return [skipped(ID, (say) => say.skipped.offline)];
  if (target.kind === 'sandbox') return [skipped(ID, (say) => say.server.quotaUnused)];
  if (target.kind === 'unusable') return [skipped(ID, (say) => say.skipped.incomplete)];
  try {
    return [await askRedis(await quotaStoreOf(target, redisUrl), config.rateLimit)];
  } catch (error) {
    if (error instanceof SecretFileError)
      return [skipped(ID, (say) => say.skipped.wrong('AGORA_THREADS_REDIS_URL_FILE'))];
    throw error;
  }
}

async function askRedis(open: OpenQuotaStore, rateLimit: number): Promise<Check> {
  let store: QuotaStore | undefined;
  try {
    await new Promise<void>((onReady, reject) => {
      const onLost = (reason: string) => reject(new Error(reason));
      open({ onReady, onLost }).then((opened) => {
        store = opened;
      }, reject);
    });
    await store?.run('list', JSON.stringify(looks(rateLimit)));
    const processes = (await store?.processes()) ?? [];
    const each = shareAlone(rateLimit, processes.length);
    return ok(ID, (say) => say.server.quota(whoShares(processes)(say), each));
  } catch (error) {
    const reason = visible(error instanceof Error ? error.message : String(error), 300);
    return warn(
      ID,
      (say) => say.server.noRedis(reason, shareAlone(rateLimit, 0)),
      (say) => say.server.checkRedis,
    );
  } finally {
    await store?.close();
  }
}

/** Runs the very script, without being counted. */
const looks = (limit: number): QuotaRequest => {
  const nothing = { want: 0, out: 0, returns: [], refusals: [] };
  return { process: 'doctor', limit, lease: 0, leave: true, ...nothing };
};

/** Processes call themselves HOST/PID/RANDOM. */
function whoShares(processes: readonly string[]): Say {
  if (processes.length === 0) return (say) => say.server.nobodyShares;
  const hosts = new Map<string, number>();
  for (const process of processes) {
    const host = process.split('/')[0] ?? process;
    hosts.set(host, (hosts.get(host) ?? 0) + 1);
  }
  const more = hosts.size > MOST_HOSTS ? ' …' : '';
  return (say) => {
    const shown = [...hosts].slice(0, MOST_HOSTS).map(([host, count]) => say.server.onHost(count, visible(host, 60)));
    return say.server.sharing(processes.length, say.list(shown) + more);
  };
}
