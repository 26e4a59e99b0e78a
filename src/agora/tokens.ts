import library from 'agora-token/src/ChatTokenBuilder.js';
import { type Clock, timePassed } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { forget, secret } from '../base/redact.ts';
import type { Credentials } from '../settings/app-target.ts';
import { SecretFileError } from '../settings/read-secret.ts';
import { AgoraError } from './errors.ts';
import { askOperator } from './next-step.ts';
import type { TokenExchange } from './token-exchange.ts';

interface Issued {
  readonly token: string;
  /** By the clock, in milliseconds since 1970. */
  readonly issuedAt: number;
  /** The same moment by `timePassed`. */
  readonly since: number;
  /** In milliseconds; infinite where no end is known. */
  readonly life: number;
}

/** The documented maximum of an AccessToken2, in seconds [EN]; the library would sign more. */
const BUILT_LIFE_S = 24 * 60 * 60;
/** For an exchanged token that names no life, or 0 for "never", in seconds. */
const UNKNOWN_LIFE_S = 60 * 60;
/** Whatever claims to live longer than this, in seconds, is in another unit, or nonsense. */
const LONGEST_LIFE_S = 100 * 24 * 60 * 60;
/**
 * The service bans callers that exchange too often [EM]: one try a minute, failed ones included. A failed renewal of
 * any kind is repeated after the same time while the old token is still good.
 */
const PAUSE_MS = 60_000;
/** The last tokens that were replaced are kept out of every output, too. */
const MOST_RETIRED = 10;

export type TokenSource = ReturnType<typeof createTokens>;

/**
 * Builds or fetches tokens, and renews them from half of their life on: lazily, at the next call, and once for all
 * callers. A call waits for that only where it has no good token.
 */
export function createTokens(credentials: Credentials, { clock, exchange }: { clock: Clock; exchange: TokenExchange }) {
  const elapsedMs = timePassed(clock);
  let current: Issued | undefined;
  let renewal: Promise<Issued> | undefined;
  /** By `elapsedMs`: before these no exchange is sent, and no good token is replaced. */
  let nextExchange = 0;
  let nextRenewal = 0;
  /** Of the last exchange. */
  let lastFailure: AgoraError | undefined;
  const retired = new Set<string>();

  const isGood = ({ since, life }: Issued): boolean => elapsedMs() - since < life;
  /** The clock was set back: the service may refuse a token that was built here before. */
  const isDatedAhead = ({ issuedAt }: Issued): boolean => credentials.kind === 'built' && clock.now() < issuedAt;
  /** From half of its life on. */
  const isDue = (issued: Issued): boolean => elapsedMs() - issued.since >= issued.life / 2 || isDatedAhead(issued);
  const isNew = ({ since }: Issued): boolean => credentials.kind === 'built' && elapsedMs() - since < PAUSE_MS;
  const isPaused = (): boolean => elapsedMs() < Math.max(nextExchange, nextRenewal);

  /** The last ones may still be in use by a call; nobody will echo those before. */
  function retire(token: string): void {
    retired.delete(token); // a file may go back to an earlier token, which is then the last one again
    retired.add(token);
    const [oldest] = retired;
    if (retired.size <= MOST_RETIRED || oldest === undefined) return;
    retired.delete(oldest);
    forget(oldest);
  }

  async function issue(): Promise<Pick<Issued, 'token' | 'life'>> {
    switch (credentials.kind) {
      case 'fixed':
        return { token: await credentials.token.read(), life: Number.POSITIVE_INFINITY };
      case 'built': {
        const certificate = secret(await credentials.certificate.read());
        return { token: build(credentials.appId, certificate), life: BUILT_LIFE_S * 1_000 };
      }
      case 'exchanged': {
        const left = nextExchange - elapsedMs();
        if (left > 0) throw lastFailure === undefined ? tooSoon(left) : withHint(lastFailure, left);
        // Reading the secret comes first: its failure is no exchange.
        return exchangeFor(credentials.clientId, secret(await credentials.clientSecret.read()));
      }
    }
  }

  async function exchangeFor(client_id: string, client_secret: string): Promise<Pick<Issued, 'token' | 'life'>> {
    let isCounted = true;
    try {
      // Bounded by the time limit of the attempt. No caller's signal: others may wait for the token, and an exchange that
      // is given up counts as one all the same.
      const body = { grant_type: 'client_credentials', client_id, client_secret } as const;
      const { access_token, expires_in } = await exchange(body, new AbortController().signal);
      lastFailure = undefined;
      return { token: access_token, life: lifeOf(expires_in) * 1_000 };
    } catch (error) {
      if (!(error instanceof AgoraError)) throw error;
      isCounted = mayHaveReached(error);
      lastFailure = exchangeFailure(error);
      throw lastFailure;
    } finally {
      // From its end: the service may have counted it at any moment before.
      if (isCounted) nextExchange = elapsedMs() + PAUSE_MS;
    }
  }

  async function renewNow(): Promise<Issued> {
    // Read before the work: a token counts as older than it is, never as younger.
    const start = { issuedAt: clock.now(), since: elapsedMs() };
    try {
      const { token, life } = await issue();
      if (current && current.token !== token) retire(current.token);
      current = { ...start, token: secret(token), life };
      return current;
    } catch (error) {
      nextRenewal = elapsedMs() + PAUSE_MS;
      throw error instanceof SecretFileError ? unreadableSecret(error) : error;
    }
  }

  /** One for all who ask meanwhile. */
  function renewOnce(): Promise<Issued> {
    renewal ??= renewNow().finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  return {
    /** Are tokens built or fetched here? Then the operator need not renew one that is refused. */
    renewable: credentials.kind !== 'fixed',
    async get(signal: AbortSignal): Promise<string> {
      signal.throwIfAborted();
      const held = current && isGood(current) ? current : undefined;
      if (held && (!isDue(held) || isPaused())) return held.token;
      const fresh = renewOnce();
      // Renew in the background: this call still has a good token and must not wait for a slow exchange.
      if (held && !isDatedAhead(held)) {
        fresh.catch(() => undefined); // the old one is good for the other half of its life
        return held.token;
      }
      try {
        return (await abortable(fresh, signal)).token;
      } catch (error) {
        signal.throwIfAborted();
        // A token dated ahead is better than none.
        if (current && isGood(current)) return current.token;
        throw error;
      }
    },
    /** A token other than the refused one; undefined where the refused one is fresh. Throws where none can be had. */
    async renew(refused: string, signal: AbortSignal): Promise<string | undefined> {
      signal.throwIfAborted();
      if (current && current.token !== refused && isGood(current)) return current.token;
      // A renewal under way has begun its pause already, and its token is still to come.
      if (renewal === undefined) {
        const left = nextExchange - elapsedMs();
        if (left > 0 && lastFailure !== undefined) throw withHint(lastFailure, left);
        // Another one would be refused for the same reason.
        if (left > 0 || (current?.token === refused && isNew(current))) return undefined;
      }
      // A fixed token is read again: its file may hold a newer one by now.
      const { token } = await abortable(renewOnce(), signal);
      return token === refused ? undefined : token;
    },
  };
}

/**
 * The life of an exchanged token in seconds. One cluster answers milliseconds [EM], so too large a number is read as
 * those; if it was seconds after all, the token is renewed sooner than necessary, which does no harm.
 */
function lifeOf(expiresIn: number | undefined): number {
  if (expiresIn === undefined || !Number.isFinite(expiresIn) || expiresIn <= 0) return UNKNOWN_LIFE_S;
  return expiresIn <= LONGEST_LIFE_S ? expiresIn : Math.min(expiresIn / 1_000, LONGEST_LIFE_S);
}

/**
 * Builds an AccessToken2 with the app's own rights. The library is CommonJS; its index would also load the builders for
 * Agora's other products. It returns an empty string for what is not 32 digits.
 */
function build(appId: string, certificate: string): string {
  const hex = /^[0-9a-f]{32}$/i;
  if (hex.test(appId) && hex.test(certificate)) {
    return library.ChatTokenBuilder.buildAppToken(appId, certificate, BUILT_LIFE_S);
  }
  throw new AgoraError({
    code: 'bad_credentials',
    what: 'no app token can be built: AGORA_APP_ID and AGORA_APP_CERTIFICATE must have 32 hexadecimal digits each',
    ...askOperator('copy both from the project overview of the console.'),
  });
}

/** Could the service have counted an exchange that failed? Not where it never left (DNS, a refused connection). */
const mayHaveReached = ({ facts }: AgoraError): boolean => facts.landed === 'maybe' || facts.status !== undefined;

/** A refused exchange is about the credentials, whatever call needed the token. */
function exchangeFailure(error: AgoraError): AgoraError {
  const { status } = error.facts;
  const refused = error.code !== 'rate_limited' && (status === 400 || status === 401 || status === 403);
  return error.with({
    landed: 'no', // the call that needed the token was not sent
    what: `no token could be fetched: ${error.facts.what}`,
    ...(refused && {
      code: 'bad_credentials',
      what: 'the service does not exchange EASEMOB_CLIENT_ID and EASEMOB_CLIENT_SECRET for a token',
      ...askOperator('check both, and that they belong to this app and host; they are tried once a minute.'),
      retry: 'never',
    }),
  });
}

/** The failure of the last exchange, for callers within its minute; `left` in milliseconds. */
function withHint(failure: AgoraError, left: number): AgoraError {
  const { next, operator } = failure.facts;
  const hint = `The next exchange can be tried in ${inSeconds(left)}.`;
  return failure.with({
    next: `${next} ${hint}`,
    ...defined({ operator: operator && `${operator} ${hint}` }),
    retryAfterMs: left,
  });
}

function tooSoon(left: number): AgoraError {
  return new AgoraError({
    code: 'token_exchange_too_soon',
    what: 'a new token is needed less than a minute after the last exchange, and the service bans callers that exchange more often',
    next: `Wait ${inSeconds(left)}, then call again.`,
    operator: `Wait ${inSeconds(left)}, then run this again.`,
    retry: 'later',
    retryAfterMs: left,
  });
}

const inSeconds = (ms: number): string => `${Math.ceil(ms / 1_000)} s`;

/** The promise, or the signal's reason as soon as that is aborted; the work itself goes on. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    // In every case: a failure that nobody listens to would end the process.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The file of a secret cannot be used, as the error of a call. */
export const unreadableSecret = (cause: SecretFileError): AgoraError =>
  new AgoraError(
    {
      code: 'not_configured',
      what: cause.message,
      next: 'Tell the user that the operator has to correct this; the file is read again at the next call.',
      operator: 'Correct this; the file is read again at the next call.',
    },
    { cause },
  );
