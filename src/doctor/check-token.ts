import library from 'agora-token/src/AccessToken2.js';
import type { TokenExchange } from '../agora/token-exchange.ts';
import { createTokens } from '../agora/tokens.ts';
import type { Clock } from '../base/clock.ts';
import { visible } from '../base/escape.ts';
import { spanOf, utcTime } from '../present/time.ts';
import type { AppTarget } from '../settings/app-target.ts';
import type { Reader } from '../settings/where-found.ts';
import { type Check, type Doubt, fail, failCall, ok, skipped, warn } from './check-result.ts';
import type { Say } from './words-en.ts';

export interface TokenCheck {
  readonly check: Check;
  /** Absent where none can be had, or where it cannot work. */
  readonly token?: string;
}

/** A ready token is not renewed: less life than this is worth a warning, in milliseconds. */
const SHORT_LIFE_MS = 60 * 60_000;

/** Why the service cannot be asked, if it cannot, and how far ahead of it this machine's clock is, in milliseconds. */
export interface Connection {
  readonly blocked?: Say;
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
    if (kind !== 'fixed')
      return { check: ok('token', kind === 'built' ? (say) => say.service.built : exchanged(life)), token };
    const check = checkReady(token, app, clock.now() - ahead);
    return check.status === 'fail' ? { check } : { check, token };
  } catch (error) {
    const doubt: Doubt = kind === 'exchanged' ? { setting: 'EASEMOB_CLIENT_SECRET' } : {};
    return { check: failCall('token', error, reader, doubt) };
  }
}

/** @param life in seconds */
const exchanged =
  (life = 0): Say =>
  (say) =>
    life <= 0 ? say.service.exchangedForever : say.service.exchanged(say.span(spanOf(life * 1_000)));

function checkReady(token: string, { prefix }: AppTarget, now: number): Check {
  if (!token.startsWith('007')) return ok('token', (say) => say.service.silentToken);
  const read = readToken(token);
  if (read === undefined) return failToken((say) => say.service.damaged);
  const appId = visible(read.appId, 40);
  const [first, named = ''] = prefix;
  if (first === 'app-id' && named.toLowerCase() !== read.appId.toLowerCase()) {
    return failToken((say) => say.service.otherApp(appId, visible(named, 40)));
  }
  if (read.isUserToken) return failToken((say) => say.service.userToken);
  const left = read.ends - now;
  const end = utcTime(read.ends);
  const life: Say = (say) => say.span(spanOf(left));
  if (left <= 0) return failToken((say) => say.service.expired(life(say), end));
  if (left > SHORT_LIFE_MS) return ok('token', (say) => say.service.token(appId, life(say), end));
  return warn(
    'token',
    (say) => say.service.shortToken(appId, life(say), end),
    (say) => say.service.renewable,
  );
}

/** A ready token that cannot be good, by what it says about itself. */
const failToken = (detail: Say): Check => fail('token', detail, (say) => say.service.newToken);

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
