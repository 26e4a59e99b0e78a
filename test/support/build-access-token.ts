import { createHmac, timingSafeEqual } from 'node:crypto';
import { inflateSync } from 'node:zlib';

/** The content of an AccessToken2; times in seconds. */
export interface AccessToken {
  readonly appId: string;
  /** Since 1970. */
  readonly issuedAt: number;
  /** From `issuedAt`. */
  readonly life: number;
  readonly services: readonly Service[];
}

export interface Service {
  /** 5 is Chat. */
  readonly type: number;
  /** The lifetime of each privilege, from `issuedAt`; 2 is the app privilege. */
  readonly privileges: Readonly<Record<number, number>>;
  /** Empty for an app token. */
  readonly userId: string;
}

const CHAT = 5;

/**
 * Reads an AccessToken2 by its published layout, independently of the library that builds it and of the sandbox that
 * accepts it: `007`, then base64 of a deflated block of a signature and the signed part. All numbers are little-endian,
 * each string follows its length in two bytes.
 *
 * @returns undefined if the token is not signed with `certificate`
 * @throws Error for a wrong layout: another version, cut short, trailing bytes, a service other than Chat
 */
export function readAccessToken(token: string, certificate: string): AccessToken | undefined {
  const packed = /^007([A-Za-z0-9+/]+={0,2})$/.exec(token)?.[1];
  if (packed === undefined) throw new Error('not 007 and base64');
  const block = inflateSync(Buffer.from(packed, 'base64'));
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > block.length) throw new Error('cut short');
    at += length;
    return block.subarray(at - length, at);
  };
  const u16 = (): number => take(2).readUInt16LE();
  const u32 = (): number => take(4).readUInt32LE();
  const bytes = (): Buffer => take(u16());
  /** Reads a count and then that many parts. */
  const each = <T>(read: () => T): T[] => Array.from({ length: u16() }, read);

  const signature = bytes();
  const signedPart = block.subarray(at);
  const appId = bytes().toString('utf8');
  const issuedAt = u32();
  const life = u32();
  const salt = u32();
  const services = each((): Service => {
    const type = u16();
    if (type !== CHAT) throw new Error(`service ${type} is not Chat`);
    const privileges = Object.fromEntries(each(() => [u16(), u32()] as const));
    return { type, privileges, userId: bytes().toString('utf8') };
  });
  if (at !== block.length) throw new Error('trailing bytes');

  const key = hmac(littleEndian(salt), hmac(littleEndian(issuedAt), Buffer.from(certificate)));
  const expected = hmac(key, signedPart);
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return undefined;
  return { appId, issuedAt, life, services };
}

const hmac = (key: Buffer, data: Buffer): Buffer => createHmac('sha256', key).update(data).digest();

function littleEndian(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
