import type { Clock } from '../clock.ts';
import { secret } from '../secrets.ts';
import { AgoraError } from './errors.ts';
import type { TokenSource } from './request.ts';

/** Where app tokens come from. Secrets are functions, since a file is read at the first call and not before. */
export type Credentials =
  | { readonly kind: 'fixed'; readonly token: () => Promise<string> }
  | { readonly kind: 'built'; readonly appId: string; readonly certificate: () => Promise<string> }
  | { readonly kind: 'exchanged'; readonly clientId: string; readonly clientSecret: () => Promise<string> };

/** One exchange at `POST P/token`; `expires_in` in seconds. Throws an `AgoraError`. */
export type Exchange = (
  body: { grant_type: 'client_credentials'; client_id: string; client_secret: string },
  signal: AbortSignal,
) => Promise<{ access_token: string; expires_in?: number }>;

export interface Tokens extends TokenSource {
  /** The kind of the credentials and, where known, when the token in use ends, in milliseconds since 1970. */
  status(): { readonly kind: Credentials['kind']; readonly expiresAt?: number };
}

interface Issued {
  readonly token: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** The documented maximum of an AccessToken2, in seconds [EN]; the library would sign more. */
const BUILT_LIFE_S = 24 * 60 * 60;
/** An exchanged token that names no life, or 0 for "never", counts so long, in seconds. */
const UNKNOWN_LIFE_S = 60 * 60;
/** One cluster gives its lives in milliseconds [EM]; whatever is longer than this is one of those, or nonsense. */
const LONGEST_LIFE_S = 100 * 24 * 60 * 60;
/** The service bans callers that exchange too often [EM]: one try a minute, failed ones included. */
const EXCHANGE_PAUSE_MS = 60_000;

/**
 * Gives tokens, and renews them from half of their life on: lazily, at the first call that needs it, and once for all
 * callers.
 */
export function createTokens(credentials: Credentials, options: { clock: Clock; exchange: Exchange }): Tokens {
  const { clock, exchange } = options;
  let current: Issued | undefined;
  let renewal: Promise<Issued> | undefined;
  let lastExchange: { at: number; failure?: unknown } | undefined;

  const mayExchange = (): boolean => lastExchange === undefined || clock.now() - lastExchange.at >= EXCHANGE_PAUSE_MS;

  async function issue(): Promise<Issued> {
    const issuedAt = clock.now();
    switch (credentials.kind) {
      case 'fixed':
        return { token: secret(await credentials.token()), issuedAt, expiresAt: Number.POSITIVE_INFINITY };
      case 'built':
        return {
          token: secret(await build(credentials.appId, await credentials.certificate())),
          issuedAt,
          expiresAt: issuedAt + BUILT_LIFE_S * 1_000,
        };
      case 'exchanged': {
        if (!mayExchange()) throw lastExchange?.failure ?? tooSoon();
        const client_secret = await credentials.clientSecret();
        lastExchange = { at: issuedAt };
        try {
          const body = { grant_type: 'client_credentials', client_id: credentials.clientId, client_secret } as const;
          // Bounded by the time limit of the attempt. No caller's signal: the others still wait for the token.
          const { access_token, expires_in } = await exchange(body, new AbortController().signal);
          return { token: secret(access_token), issuedAt, expiresAt: issuedAt + lifeOf(expires_in) * 1_000 };
        } catch (error) {
          const failure = exchangeFailure(error);
          lastExchange = { at: issuedAt, failure };
          throw failure;
        }
      }
    }
  }

  function renewOnce(): Promise<Issued> {
    renewal ??= issue()
      .then((issued) => {
        current = issued;
        return issued;
      })
      .finally(() => {
        renewal = undefined;
      });
    return renewal;
  }

  return {
    async get(signal) {
      const now = clock.now();
      const held = current;
      // A clock that was set back must not make a token live for ever.
      if (held && now >= held.issuedAt && now < held.issuedAt + (held.expiresAt - held.issuedAt) / 2) return held.token;
      try {
        return (await abortable(renewOnce(), signal)).token;
      } catch (error) {
        signal.throwIfAborted();
        // The old one is still good for the other half of its life.
        if (held && now >= held.issuedAt && now < held.expiresAt) return held.token;
        throw error;
      }
    },
    async renew(refused, signal) {
      if (credentials.kind === 'fixed') return undefined;
      if (current && current.token !== refused) return current.token;
      if (renewal === undefined && credentials.kind === 'exchanged' && !mayExchange()) return undefined;
      const { token } = await abortable(renewOnce(), signal);
      return token === refused ? undefined : token;
    },
    status: () => ({
      kind: credentials.kind,
      ...(current && Number.isFinite(current.expiresAt) && { expiresAt: current.expiresAt }),
    }),
  };
}

/** The life of an exchanged token in seconds. */
function lifeOf(expiresIn: number | undefined): number {
  if (expiresIn === undefined || !Number.isFinite(expiresIn) || expiresIn <= 0) return UNKNOWN_LIFE_S;
  return Math.min(expiresIn, LONGEST_LIFE_S);
}

/**
 * Builds an AccessToken2 of the app's own rights. The library is CommonJS without named exports that Node can see, and
 * it answers bad input with an empty string.
 */
async function build(appId: string, certificate: string): Promise<string> {
  const { default: library } = await import('agora-token');
  const hex = /^[0-9a-f]{32}$/i;
  const token =
    hex.test(appId) && hex.test(certificate)
      ? library.ChatTokenBuilder.buildAppToken(appId, certificate, BUILT_LIFE_S)
      : '';
  if (token === '') {
    throw new AgoraError({
      code: 'bad_credentials',
      what: 'no app token can be built: AGORA_APP_ID and AGORA_APP_CERTIFICATE must have 32 hexadecimal digits each',
      next: 'Ask the operator to copy both from the project overview of the console.',
      retry: 'never',
      landed: 'no',
    });
  }
  return token;
}

/** The refusals of an exchange are about the credentials, whatever the call was about that needed the token. */
function exchangeFailure(error: unknown): unknown {
  if (!(error instanceof AgoraError)) return error;
  const { status } = error.facts;
  const refused = status === 400 || status === 401 || status === 403;
  return error.with({
    landed: 'no', // the call that needed the token was not sent
    ...(refused && {
      code: 'bad_credentials',
      what: 'the service does not exchange EASEMOB_CLIENT_ID and EASEMOB_CLIENT_SECRET for a token',
      next: 'Ask the operator to check both, and that they belong to this app and host; they are tried once a minute.',
      retry: 'never',
    }),
  });
}

function tooSoon(): AgoraError {
  return new AgoraError({
    code: 'token_exchange_too_soon',
    what: 'a new token is needed less than a minute after the last exchange, and the service bans callers that exchange more often',
    next: 'Wait a minute, then call again.',
    retry: 'later',
    retryAfterMs: EXCHANGE_PAUSE_MS,
    landed: 'no',
  });
}

/** The promise, or the signal's reason as soon as that is aborted; the work behind the promise goes on. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
