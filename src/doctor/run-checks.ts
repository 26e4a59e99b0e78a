import { openSandbox } from '../app/connector.ts';
import { systemClock } from '../base/clock.ts';
import type { AppTarget } from '../settings/app-target.ts';
import type { Config, Environment } from '../settings/read-config.ts';
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
import { checkSettings } from './check-settings.ts';
import { checkSharedQuota } from './check-shared-quota.ts';
import { type Connection, checkToken } from './check-token.ts';
import { type DoctorClient, openClient } from './doctor-client.ts';

export interface DoctorInput {
  /** With the flags laid over it. */
  readonly environment: Environment;
  /** Where each variable comes from, in words, if not from the environment. */
  readonly sources: ReadonlyMap<string, string>;
  /** What there is to say of an assistant's configuration, where one is checked. */
  readonly ofAssistant: readonly Check[];
  /** Whose configuration it is. */
  readonly assistant: AssistantKind | undefined;
  readonly config: Config;
  readonly offline: boolean;
}

export type Section = 'Configuration' | 'Settings' | 'Server' | 'Network' | 'Service';

/** Takes checks as soon as they have ended. */
export type Report = (section: Section, ...checks: readonly Check[]) => void;

/** Makes the checks one after the other. */
export async function runChecks(input: DoctorInput, report: Report): Promise<void> {
  const { config, environment, sources, offline } = input;
  const { target } = config;
  report('Configuration', ...input.ofAssistant);
  const settings = await checkSettings(environment, sources, config);
  report('Settings', ...settings);
  report('Server', checkTools(config), checkConfirm(config), await checkAuditLog(config));
  report('Server', ...checkPolicies(config, input.assistant), ...(await checkHttpTokens(config)));
  report('Server', ...(await checkSharedQuota(config, offline)));
  if (target.kind === 'unusable') {
    const withoutSettings = (id: string): Check => skipped(id, 'settings are incomplete or invalid');
    report('Network', ...['host', 'proxy', 'dns', 'connection', 'clock'].map(withoutSettings));
    return report('Service', ...['token', ...SERVICE_IDS].map(withoutSettings));
  }
  const opened = target.kind === 'app' ? { app: target, close: async () => undefined } : await openOrFail();
  if ('status' in opened) {
    report('Network', opened);
    return report('Service', ...['token', ...SERVICE_IDS].map((id) => skipped(id, 'the sandbox does not run')));
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

const openOrFail = () => openSandbox(systemClock).catch((error: unknown) => failCall('connection', error));

async function checkApp(app: AppTarget, input: DoctorInput, wrong: Check | undefined, report: Report): Promise<void> {
  const { config } = input;
  const client = await openClient(app, config, systemClock);
  try {
    const connection = await checkNetwork(app, input, client, report);
    const { check, token } = wrong
      ? { check: skipped('token', `${wrong.id} is wrong`), token: undefined }
      : await checkToken(app, systemClock, client.exchange, connection, config.reader);
    report('Service', check);
    const blocked = connection.blocked ?? (token === undefined ? 'there is no good token' : undefined);
    if (blocked !== undefined) return report('Service', ...SERVICE_IDS.map((id) => skipped(id, blocked)));
    report('Service', ...checkService(await client.list(token), app, config, isClockRight(connection.ahead)));
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
  const blocked = (why: string, ...ids: readonly string[]): Connection => {
    report('Network', ...ids.map((id) => skipped(id, why)));
    return { blocked: why, ahead: 0 };
  };
  report('Network', checkHost(app), ...checkCertificates(environment), checkProxy(app, config));
  if (offline) return blocked('skipped by --offline', 'dns', 'connection', 'clock');
  const dns = await checkDns(app, config);
  report('Network', dns);
  if (dns.status === 'fail') return blocked('the host name was not found', 'connection', 'clock');
  const started = performance.now();
  // Without a token: a refusal shows as well as an answer that the service can be reached.
  const connection = checkConnection(await client.list(undefined), app, performance.now() - started);
  report('Network', connection);
  if (connection.status === 'fail') return blocked('there is no connection', 'clock');
  const ahead = client.clockAhead();
  report('Network', checkClock(ahead));
  return { ahead: ahead ?? 0 };
}
