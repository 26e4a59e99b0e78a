import { shareAlone } from '../agora/quota-link.ts';
import type { OpenQuotaStore, QuotaRequest, QuotaStore } from '../agora/quota-messages.ts';
import { quotaStoreOf } from '../app/shared-quota.ts';
import { visible } from '../base/escape.ts';
import type { Config } from '../settings/read-config.ts';
import { SecretFileError } from '../settings/read-secret.ts';
import { type Check, ok, skipped, warn } from './check-result.ts';

const ID = 'shared_quota';
const MOST_HOSTS = 10;
const FIX =
  'Check AGORA_THREADS_REDIS_URL, that Redis (6.2 or later) runs, and that its user may run scripts on agora-threads:* keys.';

/** Does Redis answer, who shares, and what would each do alone? A check only where a Redis is set. */
export async function checkSharedQuota(config: Config, offline: boolean): Promise<Check[]> {
  const { target, redisUrl } = config;
  if (redisUrl === undefined) return [];
  if (offline) return [skipped(ID, 'skipped by --offline')];
  if (target.kind === 'sandbox') return [skipped(ID, 'not used: the embedded sandbox belongs to one process')];
  if (target.kind === 'unusable') return [skipped(ID, 'settings are incomplete or invalid')];
  try {
    return [await askRedis(await quotaStoreOf(target, redisUrl), config.rateLimit)];
  } catch (error) {
    if (error instanceof SecretFileError) return [skipped(ID, 'AGORA_THREADS_REDIS_URL_FILE is wrong')];
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
    const alone = `without Redis each would make at most ${shareAlone(rateLimit, processes.length)} calls a second`;
    return ok(ID, `Redis answers; ${whoShares(processes)}; ${alone}`);
  } catch (error) {
    const reason = visible(error instanceof Error ? error.message : String(error), 300);
    const alone = `each process continues on its own, with at most ${shareAlone(rateLimit, 0)} calls a second`;
    return warn(ID, `Redis does not answer (${reason}): ${alone}`, FIX);
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
function whoShares(processes: readonly string[]): string {
  if (processes.length === 0) return 'no process has shared the rate limit in the last ten minutes';
  const hosts = new Map<string, number>();
  for (const process of processes) {
    const host = process.split('/')[0] ?? process;
    hosts.set(host, (hosts.get(host) ?? 0) + 1);
  }
  const shown = [...hosts].slice(0, MOST_HOSTS).map(([host, count]) => `${count} on ${visible(host, 60)}`);
  const more = hosts.size > MOST_HOSTS ? ' …' : '';
  return `processes that share the rate limit: ${processes.length} (${shown.join(', ')}${more})`;
}
