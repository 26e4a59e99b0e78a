import { createHmac, timingSafeEqual } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { refuse } from './refusals.ts';

const VERSION = '007';
const LARGEST_TOKEN_BYTES = 4_096;
/** One service, Chat (5), with one privilege, that of an app (2): four u16. */
const CHAT_AS_APP = Buffer.from([1, 0, 5, 0, 1, 0, 2, 0]);
/** A string without a byte. */
const NO_USER = Buffer.from([0, 0]);

/**
 * Checks an AccessToken2 for the Chat service: `007` + base64(zlib(string(signature) + info)). All numbers are
 * little-endian; strings are a u16 length and bytes. `info` holds the App ID, the time of issue (u32, seconds), the
 * lifetime (u32, seconds), a salt (u32) and one service: its type (u16 5), its privileges (u16 count of {u16, u32
 * seconds}) and a user id, empty for an app token. The key is HMAC(salt, HMAC(time of issue, certificate)) with
 * SHA-256 [AccessToken2 reference; compared byte for byte with the official builder].
 *
 * @param appId 32 hex digits
 * @returns when it expires, in seconds since 1970
 * @throws Refusal a 401 for anything but an app token of this app
 */
export function expiryOfAccessToken(token: string, appId: string, appCertificate: string): number {
  if (!token.startsWith(VERSION)) throw refuse('tokenUnknown');
  const { signature, info, issued, salt } = unpack(token.slice(VERSION.length));
  const key = hmac(salt, hmac(issued, Buffer.from(appCertificate, 'utf8')));
  if (!timingSafeEqual(signature, hmac(key, info)) || info.toString('utf8', 2, 34) !== appId) {
    throw refuse('tokenForeign');
  }
  // The service gives the same answer for an unknown token and for one without the rights.
  if (!info.subarray(46, 54).equals(CHAT_AS_APP) || !info.subarray(58).equals(NO_USER)) throw refuse('tokenUnknown');
  // The privilege has its own lifetime, counted from the same moment; the builder sets both to the same value.
  return info.readUInt32LE(34) + Math.min(info.readUInt32LE(38), info.readUInt32LE(54));
}

/** @throws Refusal for what is not zlib, or is cut short */
function unpack(encoded: string) {
  try {
    const content = inflateSync(Buffer.from(encoded, 'base64'), { maxOutputLength: LARGEST_TOKEN_BYTES });
    const [signature, info] = [content.subarray(2, 34), content.subarray(34)];
    // Throws where the salt, and so what is before it, is not there in full.
    info.readUInt32LE(42);
    return { signature, info, issued: info.subarray(34, 38), salt: info.subarray(42, 46) };
  } catch {
    throw refuse('tokenCorrupt');
  }
}

const hmac = (key: Buffer, data: Buffer): Buffer => createHmac('sha256', key).update(data).digest();
