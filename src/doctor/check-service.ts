import { AgoraError, type ErrorCode } from '../agora/errors.ts';
import type { Page, Thread } from '../agora/thread.ts';
import type { CredentialSource } from '../settings/app-target.ts';
import type { Config } from '../settings/read-config.ts';
import type { SettingName } from '../settings/schema.ts';
import { whereOf } from '../settings/setting-names.ts';
import { type Check, failCall, ok, skipped } from './check-result.ts';

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

/** A page of threads, or what was thrown. */
export type ListOutcome = Page<Thread> | { readonly error: unknown };

export interface ServiceInput {
  readonly config: Config;
  /** Where the token came from. */
  readonly kind: CredentialSource['kind'];
  /** Does this machine's clock agree with the service's? */
  readonly clockRight: boolean;
}

/**
 * What listing one thread says about the app, its threads and its limits.
 */
export function checkService(outcome: ListOutcome, input: ServiceInput): readonly Check[] {
  if ('error' in outcome) return checkFailure(outcome.error, input);
  const { rateLimit } = input.config;
  const found = outcome.items.length === 0 ? 'there is no thread yet' : 'there are threads';
  const scope = rateLimit <= 10 ? 'in all' : 'to each endpoint';
  return [
    ok('list_call', `the service answered: ${found}`),
    ok('threads_enabled', 'threads are enabled for this app'),
    ok('rate_limit', `not reached; this server makes at most ${rateLimit} calls a second ${scope}`),
  ];
}

function checkFailure(error: unknown, input: ServiceInput): readonly Check[] {
  const code = error instanceof AgoraError ? error.code : undefined;
  const about = (code && ABOUT[code]) ?? 'list_call';
  const why = about === 'list_call' ? 'the list call failed' : `the service refused the call: ${code}`;
  return SERVICE_IDS.map((id) => (id === about ? failure(id, error, input) : skipped(id, why)));
}

function failure(id: ServiceId, error: unknown, { config, kind, clockRight }: ServiceInput): Check {
  if (!(error instanceof AgoraError)) throw error;
  const placeOf = (name: SettingName | undefined) => name && whereOf(name, config.reader);
  if (error.facts.status !== 401) return failCall(id, error, placeOf(WHERE[error.code]));
  if (kind === 'fixed') return failCall(id, error, placeOf('AGORA_CHAT_APP_TOKEN'));
  if (!clockRight) return failCall(id, error, undefined, 'Set the clock first, then run this again.');
  const name = BUILT_FROM[kind];
  return failCall(id, error, placeOf(name), `Check that ${name}, app and AGORA_CHAT_HOST belong together.`);
}
