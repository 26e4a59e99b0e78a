import { AgoraError } from '../agora/errors.ts';
import { askOperator } from '../agora/next-step.ts';
import type { QuotaLink } from '../agora/quota-link.ts';
import type { SendOnceOptions } from '../agora/send-once.ts';
import { createTokenExchange } from '../agora/token-exchange.ts';
import type { Clock } from '../base/clock.ts';
import { visible } from '../base/escape.ts';
import type { Log } from '../base/log.ts';
import { NewestMap } from '../base/newest-map.ts';
import type { AppTarget } from '../settings/app-target.ts';
import { SettingsError } from '../settings/problem.ts';
import type { Config } from '../settings/read-config.ts';
import { givenSecret } from '../settings/read-secret.ts';
import type { App, AppConnection } from '../toolkit/define-tool.ts';
import { isSandbox } from './is-sandbox.ts';

export interface Connector {
  /** @throws SettingsError where the settings are incomplete or invalid */
  connect(): Promise<AppConnection>;
  /** Where the rate limit is to be shared: is Redis there? It is first asked at the first call. */
  redis(): 'not asked yet' | 'there' | 'away';
  /** Closes the connections, and the sandbox where one runs. */
  close(): Promise<void>;
}

/** How many threads a session over HTTP remembers, of which there may be hundreds. */
const SEEN_OF_MANY = 1_000;

/**
 * Prepares a connection to the app in the settings. Nothing is imported, read or opened before the first `connect()`:
 * some hosts start a server only to see whether it starts.
 *
 * @param random from 0 up to 1, for the jitter between retries
 */
export function createConnector(
  config: Config,
  clock: Clock,
  version: string,
  random: () => number,
  log: Log,
): Connector {
  let connection: Promise<AppConnection> | undefined;
  const closing: (() => Promise<void>)[] = [];
  let isShared: (() => boolean) | undefined;

  async function open(): Promise<AppConnection> {
    const { target } = config;
    switch (target.kind) {
      case 'unusable':
        throw new SettingsError(target.problems);
      case 'app':
        return openApp(target, { name: target.name, host: new URL(target.origin).host, sandbox: isSandbox(target) });
      case 'sandbox': {
        const { app, close } = await openSandbox(clock);
        closing.push(close);
        return openApp(app, { name: app.name, host: 'embedded-sandbox', sandbox: true });
      }
    }
  }

  async function openApp(target: AppTarget, app: App): Promise<AppConnection> {
    const [
      { openConnections },
      { createSendOnce },
      { createTokens },
      { createSend },
      { createThreads },
      { createGroups },
      { createSeen },
      { createGroupNames },
      { MOST_RECORDS },
      { createDeletionCaps },
      { createDirectory },
      { createLimiter },
    ] = await Promise.all([
      import('../agora/dispatcher.ts'),
      import('../agora/send-once.ts'),
      import('../agora/tokens.ts'),
      import('../agora/send.ts'),
      import('../agora/threads.ts'),
      import('../agora/groups.ts'),
      import('../toolkit/seen-threads.ts'),
      import('../toolkit/group-names.ts'),
      import('../toolkit/last-records.ts'),
      import('../toolkit/deletion-cap.ts'),
      import('../lists/directory.ts'),
      import('../agora/rate-limiter.ts'),
    ]);
    let ahead: number | undefined;
    const connections = await openConnections(target.origin, target.loopback, config.proxy);
    closing.push(connections.close);
    const sendOnce = createSendOnce({
      ...sendOnceOptions(target, config, clock, version),
      dispatcher: connections.dispatcher,
      onDate(date) {
        const ms = Date.parse(date);
        if (!Number.isNaN(ms)) ahead = clock.now() - ms;
      },
    });
    const limiter = createLimiter({ perSecond: config.rateLimit, clock, quota: await openQuota(target, app) });
    const tokens = createTokens(target.credentials, {
      clock,
      exchange: createTokenExchange(sendOnce, limiter),
    });
    const capOf = createDeletionCaps(config.maxDeletes, clock);
    let turn = 0;
    const send = createSend({ sendOnce, tokens, limiter, clock, random });
    const threads = createThreads(send, target.name);
    const groups = createGroups(send, target.name);
    // The quota is shared with the app's live users: a walk through the whole app takes half of ours.
    const share = createLimiter({ perSecond: Math.max(1, Math.floor(config.rateLimit / 2)), clock });
    const shownApp = { ...app, name: visible(app.name) };
    return {
      app: shownApp,
      threads,
      groups,
      groupNames: createGroupNames(groups, clock),
      directory: createDirectory({ threads, groups }, share, clock),
      undocumented: config.undocumented,
      ...(await openAudit(shownApp)),
      records: new NewestMap(MOST_RECORDS),
      clockAhead: () => ahead,
      nextTurn: () => {
        turn += 1;
        return turn;
      },
      openSession: (subject) => ({
        seen: createSeen(subject === undefined ? undefined : SEEN_OF_MANY),
        ownDeletions: new NewestMap(MOST_RECORDS),
        cap: capOf(subject),
      }),
    };
  }

  /** All processes on an app may share one; an embedded sandbox has no other process. */
  async function openQuota(target: AppTarget, { sandbox }: App): Promise<QuotaLink | undefined> {
    if (sandbox || config.redisUrl === undefined) return undefined;
    const { openQuotaLink } = await import('./shared-quota.ts');
    const quota = await openQuotaLink(target, config.redisUrl, config, clock, log);
    closing.push(quota.close);
    isShared = quota.isShared;
    return quota;
  }

  async function openAudit({ name, host }: App): Promise<Pick<AppConnection, 'audit' | 'auditRecords'>> {
    const { auditLog } = config;
    if (auditLog === undefined) return { audit: undefined, auditRecords: undefined };
    const [{ createAudit }, { createAuditRecords }, { randomUUID }] = await Promise.all([
      import('../toolkit/audit-log.ts'),
      import('../toolkit/audit-records.ts'),
      import('node:crypto'),
    ]);
    return {
      audit: createAudit(auditLog, clock, randomUUID, log.warn),
      auditRecords: createAuditRecords(auditLog, { app: name, host }),
    };
  }

  return {
    connect() {
      connection ??= open().catch((error: unknown) => {
        // A missing file may be there at the next call.
        connection = undefined;
        throw error;
      });
      return connection;
    },
    redis: () => (isShared === undefined ? 'not asked yet' : isShared() ? 'there' : 'away'),
    async close() {
      await connection?.catch(() => undefined);
      await Promise.all(closing.splice(0).map((end) => end()));
    },
  };
}

/** The options of every attempt, but for the connections. */
export const sendOnceOptions = (
  { origin, prefix }: AppTarget,
  { timeoutMs }: Config,
  clock: Clock,
  version: string,
): Omit<SendOnceOptions, 'dispatcher'> => ({
  origin,
  prefix,
  timeoutMs,
  clock,
  userAgent: `agora-threads-mcp/${version}`,
});

/**
 * Starts the embedded sandbox, as an app that is used like any other.
 *
 * @throws AgoraError where it cannot listen
 */
export async function openSandbox(clock: Clock): Promise<{ app: AppTarget; close: () => Promise<void> }> {
  const [{ startSandbox }, { SANDBOX }] = await Promise.all([
    import('../sandbox/index.ts'),
    import('../sandbox/identity.ts'),
  ]);
  const sandbox = await startSandbox({ now: () => clock.now() }).catch((error: NodeJS.ErrnoException) => {
    throw new AgoraError({
      code: 'network_unreachable',
      what: `the sandbox cannot listen on 127.0.0.1 (${error.code ?? error.message})`,
      detail: `127.0.0.1, ${error.code ?? error.message}`,
      ...askOperator('let this server use loopback (127.0.0.1), where the sandbox runs.'),
    });
  });
  const app: AppTarget = {
    kind: 'app',
    origin: sandbox.url,
    loopback: true,
    prefix: [SANDBOX.orgName, SANDBOX.appName],
    name: `${SANDBOX.orgName}#${SANDBOX.appName}`,
    credentials: { kind: 'fixed', token: givenSecret(SANDBOX.appToken) },
  };
  return { app, close: () => sandbox.close() };
}
