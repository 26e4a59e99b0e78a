import { factsOf, memberFacts, shownId, shownName, type ThreadFacts } from '../../src/present/thread-facts.ts';
import { utcDay, utcMinute, utcTime } from '../../src/present/time.ts';
import { cutTo, fairShare, RESULT_TOKENS, tokenBound } from '../../src/present/token-budget.ts';
import { confirmationQuestion } from '../../src/toolkit/confirmation-question.ts';
import type { DrawnQuestion } from '../../src/toolkit/define-deletion.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';
import type { LastRecord } from '../../src/toolkit/last-records.ts';
import type { OwnDeletions } from '../../src/toolkit/own-deletions.ts';
import type { Target } from '../../src/toolkit/targets.ts';
import type { ViewItem } from '../../src/toolkit/view-data.ts';

/** Room for the members in one result, in tokens. */
export const MEMBERS_TOKENS = 3_000;

/** The question about the targets of a call: the same words in a form, on a terminal and beside a code, and for a view. */
export function questionAbout(
  targets: readonly Target[],
  users: readonly string[] | undefined,
  context: ToolContext,
): DrawnQuestion {
  const { groupNames, language } = context;
  const { name: app, host, sandbox } = context.app;
  const threads = targets.map(({ id, gone, thread, verified, members }) => {
    const { name, owner, groupId, created } = thread;
    const groupName = groupId === undefined ? undefined : groupNames.recall(groupId);
    return {
      id: shownId(id),
      name: name === undefined ? undefined : shownName(name),
      verified,
      group: groupId === undefined ? undefined : { id: shownId(groupId), name: groupName && shownName(groupName) },
      owner: owner === undefined ? undefined : shownId(owner),
      created: created === undefined ? undefined : utcDay(created),
      members: members && { count: members.ids.length, complete: members.complete },
      gone,
    };
  });
  const where = { app, host, sandbox };
  const shownUsers = users?.map(shownId);
  const items = targets.map((target) => itemOf(target, context));
  return {
    ...confirmationQuestion({ threads, users: shownUsers, ...where }, language),
    view: { ...where, items, ...(shownUsers ? { action: 'remove', users: shownUsers } : { action: 'delete' }) },
  };
}

/** A thread as the view shows it. */
const itemOf = (target: Target, { groupNames }: ToolContext): ViewItem => {
  const { groupId } = target.thread;
  const group = groupId === undefined ? undefined : groupNames.recall(groupId);
  return {
    ...briefFacts(target),
    verified: target.verified,
    ...(group !== undefined && { group: shownName(group) }),
    ...(target.gone && { gone: true }),
  };
};

/** What is known of a target, for a result. */
export const targetFacts = ({ id, thread, asOf, members }: Target, memberTokens: number): ThreadFacts => ({
  ...factsOf({ ...thread, id }),
  ...(members && memberFacts(members.ids, members.complete, memberTokens)),
  ...(asOf !== undefined && { as_of: utcTime(asOf) }),
});

/** The same without the members, where many threads share a result. */
export const briefFacts = (target: Target): ThreadFacts => withoutMembers(targetFacts(target, 0));

export const withoutMembers = ({ members: _members, members_left_out: _more, ...thread }: ThreadFacts): ThreadFacts =>
  thread;

/** Deletions named one by one in a sentence; the rest are counted. */
const MOST_NAMED = 10;

/**
 * Which of these threads this session has deleted, and when: the client may not have got that result. Undefined for
 * none.
 */
export function deletedBefore(ids: readonly string[], deletions: OwnDeletions): string | undefined {
  const own = ids.flatMap((id) => {
    const deletion = deletions.find(id);
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

/** A last record, for a result. */
export function recordFacts(record: LastRecord, memberTokens: number): ThreadFacts {
  const { members, members_state: state } = record;
  return {
    ...factsOfRecord(record),
    ...(state !== 'unread' && memberFacts(members, state === 'complete', memberTokens)),
  };
}

/** The same without the members. */
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
