import { openConnections } from '../agora/dispatcher.ts';
import { createLimiter } from '../agora/rate-limiter.ts';
import { createSendOnce } from '../agora/send-once.ts';
import type { Page, Thread } from '../agora/thread.ts';
import { createThreads } from '../agora/threads.ts';
import { createTokenExchange, type TokenExchange } from '../agora/token-exchange.ts';
import { openSandbox, sendOnceOptions } from '../app/session.ts';
import type { Clock } from '../base/clock.ts';
import type { AppTarget } from '../settings/app-target.ts';
import type { Config, Environment } from '../settings/read-config.ts';
import { checkCertificates, checkClock, checkConnection, checkDns, checkHost, checkProxy } from './check-network.ts';
import { type Check, skipped } from './check-result.ts';
import { checkAuditLog, checkConfirm, checkTools } from './check-server.ts';
import { checkService, SERVICE_IDS } from './check-service.ts';
import { checkSettings } from './check-settings.ts';
import { checkToken, type Reach } from './check-token.ts';

export interface Examination {
  /** With the flags laid over it. */
  readonly environment: Environment;
  /** The variables for which a flag stands on the command line. */
  readonly byFlag: ReadonlySet<string>;
  readonly config: Config;
  /** How many tools are registered, and how many there are. */
  readonly tools: { readonly registered: number; readonly all: number };
  readonly offline: boolean;
  readonly clock: Clock;
  readonly version: string;
}

export type Section = 'Settings' | 'Server' | 'Network' | 'Service';
export type Found = readonly [Section, Check];

/** Makes every check in its order, each as soon as the one before has ended. */
export async function* examine(examination: Examination): AsyncGenerator<Found> {
  const { config, environment, byFlag, clock } = examination;
  const settings = await checkSettings(environment, byFlag, config);
  yield* inSection('Settings', settings);
  yield* inSection('Server', [
    checkTools(config, examination.tools),
    checkConfirm(config),
    await checkAuditLog(config),
  ]);
  const { target } = config;
  const wrong = settings.find(({ status }) => status === 'fail');
  switch (target.kind) {
    case 'unusable':
      yield* inSection('Network', ['host', 'proxy', 'dns', 'connection', 'clock'].map(withoutSettings));
      return yield* inSection('Service', ['token', ...SERVICE_IDS].map(withoutSettings));
    case 'app':
      return yield* examineApp(target, examination, wrong);
    case 'sandbox': {
      const sandbox = await openSandbox(clock);
      try {
        yield* examineApp(sandbox.app, examination, wrong);
      } finally {
        await sandbox.close();
      }
    }
  }
}

const inSection = (section: Section, checks: readonly Check[]): Found[] => checks.map((check) => [section, check]);
const withoutSettings = (id: string): Check => skipped(id, 'the settings are incomplete or wrong');

/** @param wrong a setting that is wrong though it names an app: the file of its secret */
async function* examineApp(target: AppTarget, examination: Examination, wrong?: Check): AsyncGenerator<Found> {
  const reach = yield* examineNetwork(target, examination);
  try {
    yield* examineService(target, examination, reach, wrong);
  } finally {
    if ('wire' in reach) await reach.wire.close();
  }
}

async function* examineNetwork(target: AppTarget, examination: Examination): AsyncGenerator<Found, Reach<Wire>> {
  const { config, environment, offline } = examination;
  const certificates = checkCertificates(environment);
  const proxy = checkProxy(target, config);
  yield* inSection('Network', [checkHost(target), ...(certificates ? [certificates] : []), proxy]);

  const unasked = offline ? 'not asked, by --offline' : undefined;
  const dns = unasked === undefined ? await checkDns(target, config) : skipped('dns', unasked);
  yield ['Network', dns];
  const blocked = unasked ?? (dns.status === 'fail' ? 'the host name was not found' : undefined);
  if (blocked !== undefined) {
    yield* inSection('Network', [skipped('connection', blocked), skipped('clock', blocked)]);
    return { blocked };
  }
  const wire = openWire(target, examination);
  const connection = await wire.connect();
  yield ['Network', connection];
  if (connection.status === 'fail') {
    await wire.close();
    yield ['Network', skipped('clock', 'there is no connection')];
    return { blocked: 'there is no connection' };
  }
  const ahead = wire.clockAhead();
  yield ['Network', checkClock(ahead)];
  return { wire, ahead: ahead ?? 0 };
}

async function* examineService(
  target: AppTarget,
  { config, clock }: Examination,
  reach: Reach<Wire>,
  wrong: Check | undefined,
): AsyncGenerator<Found> {
  const { check, token } =
    wrong === undefined
      ? await checkToken(target, clock, reach)
      : { check: skipped('token', `${wrong.id} is wrong`), token: undefined };
  yield ['Service', check];
  if ('blocked' in reach || token === undefined) {
    const why = 'blocked' in reach ? reach.blocked : 'there is no good token';
    yield* inSection(
      'Service',
      SERVICE_IDS.map((id) => skipped(id, why)),
    );
  } else {
    const { kind } = target.credentials;
    const clockRight = checkClock(reach.ahead).status !== 'fail';
    yield* inSection('Service', checkService(await reach.wire.list(token), { config, kind, clockRight }));
  }
}

/** What the doctor asks of a service. */
interface Wire {
  /** Asks without a token, which answers nothing but shows that there is an answer. */
  connect(): Promise<Check>;
  /** In milliseconds, as the last answer had it; undefined where it had no readable date. */
  clockAhead(): number | undefined;
  readonly exchange: TokenExchange;
  /** One thread of the app; once, since a second try would only hide what the first one met. */
  list(token: string): Promise<Page<Thread> | { readonly error: unknown }>;
  close(): Promise<void>;
}

function openWire(target: AppTarget, { config, clock, version }: Examination): Wire {
  const connections = openConnections(target.origin, target.loopback, config.proxy);
  let ahead: number | undefined;
  const attempt = createSendOnce({
    ...sendOnceOptions(target, config, clock, version),
    dispatcher: connections.dispatcher,
    onDate(date) {
      // The header leaves out the part of the second: half a one on average.
      const difference = clock.now() - (Date.parse(date) + 500);
      ahead = Number.isNaN(difference) ? undefined : difference;
    },
  });
  const { signal } = new AbortController();
  const list = (token: string | undefined) =>
    createThreads((call) => attempt(call, token, signal), target.name)
      .list({ limit: 1 }, signal)
      .catch((error: unknown) => ({ error }));
  return {
    async connect() {
      const started = clock.now();
      const outcome = await list(undefined);
      return checkConnection('error' in outcome ? outcome.error : undefined, target, clock.now() - started);
    },
    clockAhead: () => ahead,
    exchange: createTokenExchange(attempt, createLimiter({ perSecond: config.rateLimit, clock })),
    list,
    close: connections.close,
  };
}
