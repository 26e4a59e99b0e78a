import { openConnections } from '../agora/dispatcher.ts';
import { AgoraError } from '../agora/errors.ts';
import { createGroups } from '../agora/groups.ts';
import { askOperator } from '../agora/next-step.ts';
import type { QuotaLink } from '../agora/quota-link.ts';
import { createLimiter } from '../agora/rate-limiter.ts';
import { createSend } from '../agora/send.ts';
import { createSendOnce, type SendOnceOptions } from '../agora/send-once.ts';
import { createThreads } from '../agora/threads.ts';
import { createTokenExchange } from '../agora/token-exchange.ts';
import { createTokens } from '../agora/tokens.ts';
import type { Clock } from '../base/clock.ts';
import { visible } from '../base/escape.ts';
import type { Log } from '../base/log.ts';
import { NewestMap } from '../base/newest-map.ts';
import { createDirectory } from '../lists/directory.ts';
import { SANDBOX } from '../sandbox/identity.ts';
import type { AppTarget } from '../settings/app-target.ts';
import { SettingsError } from '../settings/problem.ts';
import type { Config } from '../settings/read-config.ts';
import { givenSecret } from '../settings/read-secret.ts';
import { createAudit } from '../toolkit/audit-log.ts';
import { findInAuditLog } from '../toolkit/audit-records.ts';
import type { App, AppConnection } from '../toolkit/define-tool.ts';
import { createDeletionCaps } from '../toolkit/deletion-cap.ts';
import { createGroupNames } from '../toolkit/group-names.ts';
import { MOST_RECORDS } from '../toolkit/last-records.ts';
import { createSeen } from '../toolkit/seen-threads.ts';
import { isSandbox } from './is-sandbox.ts';
import { openQuotaLink } from './shared-quota.ts';

export interface OpenOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly version: string;
  /** From 0 up to 1, for the jitter between retries. */
  readonly random: () => number;
  readonly log: Log;
}

/** What has to be closed at the end, and asked for its state until then. */
export interface Opened {
  readonly closing: (() => Promise<void>)[];
  /** Undefined where the rate limit is not to be shared. */
  isShared?: () => boolean;
}

/** How many threads a session over HTTP remembers, of which there may be hundreds. */
const SEEN_OF_MANY = 1_000;

/**
 * Connects to the app in the settings, or starts the sandbox.
 *
 * @param opened gets what was opened, even where the rest fails
 * @throws SettingsError where the settings are incomplete or invalid
 */
export async function openConnection(options: OpenOptions, opened: Opened): Promise<AppConnection> {
  const { target } = options.config;
  switch (target.kind) {
    case 'unusable':
      throw new SettingsError(target.problems);
    case 'app': {
      const app = { name: target.name, host: new URL(target.origin).host, sandbox: isSandbox(target) };
      return openApp(target, app, options, opened);
    }
    case 'sandbox': {
      const { app, close } = await openSandbox(options.clock);
      opened.closing.push(close);
      return openApp(app, { name: app.name, host: 'embedded-sandbox', sandbox: true }, options, opened);
    }
  }
}

async function openApp(target: AppTarget, app: App, options: OpenOptions, opened: Opened): Promise<AppConnection> {
  const { config, clock, version, random } = options;
  let ahead: number | undefined;
  const connections = await openConnections(target.origin, target.loopback, config.proxy);
  opened.closing.push(connections.close);
  const sendOnce = createSendOnce({
    ...sendOnceOptions(target, config, clock, version),
    dispatcher: connections.dispatcher,
    onDate(date) {
      const ms = Date.parse(date);
      if (!Number.isNaN(ms)) ahead = clock.now() - ms;
    },
  });
  const quota = await openQuota(target, app, options, opened);
  const limiter = createLimiter({ perSecond: config.rateLimit, clock, quota });
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
    ...openAudit(shownApp, options),
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
async function openQuota(
  target: AppTarget,
  { sandbox }: App,
  { config, clock, log }: OpenOptions,
  opened: Opened,
): Promise<QuotaLink | undefined> {
  if (sandbox || config.redisUrl === undefined) return undefined;
  const quota = await openQuotaLink(target, config.redisUrl, config, clock, log);
  opened.closing.push(quota.close);
  opened.isShared = quota.isShared;
  return quota;
}

function openAudit(
  { name, host }: App,
  { config: { auditLog }, clock, log }: OpenOptions,
): Pick<AppConnection, 'audit' | 'findInAuditLog'> {
  if (auditLog === undefined) return { audit: undefined, findInAuditLog: undefined };
  return {
    audit: createAudit(auditLog, clock, log.warn),
    findInAuditLog: (threadId, signal) => findInAuditLog(auditLog, { app: name, host }, threadId, signal),
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
  const { startSandbox } = await import('../sandbox/index.ts');
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
