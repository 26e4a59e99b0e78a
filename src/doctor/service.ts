import { AgoraError } from '../agora/errors.ts';
import type { Page, Thread } from '../agora/threads.ts';
import type { Config } from '../config.ts';
import { whereIs } from '../settings.ts';
import { type Check, failCall, ok, skipped } from './check.ts';

export const SERVICE_IDS = ['list_call', 'threads_enabled', 'rate_limit'] as const;
type ServiceId = (typeof SERVICE_IDS)[number];

/** Which check a refusal is about; the others then have no answer of their own. */
const ABOUT: Readonly<Record<string, ServiceId>> = {
  threads_not_enabled: 'threads_enabled',
  rate_limited: 'rate_limit',
  quota_exceeded: 'rate_limit',
};

/** Where the value stands that a refusal puts in doubt. */
const WHERE: Readonly<Record<string, string>> = {
  app_not_found: 'AGORA_CHAT_APP_KEY',
  address_not_found: 'AGORA_CHAT_HOST',
  redirected: 'AGORA_CHAT_HOST',
  token_expired: 'AGORA_CHAT_APP_TOKEN',
  unauthorized: 'AGORA_CHAT_APP_TOKEN',
};

/**
 * What one list call of one thread says of the app, its threads and its limits.
 *
 * @param outcome the page, or what was thrown
 */
export function checkService(outcome: Page<Thread> | { readonly error: unknown }, config: Config): readonly Check[] {
  if ('error' in outcome) return checkFailure(outcome.error);
  const found = outcome.items.length === 0 ? 'there is no thread yet' : 'there are threads';
  const scope = config.rateLimit <= 10 ? 'in all' : 'to each endpoint';
  return [
    ok('list_call', `the service answered: ${found}`),
    ok('threads_enabled', 'threads are enabled for this app'),
    ok('rate_limit', `not reached; this server makes at most ${config.rateLimit} calls a second ${scope}`),
  ];
}

function checkFailure(error: unknown): readonly Check[] {
  const code = error instanceof AgoraError ? error.code : '';
  const about = ABOUT[code] ?? 'list_call';
  return SERVICE_IDS.map((id) =>
    id === about
      ? failCall(id, error, whereIs(WHERE[code] ?? ''))
      : skipped(id, about === 'list_call' ? 'the list call failed' : `the service refused the call: ${code}`),
  );
}
