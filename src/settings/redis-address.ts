import * as z from 'zod';
import { valueKind } from './value-kinds.ts';

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

export const redisUrl = valueKind(z.string().refine(isRedis), (say) => say.mustBe.redisUrl);
