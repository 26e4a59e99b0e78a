import type { Thread } from '../agora/thread.ts';
import { hashOf } from './cursor.ts';
import type { Inquiry } from './inquiry.ts';
import type { KnownThread, KnownThreads } from './known-threads.ts';
import { type AnswerPosition, MOST_AHEAD, type Place } from './question.ts';

export interface Rows {
  /** The threads to show: first those in the order of the list, then those that are known further on. */
  readonly threads: readonly KnownThread[];
  /** How many of them are shown ahead of their place. */
  readonly ahead: number;
  /** Where to go on; undefined where all was shown. */
  readonly next: AnswerPosition | undefined;
}

const isBefore = (created: number, place: number | undefined, sort: 'asc' | 'desc'): boolean =>
  place !== undefined && (sort === 'desc' ? created > place : created < place);

const placeOf = ({ id, created }: Thread): Place => ({ id, created });

/**
 * Chooses what an answer shows.
 *
 * @param limit the most threads to show
 */
export function rowsOf(inquiry: Inquiry, known: KnownThreads, limit = inquiry.question.limit): Rows {
  const { question, matches } = inquiry;
  const { from, sort } = question;

  const inOrder: KnownThread[] = [];
  const passed = new Set<string>();
  /** The last thread behind which nothing is missing. */
  let place: Place | undefined = from.place;
  for (const id of inquiry.idsInOrder()) {
    if (matches.has(id)) {
      if (inOrder.length === limit) break;
      const record = known.records.get(id);
      if (record) inOrder.push(record);
    }
    passed.add(id);
    const thread = known.records.get(id)?.thread;
    // In another process, what stands before the place may be known only in part.
    if (thread?.created !== undefined && !isBefore(thread.created, place?.created, sort)) place = placeOf(thread);
  }

  const room = Math.min(limit - inOrder.length, MOST_AHEAD - from.shown.length);
  const further = [...matches].filter((id) => !passed.has(id)).flatMap((id) => known.records.get(id) ?? []);
  further.sort(({ thread: a }, { thread: b }) => (sort === 'desc' ? 1 : -1) * ((b.created ?? 0) - (a.created ?? 0)));
  const ahead = further.slice(0, Math.max(0, room));
  const threads = [...inOrder, ...ahead];
  if (inquiry.isComplete() && further.length === ahead.length) return { threads, ahead: ahead.length, next: undefined };

  const earlier = new Set(from.shown);
  const shown = ahead.map(({ thread }) => hashOf(thread.id));
  let skipped = 0;
  for (const id of passed) {
    if (known.fates.get(id) === 'not_read') skipped += 1;
    // By their time alone, these cannot be told from threads behind the place.
    const created = known.records.get(id)?.thread.created;
    const isDistinct = created !== undefined && created !== place?.created;
    if (isDistinct && earlier.size === 0) continue;
    const hash = hashOf(id);
    const wasShown = earlier.delete(hash) || matches.has(id) || id === from.place?.id;
    if (!isDistinct && wasShown && id !== place?.id) shown.push(hash);
  }
  return {
    threads,
    ahead: ahead.length,
    next: { place, shown: [...earlier, ...shown], skipped: Math.max(skipped, from.skipped) },
  };
}
