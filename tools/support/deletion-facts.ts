import type { NewestMap } from '../../src/base/newest-map.ts';
import { factsOf, memberFacts, shownId, type ThreadFacts } from '../../src/present/thread-facts.ts';
import { utcMinute } from '../../src/present/time.ts';
import { cutNames, RESULT_TOKENS, tokenBound } from '../../src/present/token-budget.ts';
import type { LastRecord, OwnDeletion } from '../../src/toolkit/last-records.ts';

/** Room for the members in one result, in tokens. */
export const MEMBERS_TOKENS = 3_000;

/** Deletions named one by one in a sentence; the rest are counted. */
const MOST_NAMED = 10;

/**
 * Which of these threads this session has deleted, and when: the client may not have got that result. Undefined for
 * none.
 */
export function deletedBefore(ids: readonly string[], deletions: NewestMap<OwnDeletion>): string | undefined {
  const own = ids.flatMap((id) => {
    const deletion = deletions.get(id);
    return deletion ? [{ id, ...deletion }] : [];
  });
  if (own.length === 0) return undefined;
  const named = own.slice(0, MOST_NAMED).map(({ id, at, done }) => {
    const which = ids.length === 1 ? 'it' : shownId(id);
    return `${which} at ${utcMinute(at)}${done ? '' : ' (the answer was lost)'}`;
  });
  const more = own.length - named.length;
  return `This session deleted ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

/**
 * A last record, for a result.
 *
 * @param memberTokens room for its members; without it only their number is given
 */
export const recordFacts = (record: LastRecord, memberTokens?: number): ThreadFacts => ({
  ...factsOfRecord(record),
  ...(record.members_state !== 'unread' &&
    memberFacts(record.members, record.members_state === 'complete', memberTokens)),
});

/** The same without any word of members. */
export const factsOfRecord = ({
  id,
  name,
  owner,
  group_id: groupId,
  msg_id: msgId,
  created,
}: LastRecord): ThreadFacts => factsOf({ id, name, owner, groupId, msgId, created });

/** Room for all names and owners of a result, in tokens; ids of 32 digits leave less. */
const MOST_TEXTS_TOKENS = 3_000;
const LEAST_TEXTS_TOKENS = 500;

/** What is left of a result, in tokens, beside the least that its names and owners need; may be negative. */
export function roomBeside(threads: readonly ThreadFacts[], rest: unknown): number {
  const withoutTexts = threads.map(({ name: _name, owner: _owner, ...thread }) => ({ thread }));
  return RESULT_TOKENS - tokenBound(JSON.stringify([withoutTexts, rest])) - LEAST_TEXTS_TOKENS;
}

/**
 * Cuts the longest names and owners where all of them together would be too long for a model.
 *
 * @param rest what else is in the result
 */
export function cutTexts(threads: readonly ThreadFacts[], rest: unknown): ThreadFacts[] {
  const room = Math.max(0, roomBeside(threads, rest)) + LEAST_TEXTS_TOKENS;
  return cutNames(threads, Math.min(MOST_TEXTS_TOKENS, room));
}
