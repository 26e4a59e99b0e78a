import * as z from 'zod';

/** The password of a URL; undefined where it is not rightly encoded. */
export function passwordOf({ password }: URL): string | undefined {
  try {
    return decodeURIComponent(password);
  } catch {
    return undefined;
  }
}

function isRedis(text: string): boolean {
  if (!/^rediss?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.hostname !== '' && passwordOf(url) !== undefined;
}

export const redisUrl = z
  .string()
  .refine(isRedis, 'must be the address of a Redis: redis://host:port, or rediss://user:password@host:port');
