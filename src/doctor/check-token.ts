import library from 'agora-token/src/AccessToken2.js';
import type { TokenExchange } from '../agora/token-exchange.ts';
import { createTokens } from '../agora/tokens.ts';
import type { Clock } from '../base/clock.ts';
import { visible } from '../base/escape.ts';
import { span, utcTime } from '../present/time.ts';
import type { AppTarget } from '../settings/app-target.ts';
import { whereOf } from '../settings/setting-names.ts';
import type { Reader } from '../settings/where-found.ts';
import { type Check, fail, failCall, ok, skipped, warn } from './check-result.ts';

export interface TokenCheck {
  readonly check: Check;
  /** Absent where none can be had, or where it cannot work. */
  readonly token?: string;
}

/** A ready token is not renewed: less life than this is worth a warning, in milliseconds. */
const SHORT_LIFE_MS = 60 * 60_000;

/** Why the service cannot be asked, if it cannot, and how far ahead of it this machine's clock is, in milliseconds. */
export interface Connection {
  readonly blocked?: string;
  /** 0 where it is not known. */
  readonly ahead: number;
}

/** Gets a token as a call would, and reads what it says about itself. Its end is compared with the service's clock. */
export async function checkToken(
  app: AppTarget,
  clock: Clock,
  exchange: TokenExchange,
  { blocked, ahead }: Connection,
  reader: Reader,
): Promise<TokenCheck> {
  const { kind } = app.credentials;
  if (kind === 'exchanged' && blocked !== undefined) return { check: skipped('token', blocked) };
  let life: number | undefined;
  const tokens = createTokens(app.credentials, {
    clock,
    async exchange(body, signal) {
      const answer = await exchange(body, signal);
      life = answer.expires_in;
      return answer;
    },
  });
  try {
    const token = await tokens.get(new AbortController().signal);
    if (kind !== 'fixed') return { check: ok('token', `${originOf(kind, life)}, and renewed automatically`), token };
    const check = checkReady(token, app, clock.now() - ahead);
    return check.status === 'fail' ? { check } : { check, token };
  } catch (error) {
    const where = kind === 'exchanged' ? whereOf('EASEMOB_CLIENT_SECRET', reader) : undefined;
    return { check: failCall('token', error, where) };
  }
}

/** @param life of an exchanged token, in seconds */
function originOf(kind: 'built' | 'exchanged', life = 0): string {
  if (kind === 'built') return 'built here from AGORA_APP_CERTIFICATE for 24 h';
  return `exchanged, ${life <= 0 ? 'without an expiry time' : `valid for ${span(life * 1_000)}`}`;
}

function checkReady(token: string, { prefix }: AppTarget, now: number): Check {
  if (!token.startsWith('007')) {
    return ok('token', 'an app token that does not say when it expires; it is not renewed');
  }
  const read = readToken(token);
  if (read === undefined) {
    return failToken('it starts like a built token (007) but cannot be decoded: damaged or truncated');
  }
  const { ends } = read;
  const ofApp = visible(read.appId, 40);
  const [first, appId = ''] = prefix;
  if (first === 'app-id' && appId.toLowerCase() !== read.appId.toLowerCase()) {
    return failToken(`it is for App ID ${ofApp}, but the settings name ${visible(appId, 40)}`);
  }
  if (read.isUserToken) return failToken('it is a user token, and only an app token may make these calls');
  const left = ends - now;
  if (left <= 0) return failToken(`it expired ${span(left)} ago, at ${utcTime(ends)}`);
  const detail = `an app token for App ID ${ofApp}, valid for ${span(left)}, until ${utcTime(ends)}`;
  if (left > SHORT_LIFE_MS) return ok('token', `${detail}; it is not renewed`);
  const fix = 'This token is not renewed. Set AGORA_APP_ID and AGORA_APP_CERTIFICATE instead for tokens that are.';
  return warn('token', detail, fix);
}

/** A ready token that cannot be good, by what it says about itself. */
const failToken = (detail: string): Check =>
  fail('token', detail, 'Get a new token of this app from your token server: an app token, not a user token.');

/** What a built token says about itself, with its end in milliseconds since 1970; undefined where it cannot be read. */
function readToken(text: string): { appId: string; ends: number; isUserToken: boolean } | undefined {
  const token = new library.AccessToken2();
  if (!token.from_string(text)) return undefined;
  const chat = token.getServices(library.kChatServiceType).map((service) => service.pack());
  return {
    appId: token.appId.toString(),
    ends: (token.issueTs + token.expire) * 1_000,
    isUserToken: chat.some((service) => !hasAppRights(service)),
  };
}

/** The library keeps privileges and user id private, so they are read from the packed form: see vendor-modules.d.ts. */
function hasAppRights(packed: Buffer): boolean {
  const count = packed.readUInt16LE(2);
  const privileges = Array.from({ length: count }, (_, i) => packed.readUInt16LE(4 + 6 * i));
  const userIdLength = packed.readUInt16LE(4 + 6 * count);
  return privileges.includes(library.ServiceChat.kPrivilegeApp) && userIdLength === 0;
}
