import type { Thread } from '../agora/thread.ts';
import { within } from '../base/deadline.ts';
import { defined } from '../base/defined.ts';
import { inParallel } from '../base/in-parallel.ts';
import { factsOf, memberFacts, type ThreadFacts } from '../present/thread-facts.ts';
import { utcTime } from '../present/time.ts';
import type { ToolContext } from './define-tool.ts';
import { MEMBER_PAGES } from './last-records.ts';
import { createLooks, type Look, type MemberList, UNREAD } from './thread-look.ts';

/** A thread that a yes is asked for, as far as it is known when the question is made. */
export interface Target {
  readonly id: string;
  /** Does the service say that there is no such thread? */
  readonly gone: boolean;
  /** All that is known of it; names and ids are exact and unescaped. */
  readonly thread: Thread;
  /** Did the service give its name in this call, or at most a minute before? */
  readonly verified: boolean;
  /** When memory last saw it, in milliseconds since 1970, where the name is from memory. */
  readonly asOf: number | undefined;
  readonly members: MemberList | undefined;
  /** Of a removal: the users that the same yes still covers, where an earlier call has done the others. */
  readonly usersLeft?: readonly string[];
}

/**
 * What is known of a target, for a result.
 *
 * @param memberTokens room for its members; without it only their number is given
 */
export const targetFacts = ({ id, thread, asOf, members }: Target, memberTokens?: number): ThreadFacts => ({
  ...factsOf({ ...thread, id }),
  ...(members && memberFacts(members.ids, members.complete, memberTokens)),
  ...defined({ as_of: asOf === undefined ? undefined : utcTime(asOf) }),
});

/** A name that a list gave this recently counts as verified, in milliseconds. */
const VERIFIED_MS = 60_000;
/** All looks for one question end after this much of the call's work, in milliseconds. */
const QUESTION_LOOKS_MS = 20_000;
/** Threads that are looked at, or deleted, at the same time: the quota is shared with the app's live users. */
export const AT_ONCE = 8;

/**
 * Finds out what a person has to be shown of the threads that a call is about. What cannot be read in time is shown
 * from memory and not as verified.
 *
 * @throws AgoraError where the service refuses in a way that a deletion would meet too (credentials, feature, host)
 */
export async function lookForQuestion(ids: readonly string[], context: ToolContext): Promise<readonly Target[]> {
  const { seen, clock, time, progress } = context;
  const looks = createLooks(seen, clock);
  const calls = context.threads.with({ turn: context.nextTurn() });
  let count = 0;
  const left = (): number => Math.max(0, QUESTION_LOOKS_MS - time.spent());
  const targets = await inParallel(ids, AT_ONCE, async (id) => {
    const pages = ids.length === 1 ? MEMBER_PAGES : 1;
    const look = await within(left(), clock, time.signal, (signal) =>
      looks(calls, id, { memberPages: pages, trustMs: VERIFIED_MS }, signal),
    );
    count += 1;
    if (ids.length > 1) progress(0, undefined, `Looked at ${count} of ${ids.length} threads`);
    return targetOf(id, look ?? UNREAD, context);
  });
  // A person knows a group by its name, so one call for those that memory lacks is worth it.
  const groupIds = targets.flatMap(({ thread: { groupId } }) => (groupId === undefined ? [] : [groupId]));
  await within(left(), clock, time.signal, (signal) => context.groupNames.learn(groupIds, signal));
  return targets;
}

function targetOf(id: string, { state, thread, members }: Look, { seen }: ToolContext): Target {
  const remembered = thread === undefined ? seen.recall(id) : undefined;
  return {
    id,
    gone: state === 'gone',
    thread: thread ?? remembered?.thread ?? { id },
    verified: thread !== undefined,
    asOf: remembered?.at,
    members,
  };
}
