import type { AttemptOptions } from './agora/attempt.ts';
import { AgoraError } from './agora/errors.ts';
import { exchangeBy } from './agora/exchange.ts';
import type { Threads } from './agora/threads.ts';
import type { Credentials } from './agora/token.ts';
import type { Audit } from './audit.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { visible } from './present/untrusted.ts';
import { SettingsError } from './problem.ts';
import { secret } from './secrets.ts';
import type { AppTarget, CredentialSource, SecretSource } from './target.ts';
import type { App } from './tool.ts';

/** A connection to one app, made at the first call and kept. */
export interface Session {
  readonly app: App;
  readonly threads: Threads;
  /** Where writes are recorded; undefined where no audit log is asked for. */
  readonly audit: Audit | undefined;
}

export interface Connector {
  /**
   * @throws SettingsError where the settings do not say enough
   */
  connect(): Promise<Session>;
  /** Ends what `connect` has started: sockets, and the sandbox where one runs. */
  close(): Promise<void>;
}

/**
 * Prepares the way to the app that the settings name. Nothing is imported, read or opened before the first
 * `connect()`: some hosts start a server only to see whether it starts.
 *
 * @param random from 0 up to 1, for the jitter between tries
 */
export function createConnector(config: Config, clock: Clock, version: string, random: () => number): Connector {
  let session: Promise<Session> | undefined;
  const closing: (() => Promise<void>)[] = [];

  async function open(): Promise<Session> {
    const { target } = config;
    switch (target.kind) {
      case 'unusable':
        throw new SettingsError(target.problems);
      case 'app':
        return openApp(target, { name: target.name, host: new URL(target.origin).host, sandbox: false });
      case 'sandbox': {
        const { app, close } = await openSandbox(clock);
        closing.push(close);
        return openApp(app, { name: app.name, host: 'the embedded sandbox', sandbox: true });
      }
    }
  }

  async function openApp(target: AppTarget, app: App): Promise<Session> {
    const [
      { openConnections },
      { createAttempt },
      { createLimiter },
      { createTokens },
      { createRequest },
      { createThreads },
    ] = await Promise.all([
      import('./agora/dispatcher.ts'),
      import('./agora/attempt.ts'),
      import('./agora/limiter.ts'),
      import('./agora/token.ts'),
      import('./agora/request.ts'),
      import('./agora/threads.ts'),
    ]);
    const connections = openConnections(target.origin, target.loopback, config.proxy);
    closing.push(connections.close);
    const attempt = createAttempt({
      ...attemptOptions(target, config, clock, version),
      dispatcher: connections.dispatcher,
    });
    const limiter = createLimiter({ perSecond: config.rateLimit, clock });
    const tokens = createTokens(credentialsOf(target.credentials), { clock, exchange: exchangeBy(attempt, limiter) });
    const request = createRequest({ attempt, tokens, limiter, clock, random });
    return {
      app: { ...app, name: visible(app.name) },
      threads: createThreads(request, target.name),
      audit: await openAudit(),
    };
  }

  async function openAudit(): Promise<Audit | undefined> {
    if (config.auditLog === undefined) return undefined;
    const [{ createAudit }, { randomUUID }] = await Promise.all([import('./audit.ts'), import('node:crypto')]);
    return createAudit(config.auditLog, clock, randomUUID);
  }

  return {
    connect() {
      session ??= open().catch((error: unknown) => {
        // A file that was missing may be there at the next call.
        session = undefined;
        throw error;
      });
      return session;
    },
    async close() {
      await session?.catch(() => undefined);
      await Promise.all(closing.splice(0).map((end) => end()));
    },
  };
}

/** All that an attempt needs to know but the way it goes. */
export const attemptOptions = (
  { origin, prefix }: AppTarget,
  { timeoutMs }: Config,
  clock: Clock,
  version: string,
): Omit<AttemptOptions, 'dispatcher'> => ({
  origin,
  prefix,
  timeoutMs,
  clock,
  userAgent: `agora-threads-mcp/${version}`,
});

/** Starts the embedded sandbox: an app like any other to all that comes behind. */
export async function openSandbox(clock: Clock): Promise<{ app: AppTarget; close: () => Promise<void> }> {
  const [{ startSandbox }, { SANDBOX }] = await Promise.all([
    import('./sandbox/server.ts'),
    import('./sandbox/identity.ts'),
  ]);
  const sandbox = await startSandbox({ now: () => clock.now() });
  const app: AppTarget = {
    kind: 'app',
    origin: sandbox.url,
    loopback: true,
    prefix: [SANDBOX.orgName, SANDBOX.appName],
    name: `${SANDBOX.orgName}#${SANDBOX.appName}`,
    credentials: { kind: 'fixed', token: { value: SANDBOX.appToken } },
  };
  return { app, close: () => sandbox.close() };
}

/** The same credentials with their secrets as functions: a file is read at the first call, and not before. */
export function credentialsOf(source: CredentialSource): Credentials {
  switch (source.kind) {
    case 'fixed':
      return { kind: 'fixed', token: () => readSecret(source.token, VISIBLE) };
    case 'built':
      return { kind: 'built', appId: source.appId, certificate: () => readSecret(source.certificate, HEX32) };
    case 'exchanged':
      return {
        kind: 'exchanged',
        clientId: source.clientId,
        clientSecret: () => readSecret(source.clientSecret, VISIBLE),
      };
  }
}

const VISIBLE = /^(?!(["']).*\1$)[\x21-\x7e]+$/;
const HEX32 = /^[0-9a-fA-F]{32}$/;

async function readSecret(source: SecretSource, shape: RegExp): Promise<string> {
  if ('value' in source) return source.value;
  const { readFile, stat } = await import('node:fs/promises');
  const found = await stat(source.file).catch(() => undefined);
  // Reading a pipe would wait for its writer, and keep the process from ending.
  if (found && !found.isFile()) throw fileError(source.setting, 'is not a regular file');
  const text = await readFile(source.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fileError(source.setting, `cannot be read (${error.code ?? 'unknown reason'})`);
  });
  const value = secret(text.trim());
  if (!shape.test(value)) throw fileError(source.setting, 'must hold the bare secret on one line, and nothing else');
  return value;
}

/** Not an error of the settings as a whole: it may come in the middle of a call, when a token is renewed. */
const fileError = (setting: string, fault: string): AgoraError =>
  new AgoraError({
    code: 'not_configured',
    what: `${setting}: the file it names ${fault}`,
    next: 'Tell the user that the operator has to correct this; the file is read again at the next call.',
    retry: 'never',
    landed: 'no',
  });
