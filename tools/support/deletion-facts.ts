import type { NewestMap } from '../../src/base/newest-map.ts';
import { factsOf, memberFacts, shownId, type ThreadFacts } from '../../src/present/thread-facts.ts';
import { utcMinute } from '../../src/present/time.ts';
import { cutTo, fairShare, RESULT_TOKENS, tokenBound } from '../../src/present/token-budget.ts';
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

type Row = { readonly thread?: ThreadFacts | undefined };

/** What rows and the rest of a result leave, in tokens, without the names and owners of the rows; may be negative. */
function leftBeside(rows: readonly Row[], beside: unknown): number {
  const withoutTexts = rows.map(({ thread, ...row }) => {
    const { name: _name, owner: _owner, ...ids } = thread ?? {};
    return { ...row, thread: ids };
  });
  return RESULT_TOKENS - tokenBound(JSON.stringify([withoutTexts, beside]));
}

/** The same, with the least that names and owners need taken off. */
export const roomBesideTexts = (rows: readonly Row[], beside: unknown): number =>
  leftBeside(rows, beside) - LEAST_TEXTS_TOKENS;

/**
 * Cuts the longest names and owners where all of them together would be too long for a model.
 *
 * @param beside what else is in the result
 */
export function cutTexts<T extends Row>(rows: readonly T[], beside: unknown): T[] {
  const left = leftBeside(rows, beside);
  const share = fairShare(
    rows.flatMap(({ thread }) => [thread?.name ?? '', thread?.owner ?? '']),
    Math.max(LEAST_TEXTS_TOKENS, Math.min(MOST_TEXTS_TOKENS, left)),
  );
  return rows.map((row) => {
    if (row.thread === undefined) return row;
    const { name, owner } = row.thread;
    const cut = {
      ...(name !== undefined && { name: cutTo(name, share) }),
      ...(owner !== undefined && { owner: cutTo(owner, share) }),
    };
    return { ...row, thread: { ...row.thread, ...cut } };
  });
}
