import { verifyAccessToken } from './access-token.ts';
import { SANDBOX } from './identity.ts';
import { badGrant, refuse } from './refusals.ts';

/** 60 days, the default of the 2023 documents [EM]. */
const DEFAULT_TTL_SECONDS = 5_184_000;
const TOKENS_KEPT = 1_000;

export interface IssuedToken {
  readonly access_token: string;
  /** In seconds; 0 for one that never expires. */
  readonly expires_in: number;
  /** The app's internal id. */
  readonly application: string;
}

/** Accepts the fixed app token, tokens issued here, and AccessToken2 tokens signed with the app's certificate. */
export class Tokens {
  readonly #now: () => number;
  /** Expiry by token, in milliseconds since 1970. */
  readonly #issued = new Map<string, number>();
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws Refusal a 401 that says what is wrong with the `Authorization` header */
  check(authorization: string | undefined): void {
    if (authorization === undefined) throw refuse('tokenExpired');
    const [, token] = /^Bearer (\S+)$/.exec(authorization) ?? [];
    if (token === undefined) throw refuse('tokenCorrupt');
    if (token !== SANDBOX.appToken && this.#now() >= this.#expiryOf(token)) throw refuse('tokenExpired');
  }

  /**
   * Exchanges client credentials for a token, at `/token` [EM].
   *
   * @throws Refusal 400 `illegal_argument` for a missing field, `invalid_grant` for a value that is not the app's
   */
  exchange(fields: ReadonlyMap<string, unknown>): IssuedToken {
    const required = (name: string): string => {
      const value = fields.get(name);
      if (typeof value !== 'string' || value === '') throw badGrant('illegal_argument', `${name} is required`);
      return value;
    };
    const grantType = required('grant_type');
    const clientId = required('client_id');
    const clientSecret = required('client_secret');
    if (grantType !== 'client_credentials') throw badGrant('invalid_grant', 'grant_type does not match');
    if (clientId !== SANDBOX.clientId) throw badGrant('invalid_grant', 'client_id does not match');
    if (clientSecret !== SANDBOX.clientSecret) throw badGrant('invalid_grant', 'client_secret does not match');
    return this.#issue(readTtl(fields.get('ttl')));
  }

  #issue(ttl: number): IssuedToken {
    this.#count += 1;
    const access_token = `sandbox-issued-token-${String(this.#count).padStart(6, '0')}`;
    this.#issued.set(access_token, ttl === 0 ? Number.POSITIVE_INFINITY : this.#now() + ttl * 1000);
    for (const oldest of this.#issued.keys()) {
      if (this.#issued.size <= TOKENS_KEPT) break;
      this.#issued.delete(oldest);
    }
    return { access_token, expires_in: ttl, application: '5a9dc0de-0000-4000-8000-0000000ac3e0' };
  }

  /** @returns milliseconds since 1970 */
  #expiryOf(token: string): number {
    const expiry = this.#issued.get(token);
    if (expiry !== undefined) return expiry;
    if (!token.startsWith('007')) throw refuse('tokenUnknown');
    const verdict = verifyAccessToken(token, SANDBOX.appId, SANDBOX.appCertificate);
    switch (verdict.kind) {
      case 'corrupt':
        throw refuse('tokenCorrupt');
      case 'foreign':
        throw refuse('tokenForeign');
      case 'no_rights':
        // The service gives the same answer for an unknown token and for one without the rights.
        throw refuse('tokenUnknown');
      case 'good':
        return verdict.expiresAt * 1000;
    }
  }
}

/** In seconds; 0 means a token that never expires [EM]. */
function readTtl(ttl: unknown): number {
  if (ttl === undefined) return DEFAULT_TTL_SECONDS;
  if (typeof ttl !== 'number' || !Number.isSafeInteger(ttl) || ttl < 0) {
    throw badGrant('illegal_argument', 'ttl must be a whole number of seconds');
  }
  return ttl;
}
