import { createHmac } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { expiryOfAccessToken } from '../../src/sandbox/access-token.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { NOW, P, type Reply, type Send, sandboxWith } from './sandbox-client.ts';

/** What `agora-token` 2.0.6 builds for the sandbox's App ID and certificate, with a life of 3600 s. */
const OFFICIAL =
  '007eJxTYFBt/S5/xWiBxWz92c9aiyv7UoNnVrIXvXntvtfk6YruRdUKDGlJppZJ5qlGiUlJqWZpZskplklJlonJZmYWScmJKYlmkn+ZswX4GBiCO6YwMzKwMjAyMDGA+AwMAOZJHjM=';
const OFFICIAL_EXPIRY = 1_795_427_113;

const ISSUED = Math.floor(NOW / 1000);

interface Claims {
  readonly appId: string;
  readonly certificate: string;
  readonly issued: number;
  readonly life: number;
  readonly privilegeLife: number;
  readonly service: number;
  readonly privilege: number;
  readonly userId: string;
  readonly more: string;
}

const CLAIMS: Claims = {
  appId: SANDBOX.appId,
  certificate: SANDBOX.appCertificate,
  issued: ISSUED,
  life: 3_600,
  privilegeLife: 3_600,
  service: 5,
  privilege: 2,
  userId: '',
  more: '',
};

/** An AccessToken2 put together field by field. */
function accessToken(changes: Partial<Claims> = {}): string {
  const claims = { ...CLAIMS, ...changes };
  const salt = 123_456;
  const info = Buffer.concat([
    text(claims.appId),
    u32(claims.issued),
    u32(claims.life),
    u32(salt),
    u16(1),
    u16(claims.service),
    u16(1),
    u16(claims.privilege),
    u32(claims.privilegeLife),
    text(claims.userId),
    Buffer.from(claims.more),
  ]);
  const key = hmac(u32(salt), hmac(u32(claims.issued), Buffer.from(claims.certificate)));
  const signature = hmac(key, info);
  return `007${deflateSync(Buffer.concat([u16(signature.length), signature, info])).toString('base64')}`;
}

const hmac = (key: Buffer, data: Buffer): Buffer => createHmac('sha256', key).update(data).digest();
const text = (value: string): Buffer => Buffer.concat([u16(Buffer.byteLength(value)), Buffer.from(value)]);

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

const callWith = (send: Send, authorization: string | undefined): Promise<Reply> =>
  send('GET', `${P}/thread?limit=1`, { headers: { authorization } });

const EXPIRED = ['unauthorized', 'Unable to authenticate due to expired access token'] as const;
const UNKNOWN = ['unauthorized', 'Unable to authenticate (OAuth)'] as const;
const CORRUPT = ['auth_bad_access_token', 'Unable to authenticate due to corrupt access token'] as const;
const FOREIGN = ['auth_bad_access_token', 'Unable to authenticate'] as const;
const good = accessToken();

describe('a call', () => {
  it.each([
    ['the fixed token', SANDBOX.appToken],
    ['a token signed with the certificate', good],
  ])('is answered with %s', async (_what, token) => {
    const { send } = await sandboxWith();
    expect((await callWith(send, `Bearer ${token}`)).status).toBe(200);
  });

  it.each([
    ['no token', undefined, EXPIRED],
    ['another scheme', `Basic ${SANDBOX.appToken}`, CORRUPT],
    ['two spaces', `Bearer  ${SANDBOX.appToken}`, CORRUPT],
    ['nothing behind Bearer', 'Bearer', CORRUPT],
    ['the bare token', SANDBOX.appToken, CORRUPT],
    ['a token that nobody issued', 'Bearer YWMtinvented', UNKNOWN],
    ['a signed token past its life', `Bearer ${accessToken({ issued: ISSUED - 3_600 })}`, EXPIRED],
    [
      'a signed token with a privilege past its life',
      `Bearer ${accessToken({ issued: ISSUED - 60, privilegeLife: 60 })}`,
      EXPIRED,
    ],
    ['a signed token of no life', `Bearer ${accessToken({ life: 0, privilegeLife: 0 })}`, EXPIRED],
    ['another certificate', `Bearer ${accessToken({ certificate: '0'.repeat(32) })}`, FOREIGN],
    ['another App ID', `Bearer ${accessToken({ appId: '0'.repeat(32) })}`, FOREIGN],
    ['a user token', `Bearer ${accessToken({ privilege: 1, userId: 'lin' })}`, UNKNOWN],
    ['a token with the right of an app and the name of a user', `Bearer ${accessToken({ userId: 'lin' })}`, UNKNOWN],
    ['a token for another service', `Bearer ${accessToken({ service: 1 })}`, UNKNOWN],
    ['a token with more behind its end', `Bearer ${accessToken({ more: 'x' })}`, UNKNOWN],
    ['a token cut short', `Bearer ${good.slice(0, 40)}`, CORRUPT],
    ['an empty one', 'Bearer 007', CORRUPT],
    ['no base64', 'Bearer 007****', CORRUPT],
    ['something else that is packed', `Bearer 007${deflateSync('nothing').toString('base64')}`, CORRUPT],
  ])('is refused with %s', async (_what, authorization, [error, error_description]) => {
    const { send } = await sandboxWith();
    expect(await callWith(send, authorization)).toMatchObject({ status: 401, json: { error, error_description } });
  });

  it('that is refused takes no place of the rate limit', async () => {
    const { send } = await sandboxWith({ callsPerSecond: 1 });
    await callWith(send, undefined);
    expect((await callWith(send, `Bearer ${SANDBOX.appToken}`)).status).toBe(200);
  });

  it('is answered up to the last second of a signed token', async () => {
    let time = NOW;
    const { send } = await sandboxWith({ now: () => time });
    time = (ISSUED + 3_600) * 1000 - 1;
    expect((await callWith(send, `Bearer ${good}`)).status).toBe(200);
    time += 1;
    expect((await callWith(send, `Bearer ${good}`)).status).toBe(401);
  });
});

describe('the verifier', () => {
  it('reads a token that the official builder made', () => {
    expect(expiryOfAccessToken(OFFICIAL, SANDBOX.appId, SANDBOX.appCertificate)).toBe(OFFICIAL_EXPIRY);
  });

  it('takes no byte of it changed', () => {
    for (let place = 3; place < OFFICIAL.indexOf('='); place++) {
      const changed = `${OFFICIAL.slice(0, place)}${OFFICIAL[place] === 'A' ? 'B' : 'A'}${OFFICIAL.slice(place + 1)}`;
      // The very last sextet may hold padding bits that mean nothing.
      if (Buffer.from(changed.slice(3), 'base64').equals(Buffer.from(OFFICIAL.slice(3), 'base64'))) continue;
      expect(() => expiryOfAccessToken(changed, SANDBOX.appId, SANDBOX.appCertificate), `at ${place}`).toThrow(
        /^Unable to authenticate/,
      );
    }
  });
});

const credentials = {
  grant_type: 'client_credentials',
  client_id: SANDBOX.clientId,
  client_secret: SANDBOX.clientSecret,
};
const exchange = (send: Send, body: unknown): Promise<Reply> =>
  send('POST', `${P}/token`, { body, headers: { authorization: undefined } });
const issued = z.strictObject({ access_token: z.string(), expires_in: z.number(), application: z.string() });

describe('the exchange at /token', () => {
  it.each([
    ['for 60 days by default', {}, 5_184_000],
    ['for as long as is asked', { ttl: 60 }, 60],
  ])('gives a token %s', async (_what, extra, seconds) => {
    let time = NOW;
    const { send } = await sandboxWith({ now: () => time });
    const reply = await exchange(send, { ...credentials, ...extra });
    expect(reply.status).toBe(200);
    const { access_token, expires_in } = issued.parse(reply.json);
    expect(expires_in).toBe(seconds);
    time = NOW + seconds * 1000 - 1;
    expect((await callWith(send, `Bearer ${access_token}`)).status).toBe(200);
    time += 1;
    expect(await callWith(send, `Bearer ${access_token}`)).toMatchObject({
      status: 401,
      json: { error_description: EXPIRED[1] },
    });
  });

  it('gives a token without an end for a ttl of 0', async () => {
    let time = NOW;
    const { send } = await sandboxWith({ now: () => time });
    const { access_token, expires_in } = issued.parse((await exchange(send, { ...credentials, ttl: 0 })).json);
    expect(expires_in).toBe(0);
    time += 10 * 365 * 86_400_000;
    expect((await callWith(send, `Bearer ${access_token}`)).status).toBe(200);
  });

  it.each([
    [{ grant_type: undefined }, 'illegal_argument', 'grant_type is required'],
    [{ client_id: undefined }, 'illegal_argument', 'client_id is required'],
    [{ client_secret: '' }, 'illegal_argument', 'client_secret is required'],
    [{ ttl: -1 }, 'illegal_argument', 'ttl must be a whole number of seconds'],
    [{ ttl: '60' }, 'illegal_argument', 'ttl must be a whole number of seconds'],
    [{ grant_type: 'password' }, 'invalid_grant', 'grant_type does not match'],
    [{ client_id: 'x' }, 'invalid_grant', 'client_id does not match'],
    [{ client_secret: 'x' }, 'invalid_grant', 'client_secret does not match'],
  ])('refuses %o', async (changes, error, error_description) => {
    const { send } = await sandboxWith();
    const reply = await exchange(send, { ...credentials, ...changes });
    expect(reply).toMatchObject({ status: 400, json: { error, error_description } });
  });

  it('knows its own app alone', async () => {
    const { send } = await sandboxWith();
    const reply = await send('POST', '/acme/other/token', { body: credentials });
    expect(reply).toMatchObject({ status: 404, json: { error: 'organization_application_not_found' } });
  });

  it('remembers a bounded number of tokens, and takes 300 calls a second', async () => {
    let time = NOW;
    const { send } = await sandboxWith({ now: () => time });
    const first = issued.parse((await exchange(send, credentials)).json).access_token;
    const replies = await Promise.all(Array.from({ length: 300 }, () => exchange(send, credentials)));
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(1);
    for (let second = 1; second <= 3; second++) {
      time = NOW + second * 1000;
      await Promise.all(Array.from({ length: 300 }, () => exchange(send, credentials)));
    }
    expect((await callWith(send, `Bearer ${first}`)).status).toBe(401);
  });
});
