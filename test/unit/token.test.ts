import { createHmac } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AgoraError } from '../../src/agora/errors.ts';
import { createTokens, type Exchange } from '../../src/agora/token.ts';
import { redact } from '../../src/secrets.ts';
import { type ManualClock, manualClock } from '../support/clock.ts';

const APP_ID = '0123456789abcdef0123456789abcdef';
const CERTIFICATE = 'fedcba9876543210fedcba9876543210';
const HOUR = 3_600_000;
const never = new AbortController().signal;

/**
 * Reads an AccessToken2 by its published layout alone: `007`, then base64 of a deflated block of a signature and the
 * signed part, all numbers little-endian, all strings with their length in two bytes before them.
 */
function readToken(token: string, certificate: string) {
  expect(token.slice(0, 3)).toBe('007');
  const block = inflateSync(Buffer.from(token.slice(3), 'base64'));
  let at = 0;
  const take = (length: number) => {
    const part = block.subarray(at, at + length);
    at += length;
    return part;
  };
  const u16 = () => take(2).readUInt16LE();
  const u32 = () => take(4).readUInt32LE();
  const bytes = () => take(u16());
  const signature = bytes();
  const info = block.subarray(at);
  const [appId, issuedAt, expire, salt, services] = [bytes().toString(), u32(), u32(), u32(), u16()];
  const [service, privileges] = [u16(), u16()];
  const [privilege, privilegeExpire] = [u16(), u32()];
  const user = bytes().toString();
  const le32 = (value: number) => {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value);
    return buffer;
  };
  const key = createHmac('sha256', le32(salt))
    .update(createHmac('sha256', le32(issuedAt)).update(certificate).digest())
    .digest();
  const signed = createHmac('sha256', key).update(info).digest().equals(signature);
  expect(at).toBe(block.length);
  return { signed, appId, issuedAt, expire, services, service, privileges, privilege, privilegeExpire, user };
}

const built = (clock: ManualClock, appId = APP_ID, certificate = CERTIFICATE) =>
  createTokens({ kind: 'built', appId, certificate: async () => certificate }, { clock, exchange: neverExchanged });
const neverExchanged: Exchange = () => Promise.reject(new Error('not asked for'));

function exchanged(clock: ManualClock, answers: (() => Promise<{ access_token: string; expires_in?: number }>)[]) {
  let count = 0;
  const tokens = createTokens(
    { kind: 'exchanged', clientId: 'id', clientSecret: async () => 'a-client-secret' },
    { clock, exchange: () => (answers[count++] ?? (() => Promise.reject(new Error('no more answers'))))() },
  );
  return { tokens, count: () => count };
}
const giving = (access_token: string, expires_in?: number) => async () => ({
  access_token,
  ...(expires_in === undefined ? {} : { expires_in }),
});
const failing = () =>
  Promise.reject(new AgoraError({ code: 'server_error', what: 'failed', next: 'x', retry: 'later', landed: 'maybe' }));

describe('a token built here', () => {
  it('has the published layout, the app right for a day, and the right signature', async () => {
    const token = await built(manualClock()).get(never);
    const read = readToken(token, CERTIFICATE);
    expect(read).toMatchObject({ signed: true, appId: APP_ID, expire: 86_400, services: 1, service: 5 });
    expect(read).toMatchObject({ privileges: 1, privilege: 2, privilegeExpire: 86_400, user: '' });
    expect(Math.abs(read.issuedAt - Date.now() / 1_000)).toBeLessThan(60);
    expect(readToken(token, APP_ID).signed).toBe(false);
  });

  it('is kept for half a day, then made anew', async () => {
    const clock = manualClock();
    const tokens = built(clock);
    const first = await tokens.get(never);
    clock.advance(12 * HOUR - 1);
    expect(await tokens.get(never)).toBe(first);
    clock.advance(1);
    expect(await tokens.get(never)).not.toBe(first);
  });

  it('does not live for ever on a clock that is set back', async () => {
    const clock = manualClock();
    let now = clock.now();
    const tokens = createTokens(
      { kind: 'built', appId: APP_ID, certificate: async () => CERTIFICATE },
      { clock: { ...clock, now: () => now }, exchange: neverExchanged },
    );
    const first = await tokens.get(never);
    now -= 24 * HOUR;
    expect(await tokens.get(never)).not.toBe(first);
  });

  it.each([
    ['123', CERTIFICATE],
    [APP_ID, 'not hex'],
  ])('of %s and %s is refused, without the values in the error', async (appId, certificate) => {
    const error = await built(manualClock(), appId, certificate)
      .get(never)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AgoraError);
    expect(String(error)).toContain('AGORA_APP_CERTIFICATE');
    expect(String(error)).not.toContain(certificate);
  });
});

describe('an exchanged token', () => {
  it('is exchanged once for all callers, and renewed at half of its life', async () => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 7_200), giving('token-two-2', 7_200)]);
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.get(new AbortController().signal)));
    expect(new Set(all)).toEqual(new Set(['token-one-1']));
    clock.advance(HOUR - 1);
    expect(await tokens.get(never)).toBe('token-one-1');
    clock.advance(1);
    expect(await tokens.get(never)).toBe('token-two-2');
    expect(count()).toBe(2);
  });

  it.each([undefined, 0, -5, Number.NaN])('with a life of %s counts one hour', async (life) => {
    const clock = manualClock();
    const { tokens } = exchanged(clock, [giving('token-one-1', life), giving('token-two-2')]);
    await tokens.get(never);
    expect(tokens.status().expiresAt).toBe(clock.now() + HOUR);
  });

  it('with a life in milliseconds, or nonsense, counts 100 days at the most', async () => {
    const clock = manualClock();
    const { tokens } = exchanged(clock, [giving('token-one-1', 1e18)]);
    await tokens.get(never);
    expect(tokens.status().expiresAt).toBe(clock.now() + 2_400 * HOUR);
  });

  it('stays in use where its renewal fails, and the next try is a minute away', async () => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 7_200), failing, giving('token-two-2', 7_200)]);
    await tokens.get(never);
    clock.advance(HOUR);
    expect(await tokens.get(never)).toBe('token-one-1');
    expect(await tokens.get(never)).toBe('token-one-1');
    expect(count()).toBe(2);
    clock.advance(60_000);
    expect(await tokens.get(never)).toBe('token-two-2');
  });

  it('that cannot be had is an error, the same one within a minute', async () => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [failing, giving('token-one-1')]);
    await expect(tokens.get(never)).rejects.toThrow('server_error');
    await expect(tokens.get(never)).rejects.toThrow('server_error');
    expect(count()).toBe(1);
    clock.advance(60_000);
    expect(await tokens.get(never)).toBe('token-one-1');
  });

  it('lets one caller go without taking it from the others', async () => {
    let give: (() => void) | undefined;
    const { tokens } = exchanged(manualClock(), [
      () =>
        new Promise((resolve) => {
          give = () => resolve({ access_token: 'token-one-1' });
        }),
    ]);
    const giveUp = new AbortController();
    const left = tokens.get(giveUp.signal);
    const stays = tokens.get(never);
    giveUp.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    give?.();
    expect(await stays).toBe('token-one-1');
  });

  it('is taken out of any text', async () => {
    const { tokens } = exchanged(manualClock(), [giving('a-token-to-hide')]);
    await tokens.get(never);
    expect(redact('Bearer a-token-to-hide.')).toBe('Bearer [redacted].');
  });
});

describe('a 401', () => {
  it('renews a built token once for all who were refused', async () => {
    const tokens = built(manualClock());
    const refused = await tokens.get(never);
    const fresh = await Promise.all([tokens.renew(refused, never), tokens.renew(refused, never)]);
    expect(fresh[0]).toBe(fresh[1]);
    expect(fresh[0]).not.toBe(refused);
    expect(await tokens.renew(refused, never)).toBe(fresh[0]);
    expect(await tokens.get(never)).toBe(fresh[0]);
  });

  it('renews an exchanged token where the last exchange is a minute old', async () => {
    const clock = manualClock();
    const { tokens } = exchanged(clock, [giving('token-one-1', 7_200), giving('token-two-2', 7_200)]);
    const refused = await tokens.get(never);
    expect(await tokens.renew(refused, never)).toBeUndefined();
    clock.advance(60_000);
    expect(await tokens.renew(refused, never)).toBe('token-two-2');
  });

  it('leaves a ready token as it is', async () => {
    const tokens = createTokens(
      { kind: 'fixed', token: async () => 'ready' },
      { clock: manualClock(), exchange: neverExchanged },
    );
    expect(await tokens.get(never)).toBe('ready');
    expect(await tokens.renew('ready', never)).toBeUndefined();
  });
});
