import { openConnections } from '../agora/dispatcher.ts';
import { createLimiter } from '../agora/rate-limiter.ts';
import { createSendOnce } from '../agora/send-once.ts';
import { createThreads } from '../agora/threads.ts';
import { createTokenExchange, type TokenExchange } from '../agora/token-exchange.ts';
import { openSandbox, sendOnceOptions } from '../app/connector.ts';
import type { Clock } from '../base/clock.ts';
import type { AppTarget } from '../settings/app-target.ts';
import type { Config, Environment } from '../settings/read-config.ts';
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
import { type Check, skipped } from './check-result.ts';
import { checkAuditLog, checkConfirm, checkTools } from './check-server.ts';
import { checkService, type ListOutcome, SERVICE_IDS } from './check-service.ts';
import { checkSettings } from './check-settings.ts';
import { checkSharedQuota } from './check-shared-quota.ts';
import { type Connection, checkToken } from './check-token.ts';

export interface DoctorInput {
  /** With the flags laid over it. */
  readonly environment: Environment;
  /** Where each variable comes from, in words, if not from the environment. */
  readonly sources: ReadonlyMap<string, string>;
  /** What there is to say of an assistant's configuration, where one is checked. */
  readonly ofAssistant: readonly Check[];
  readonly config: Config;
  /** How many tools are registered, and how many there are. */
  readonly tools: { readonly registered: number; readonly all: number };
  readonly offline: boolean;
  readonly clock: Clock;
  readonly version: string;
}

export type Section = 'Configuration' | 'Settings' | 'Server' | 'Network' | 'Service';
export interface SectionedCheck extends Check {
  readonly section: Section;
}
type Checks<Result = void> = AsyncGenerator<SectionedCheck, Result>;

const inSection = (section: Section, ...checks: readonly Check[]): SectionedCheck[] =>
  checks.map((check) => ({ section, ...check }));

/** Makes the checks one after the other, and yields each as soon as it has ended. */
export async function* runChecks(input: DoctorInput): Checks {
  const { config, environment, sources, clock } = input;
  yield* inSection('Configuration', ...input.ofAssistant);
  const settings = await checkSettings(environment, sources, config);
  yield* inSection('Settings', ...settings);
  yield* inSection('Server', checkTools(config, input.tools), checkConfirm(config), await checkAuditLog(config));
  const tokens = await checkHttpTokens(config);
  if (tokens) yield* inSection('Server', tokens);
  yield* inSection('Server', ...(await checkSharedQuota(config, input.offline)));
  const { target } = config;
  const wrong = settings.find(({ id, status }) => status === 'fail' && id !== 'AGORA_THREADS_REDIS_URL_FILE');
  switch (target.kind) {
    case 'unusable':
      yield* inSection('Network', ...['host', 'proxy', 'dns', 'connection', 'clock'].map(withoutSettings));
      return yield* inSection('Service', ...['token', ...SERVICE_IDS].map(withoutSettings));
    case 'app':
      return yield* checkApp(target, input, wrong);
    case 'sandbox': {
      const sandbox = await openSandbox(clock);
      try {
        yield* checkApp(sandbox.app, input, wrong);
      } finally {
        await sandbox.close();
      }
    }
  }
}

const withoutSettings = (id: string): Check => skipped(id, 'settings are incomplete or invalid');

/** @param wrong a setting that is wrong though it names an app: the file of its secret */
async function* checkApp(target: AppTarget, input: DoctorInput, wrong: Check | undefined): Checks {
  const client = await openClient(target, input);
  try {
    const connection = yield* checkNetwork(target, input, client);
    const { check, token } =
      wrong === undefined
        ? await checkToken(target, input.clock, client.exchange, connection, input.config.reader)
        : { check: skipped('token', `${wrong.id} is wrong`), token: undefined };
    yield* inSection('Service', check);
    const { blocked, ahead } = connection;
    if (blocked !== undefined || token === undefined) {
      const why = blocked ?? 'there is no good token';
      return yield* inSection('Service', ...SERVICE_IDS.map((id) => skipped(id, why)));
    }
    const { kind } = target.credentials;
    const service = { config: input.config, kind, clockRight: isClockRight(ahead) };
    yield* inSection('Service', ...checkService(await client.list(token), service));
  } finally {
    await client.close();
  }
}

async function* checkNetwork(target: AppTarget, input: DoctorInput, client: DoctorClient): Checks<Connection> {
  const { config, environment, offline, clock } = input;
  yield* inSection('Network', checkHost(target), ...checkCertificates(environment), checkProxy(target, config));

  const unasked = offline ? 'skipped by --offline' : undefined;
  const dns = unasked === undefined ? await checkDns(target, config) : skipped('dns', unasked);
  yield* inSection('Network', dns);
  const blocked = unasked ?? (dns.status === 'fail' ? 'the host name was not found' : undefined);
  if (blocked !== undefined) {
    yield* inSection('Network', skipped('connection', blocked), skipped('clock', blocked));
    return { blocked, ahead: 0 };
  }
  const started = clock.now();
  // Without a token: a refusal shows as well as an answer that the service can be reached.
  const outcome = await client.list(undefined);
  const connection = checkConnection(outcome, target, clock.now() - started);
  yield* inSection('Network', connection);
  if (connection.status === 'fail') {
    const why = 'there is no connection';
    yield* inSection('Network', skipped('clock', why));
    return { blocked: why, ahead: 0 };
  }
  const ahead = client.clockAhead();
  yield* inSection('Network', checkClock(ahead));
  return { ahead: ahead ?? 0 };
}

/** What the doctor asks of a service. Nothing is opened before it asks. */
interface DoctorClient {
  /** One thread of the app; sent once, since a second try would only hide what the first one met. */
  list(token: string | undefined): Promise<ListOutcome>;
  /** In milliseconds, by the last answer; undefined where it had no readable date. */
  clockAhead(): number | undefined;
  readonly exchange: TokenExchange;
  close(): Promise<void>;
}

async function openClient(target: AppTarget, { config, clock, version }: DoctorInput): Promise<DoctorClient> {
  const connections = await openConnections(target.origin, target.loopback, config.proxy);
  let ahead: number | undefined;
  const sendOnce = createSendOnce({
    ...sendOnceOptions(target, config, clock, version),
    dispatcher: connections.dispatcher,
    onDate(date) {
      // The header leaves out the fraction of the second: half a second on average.
      const difference = clock.now() - (Date.parse(date) + 500);
      ahead = Number.isNaN(difference) ? undefined : difference;
    },
  });
  const { signal } = new AbortController();
  return {
    list: (token) =>
      createThreads((call) => sendOnce(call, token, signal), target.name)
        .list({ limit: 1 }, signal)
        .catch((error: unknown) => ({ error })),
    clockAhead: () => ahead,
    exchange: createTokenExchange(sendOnce, createLimiter({ perSecond: config.rateLimit, clock })),
    close: connections.close,
  };
}
