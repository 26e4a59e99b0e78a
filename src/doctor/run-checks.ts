import { openSandbox } from '../app/open-app.ts';
import { systemClock } from '../base/clock.ts';
import type { AppTarget } from '../settings/app-target.ts';
import type { Config, Environment } from '../settings/read-config.ts';
import type { Reader } from '../settings/where-found.ts';
import type { AssistantKind } from './assistant-kinds.ts';
import { checkHttpTokens } from './check-http.ts';
import {
  checkCertificates,
  checkClock,
  checkConnection,
  checkDns,
  checkHost,
  checkProxy,
  isClockRight,
} from './check-network.ts';
import { checkPolicies } from './check-policies.ts';
import { type Check, failCall, skipped } from './check-result.ts';
import { checkAuditLog, checkConfirm, checkTools } from './check-server.ts';
import { checkService, SERVICE_IDS } from './check-service.ts';
import { checkSettings, type Sources } from './check-settings.ts';
import { checkSharedQuota } from './check-shared-quota.ts';
import { type Connection, checkToken } from './check-token.ts';
import { type DoctorClient, openClient } from './doctor-client.ts';
import type { DoctorWords, Say } from './words-en.ts';

export interface DoctorInput {
  /** With the flags laid over it. */
  readonly environment: Environment;
  readonly sources: Sources;
  /** What there is to say of an assistant's configuration, where one is checked. */
  readonly ofAssistant: readonly Check[];
  /** Whose configuration it is. */
  readonly assistant: AssistantKind | undefined;
  readonly config: Config;
  readonly offline: boolean;
}

export type Section = keyof DoctorWords['sections'];

/** Takes checks as soon as they have ended. */
export type Report = (section: Section, ...checks: readonly Check[]) => void;

/** Makes the checks one after the other. */
export async function runChecks(input: DoctorInput, report: Report): Promise<void> {
  const { config, environment, sources, offline } = input;
  const { target } = config;
  report('configuration', ...input.ofAssistant);
  const settings = await checkSettings(environment, sources, config);
  report('settings', ...settings);
  report('server', checkTools(config), checkConfirm(config), await checkAuditLog(config));
  report('server', ...checkPolicies(config, input.assistant), ...(await checkHttpTokens(config)));
  report('server', ...(await checkSharedQuota(config, offline)));
  if (target.kind === 'unusable') {
    const withoutSettings = (id: string): Check => skipped(id, (say) => say.skipped.incomplete);
    report('network', ...['host', 'proxy', 'dns', 'connection', 'clock'].map(withoutSettings));
    return report('service', ...['token', ...SERVICE_IDS].map(withoutSettings));
  }
  const opened =
    target.kind === 'app' ? { app: target, close: async () => undefined } : await openOrFail(config.reader);
  if ('status' in opened) {
    report('network', opened);
    return report('service', ...['token', ...SERVICE_IDS].map((id) => skipped(id, (say) => say.skipped.noSandbox)));
  }
  const { app, close } = opened;
  try {
    // The file of its secret may be wrong though the settings name an app.
    const wrong = settings.find(({ id, status }) => status === 'fail' && id !== 'AGORA_THREADS_REDIS_URL_FILE');
    await checkApp(app, input, wrong, report);
  } finally {
    await close();
  }
}

const openOrFail = (reader: Reader) =>
  openSandbox(systemClock).catch((error: unknown) =>
    failCall('connection', error, reader, { fix: (say) => say.network.allowLoopback }),
  );

async function checkApp(app: AppTarget, input: DoctorInput, wrong: Check | undefined, report: Report): Promise<void> {
  const { config } = input;
  const client = await openClient(app, config, systemClock);
  try {
    const connection = await checkNetwork(app, input, client, report);
    const { check, token } = wrong
      ? { check: skipped('token', (say) => say.skipped.wrong(wrong.id)), token: undefined }
      : await checkToken(app, systemClock, client.exchange, connection, config.reader);
    report('service', check);
    const blocked: Say | undefined =
      connection.blocked ?? (token === undefined ? (say) => say.skipped.noToken : undefined);
    if (blocked !== undefined) return report('service', ...SERVICE_IDS.map((id) => skipped(id, blocked)));
    report('service', ...checkService(await client.list(token), app, config, isClockRight(connection.ahead)));
  } finally {
    await client.close();
  }
}

async function checkNetwork(
  app: AppTarget,
  { config, environment, offline }: DoctorInput,
  client: DoctorClient,
  report: Report,
): Promise<Connection> {
  const blocked = (why: Say, ...ids: readonly string[]): Connection => {
    report('network', ...ids.map((id) => skipped(id, why)));
    return { blocked: why, ahead: 0 };
  };
  report('network', checkHost(app), ...checkCertificates(environment), checkProxy(app, config));
  if (offline) return blocked((say) => say.skipped.offline, 'dns', 'connection', 'clock');
  const dns = await checkDns(app, config);
  report('network', dns);
  if (dns.status === 'fail') return blocked((say) => say.skipped.hostNotFound, 'connection', 'clock');
  const started = performance.now();
  // Without a token: a refusal shows as well as an answer that the service can be reached.
  const connection = checkConnection(await client.list(undefined), app, config, performance.now() - started);
  report('network', connection);
  if (connection.status === 'fail') return blocked((say) => say.skipped.noConnection, 'clock');
  const ahead = client.clockAhead();
  report('network', checkClock(ahead));
  return { ahead: ahead ?? 0 };
}
