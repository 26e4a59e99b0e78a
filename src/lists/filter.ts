import type { Thread } from '../agora/thread.ts';

/** What a list is narrowed to. */
export interface Filter {
  readonly nameContains?: string;
  readonly owner?: string;
  readonly msgId?: string;
  /** Milliseconds since 1970: created then or later. */
  readonly createdFrom?: number;
  /** Milliseconds since 1970: created before then. */
  readonly createdBefore?: number;
}

/**
 * A text in a form to compare, without its case, its width (Chinese and Japanese keyboards type `ＡＢＣ` for `ABC`) and
 * the way its accents are composed. Upper case first, so that `ß` equals `SS`.
 */
export const folded = (text: string): string =>
  // Most names are plain ASCII, and a walk of 100,000 threads compares each of them with each question.
  isAscii(text) ? text.toLowerCase() : text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

const isSame = (one: string, other: string): boolean => one === other;

/** Makes the test of a thread; undefined where the thread lacks a field that the filter needs. */
export function matcher(filter: Filter): (thread: Thread) => boolean | undefined {
  const { owner, msgId, createdFrom, createdBefore } = filter;
  const needle = filter.nameContains === undefined ? undefined : folded(filter.nameContains);
  return ({ name, owner: of, msgId: on, created }) => {
    let unknown = false;
    const fits = <T>(value: T | undefined, wanted: T | undefined, test: (value: T, wanted: T) => boolean): boolean => {
      if (wanted === undefined) return true;
      unknown ||= value === undefined;
      return value === undefined || test(value, wanted);
    };
    const all =
      fits(name, needle, (text, part) => folded(text).includes(part)) &&
      fits(of, owner, isSame) &&
      fits(on, msgId, isSame) &&
      fits(created, createdFrom, (time, from) => time >= from) &&
      fits(created, createdBefore, (time, end) => time < end);
    return all && unknown ? undefined : all;
  };
}
