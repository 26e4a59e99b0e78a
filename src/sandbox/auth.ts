import { NewestMap } from '../base/newest-map.ts';
import { expiryOfAccessToken } from './access-token.ts';
import { SANDBOX } from './identity.ts';
import { badGrant, refuse } from './refusals.ts';

/** 60 days, the default of the 2023 documents [EM]. */
const DEFAULT_TTL_SECONDS = 5_184_000;
const TOKENS_KEPT = 1_000;

/** What `/token` needs, with the values of this app [EM]. */
const GRANT = {
  grant_type: 'client_credentials',
  client_id: SANDBOX.clientId,
  client_secret: SANDBOX.clientSecret,
};

/** Accepts the fixed app token, tokens issued here, and AccessToken2 tokens signed with the app's certificate. */
export function createTokens(now: () => number) {
  /** Expiry by token, in milliseconds since 1970. */
  const issued = new NewestMap<number>(TOKENS_KEPT);
  let count = 0;

  function expiryOf(token: string): number {
    if (token === SANDBOX.appToken) return Number.POSITIVE_INFINITY;
    return issued.get(token) ?? expiryOfAccessToken(token, SANDBOX.appId, SANDBOX.appCertificate) * 1000;
  }

  return {
    /** @throws Refusal a 401 that says what is wrong with the `Authorization` header */
    check(authorization: string | undefined): void {
      if (authorization === undefined) throw refuse('tokenExpired');
      const [, token] = /^Bearer (\S+)$/.exec(authorization) ?? [];
      if (token === undefined) throw refuse('tokenCorrupt');
      if (now() >= expiryOf(token)) throw refuse('tokenExpired');
    },

    /**
     * Exchanges client credentials for a token, at `/token` [EM].
     *
     * @returns `expires_in` is in seconds, 0 for a token that never expires; `application` is the app's internal id
     * @throws Refusal 400 `illegal_argument` for a missing field, `invalid_grant` for a value that is not the app's
     */
    exchange(fields: Readonly<Record<string, unknown>>) {
      for (const name of Object.keys(GRANT)) {
        const value = fields[name];
        if (typeof value !== 'string' || value === '') throw badGrant('illegal_argument', `${name} is required`);
      }
      for (const [name, value] of Object.entries(GRANT)) {
        if (fields[name] !== value) throw badGrant('invalid_grant', `${name} does not match`);
      }
      const ttl = readTtl(fields['ttl']);
      count += 1;
      const access_token = `sandbox-issued-token-${String(count).padStart(6, '0')}`;
      issued.set(access_token, ttl === 0 ? Number.POSITIVE_INFINITY : now() + ttl * 1000);
      return { access_token, expires_in: ttl, application: '5a9dc0de-0000-4000-8000-0000000ac3e0' };
    },
  };
}

/** In seconds; 0 means a token that never expires [EM]. */
function readTtl(ttl: unknown): number {
  if (ttl === undefined) return DEFAULT_TTL_SECONDS;
  if (typeof ttl !== 'number' || !Number.isSafeInteger(ttl) || ttl < 0) {
    throw badGrant('illegal_argument', 'ttl must be a whole number of seconds');
  }
  return ttl;
}
