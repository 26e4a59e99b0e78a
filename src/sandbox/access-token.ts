import { createHmac, timingSafeEqual } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { refuse } from './refusals.ts';

const VERSION = '007';
const CHAT_SERVICE = 5;
const APP_PRIVILEGE = 2;
const LARGEST_TOKEN_BYTES = 4_096;

/**
 * Checks an AccessToken2 for the Chat service: `007` + base64(zlib(string(signature) + info)). All numbers are
 * little-endian; strings are a u16 length and bytes. `info` holds the App ID, the time of issue (u32, seconds), the
 * lifetime (u32, seconds), a salt (u32) and one service: its type (u16 5), its privileges (u16 count of {u16, u32
 * seconds}) and a user id, empty for an app token. The key is HMAC(salt, HMAC(time of issue, certificate)) with
 * SHA-256 [AccessToken2 reference; compared byte for byte with the official builder].
 *
 * @returns when it expires, in seconds since 1970
 * @throws Refusal a 401 for anything but an app token of this app
 */
export function expiryOfAccessToken(token: string, appId: string, appCertificate: string): number {
  if (!token.startsWith(VERSION)) throw refuse('tokenUnknown');
  const parts = readToken(token.slice(VERSION.length));
  if (!parts) throw refuse('tokenCorrupt');
  const { signature, info, issued, salt } = parts;
  const key = hmac(u32(salt), hmac(u32(issued), Buffer.from(appCertificate, 'utf8')));
  const expected = hmac(key, info);
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) throw refuse('tokenForeign');
  if (parts.appId !== appId) throw refuse('tokenForeign');
  const privilege = parts.privileges.get(APP_PRIVILEGE);
  // The service gives the same answer for an unknown token and for one without the rights.
  if (parts.service !== CHAT_SERVICE || privilege === undefined || parts.userId !== '') throw refuse('tokenUnknown');
  // The privilege has its own lifetime, counted from the same moment; the builder sets both to the same value.
  return issued + Math.min(parts.life, privilege);
}

/**
 * Reads what the token says, without checking its signature.
 *
 * @returns undefined for anything without the layout of an AccessToken2 with a single service
 */
function readToken(encoded: string) {
  try {
    const content = inflateSync(Buffer.from(encoded, 'base64'), { maxOutputLength: LARGEST_TOKEN_BYTES });
    const outer = reader(content);
    const signature = outer.bytes();
    const info = content.subarray(outer.at());
    const inner = reader(info);
    const appId = inner.bytes().toString('utf8');
    const [issued, life, salt, services, service] = [inner.u32(), inner.u32(), inner.u32(), inner.u16(), inner.u16()];
    const privileges = new Map<number, number>();
    for (let left = inner.u16(); left > 0; left--) privileges.set(inner.u16(), inner.u32());
    const userId = service === CHAT_SERVICE ? inner.bytes().toString('utf8') : '';
    // Other services have fields of their own, so only the Chat service has a known end.
    const isComplete = services === 1 && (service !== CHAT_SERVICE || inner.at() === info.length);
    return isComplete ? { signature, info, appId, issued, life, salt, service, privileges, userId } : undefined;
  } catch {
    return undefined; // not zlib, or cut short
  }
}

/** Reads little-endian fields one after the other; throws a RangeError beyond the end. */
function reader(buffer: Buffer) {
  let offset = 0;
  const u16 = (): number => {
    offset += 2;
    return buffer.readUInt16LE(offset - 2);
  };
  const u32 = (): number => {
    offset += 4;
    return buffer.readUInt32LE(offset - 4);
  };
  const bytes = (): Buffer => {
    const length = u16();
    if (offset + length > buffer.length) throw new RangeError('cut short');
    offset += length;
    return buffer.subarray(offset - length, offset);
  };
  return { u16, u32, bytes, at: () => offset };
}

const hmac = (key: Buffer, data: Buffer): Buffer => createHmac('sha256', key).update(data).digest();

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
