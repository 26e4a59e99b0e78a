import { AgoraError, type ErrorCode } from '../agora/errors.ts';
import type { AppTarget } from '../settings/app-target.ts';
import type { Config } from '../settings/read-config.ts';
import type { SettingName } from '../settings/schema.ts';
import { whereOf } from '../settings/setting-names.ts';
import { type Check, failCall, ok, skipped } from './check-result.ts';
import type { ListOutcome } from './doctor-client.ts';

export const SERVICE_IDS = ['list_call', 'threads_enabled', 'rate_limit'] as const;
type ServiceId = (typeof SERVICE_IDS)[number];

/** Which check a refusal answers; the others are then skipped. */
const ABOUT: Readonly<Partial<Record<ErrorCode, ServiceId>>> = {
  threads_not_enabled: 'threads_enabled',
  rate_limited: 'rate_limit',
  quota_exceeded: 'rate_limit',
};

/** The setting whose value a refusal puts in doubt. */
const WHERE: Readonly<Partial<Record<ErrorCode, SettingName>>> = {
  app_not_found: 'AGORA_CHAT_APP_KEY',
  address_not_found: 'AGORA_CHAT_HOST',
  redirected: 'AGORA_CHAT_HOST',
  unreadable_answer: 'AGORA_CHAT_HOST',
};

/** The setting that a 401 to a fresh token puts in doubt. */
const BUILT_FROM = { built: 'AGORA_APP_CERTIFICATE', exchanged: 'EASEMOB_CLIENT_SECRET' } as const;

/**
 * What listing one thread says about the app, its threads and its limits.
 *
 * @param clockRight does this machine's clock agree with the service's?
 */
export function checkService(outcome: ListOutcome, app: AppTarget, config: Config, clockRight: boolean): Check[] {
  if ('error' in outcome) return checkFailure(outcome.error, app, config, clockRight);
  const { rateLimit } = config;
  const found = outcome.items.length === 0 ? 'there is no thread yet' : 'there are threads';
  const scope = rateLimit <= 10 ? 'in all' : 'to each endpoint';
  return [
    ok('list_call', `the service answered: ${found}`),
    ok('threads_enabled', 'threads are enabled for this app'),
    ok('rate_limit', `not reached; this server makes at most ${rateLimit} calls a second ${scope}`),
  ];
}

function checkFailure(error: unknown, app: AppTarget, config: Config, clockRight: boolean): Check[] {
  if (!(error instanceof AgoraError)) throw error;
  const about = ABOUT[error.code] ?? 'list_call';
  const why = about === 'list_call' ? 'the list call failed' : `the service refused the call: ${error.code}`;
  return SERVICE_IDS.map((id) => (id === about ? failure(id, error, app, config, clockRight) : skipped(id, why)));
}

function failure(
  id: string,
  error: AgoraError,
  { credentials: { kind } }: AppTarget,
  { reader }: Config,
  clockRight: boolean,
): Check {
  const failed = (setting: SettingName | undefined, fix?: string): Check =>
    failCall(id, error, setting && whereOf(setting, reader), fix);
  if (error.facts.status !== 401) return failed(WHERE[error.code]);
  if (kind === 'fixed') return failed('AGORA_CHAT_APP_TOKEN');
  if (!clockRight) return failed(undefined, 'Set the clock first, then run this again.');
  const name = BUILT_FROM[kind];
  return failed(name, `Check that ${name}, app and AGORA_CHAT_HOST belong together.`);
}
