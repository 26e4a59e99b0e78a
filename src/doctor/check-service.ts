import { AgoraError, type ErrorCode } from '../agora/errors.ts';
import type { AppTarget, Credentials } from '../settings/app-target.ts';
import type { Config } from '../settings/read-config.ts';
import type { SettingName } from '../settings/schema.ts';
import { type Check, type Doubt, failCall, ok, skipped } from './check-result.ts';
import type { ListOutcome } from './doctor-client.ts';
import type { Say } from './words-en.ts';

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
  const { length } = outcome.items;
  return [
    ok('list_call', ({ service }) => (length === 0 ? service.noThreads : service.threads)),
    ok('threads_enabled', ({ service }) => service.enabled),
    ok('rate_limit', ({ service }) => (rateLimit <= 10 ? service.limitInAll : service.limit)(rateLimit)),
  ];
}

function checkFailure(error: unknown, app: AppTarget, { reader }: Config, clockRight: boolean): Check[] {
  if (!(error instanceof AgoraError)) throw error;
  const about = ABOUT[error.code] ?? 'list_call';
  const why: Say = (say) => (about === 'list_call' ? say.skipped.listFailed : say.skipped.refused(error.code));
  return SERVICE_IDS.map((id) =>
    id === about ? failCall(id, error, reader, doubtOf(error, app.credentials, clockRight)) : skipped(id, why),
  );
}

function doubtOf(error: AgoraError, { kind }: Credentials, clockRight: boolean): Doubt {
  if (error.facts.status !== 401) return { setting: WHERE[error.code] };
  if (kind === 'fixed') return { setting: 'AGORA_CHAT_APP_TOKEN' };
  if (!clockRight) return { fix: (say) => say.service.clockFirst };
  const setting = BUILT_FROM[kind];
  return { setting, fix: (say) => say.service.belongTogether(setting) };
}
