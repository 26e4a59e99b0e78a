import type { AppList, Side } from './app-list.ts';
import { otherSide } from './app-list.ts';
import type { KnownThreads, UserList } from './known-threads.ts';
import { isSearch } from './question.ts';
import type { Participant } from './thread-source.ts';

/** Why a list is read though it is not known to tell of a missing thread. */
export type Guess = 'goes_on' | 'of_an_owner' | 'of_a_member';

/** What to ask the service next. */
export type Plan =
  | { readonly kind: 'newest_ids' }
  | { readonly kind: 'ids'; readonly side: Side }
  | { readonly kind: 'threads_of'; readonly list: UserList; readonly guess?: Guess }
  | { readonly kind: 'newest_of'; readonly list: UserList }
  | { readonly kind: 'members_of'; readonly id: string };

/** What is under way, and what has come of it. */
export interface Progress {
  readonly idsRead: ReadonlySet<Side>;
  /** Sides of the app's list that failed, and are left alone until the next question. */
  readonly idsFailed: ReadonlySet<Side>;
  readonly newestRead: boolean;
  readonly listsRead: number;
  readonly membersRead: ReadonlySet<string>;
  /** How many member lists may be read at once. */
  readonly membersAtOnce: number;
}

/** What a plan for one question goes by. */
export interface Asker extends Pick<Participant, 'inquiry' | 'needsNewest'> {
  /** Have guesses of this kind told enough of late? */
  readonly isWorthIt: (guess: Guess) => boolean;
}

/** With fewer threads than this left to find out about, the next ids are read. */
const READ_AHEAD = 16;

/**
 * Chooses the next request. A user's list tells up to 50 threads and a member list helps with one, so member lists are
 * read only while no user's list is: that of one user who is in everything may tell all that is missing.
 */
export function nextPlan(
  { inquiry, needsNewest, isWorthIt }: Asker,
  list: AppList,
  known: KnownThreads,
  progress: Progress,
): Plan | undefined {
  const { question, bounded } = inquiry;
  const { side } = question;
  const search = isSearch(question);
  const whole = search && !bounded;

  inquiry.advance();

  const canRead = (from: Side): boolean =>
    !progress.idsRead.has(from) && !progress.idsFailed.has(from) && list.placeToRead(from) !== undefined;

  /** The next threads to find out about, from the side of the question on. */
  function* missing(): Generator<string> {
    if (whole) {
      yield* known.pending[side];
      yield* known.pending[otherSide(side)];
      return;
    }
    if (!inquiry.isLocated()) return;
    const ids = list.idsFrom(side);
    for (let index = inquiry.frontier(); index < ids.length; index++) {
      const id = ids[index];
      if (id !== undefined && !known.isSettled(id)) yield id;
    }
  }

  function isFewLeft(): boolean {
    let count = 0;
    for (const _ of missing()) if (++count >= READ_AHEAD) return false;
    return true;
  }

  function readIds(): Plan | undefined {
    if (needsNewest()) return progress.newestRead ? undefined : { kind: 'newest_ids' };
    if (inquiry.isSettled()) return undefined;
    if (whole) {
      const from = canRead(side) ? side : otherSide(side);
      return canRead(from) ? { kind: 'ids', side: from } : undefined;
    }
    // Where this side cannot be read on, the other one may still meet it.
    const from = list.placeToRead(side) === undefined || progress.idsFailed.has(side) ? otherSide(side) : side;
    return canRead(from) && isFewLeft() ? { kind: 'ids', side: from } : undefined;
  }

  const readable = ({ state, reading }: UserList): boolean => !reading && (state === 'unread' || state === 'open');

  function readOwner(): Plan | undefined {
    const { owner } = question.filter;
    if (owner === undefined) return undefined;
    const of = known.listOf(owner);
    return readable(of) ? { kind: 'threads_of', list: of } : undefined;
  }

  /** The list of a member of a missing thread; a short page that seemed to be the last is doubted only here. */
  function readMember(): Plan | undefined {
    for (const [id, usernames] of known.members) {
      const lists = usernames.map(known.listOf);
      if (lists.some(({ reading }) => reading)) continue;
      const unread = lists.find(({ state }) => state === 'unread');
      const grown = unread ? undefined : lists.find((list) => list.grown);
      if (grown) return { kind: 'newest_of', list: grown };
      const next =
        unread ?? lists.find(({ state }) => state === 'open') ?? lists.find(({ state }) => state === 'short');
      if (next) return { kind: 'threads_of', list: next };
      known.settle(id, 'not_read');
    }
    return undefined;
  }

  function readGuess(): Plan | undefined {
    if (!search || !isAnythingMissing()) return undefined;
    if (isWorthIt('goes_on')) {
      for (const of of known.open) if (of.useful && !of.reading) return guess('goes_on', of);
    }
    const owner = isWorthIt('of_an_owner') ? nextUnread(known.owners) : undefined;
    if (owner) return guess('of_an_owner', owner);
    const member = isWorthIt('of_a_member') ? nextUnread(known.others) : undefined;
    return member && guess('of_a_member', member);
  }

  const isAnythingMissing = (): boolean =>
    known.pending.newest.size + known.pending.oldest.size > 0 || progress.idsRead.size > 0 || canRead(side);

  const guess = (why: Guess, of: UserList): Plan => ({ kind: 'threads_of', list: of, guess: why });

  function nextUnread(queue: string[]): UserList | undefined {
    for (;;) {
      const username = queue.pop();
      if (username === undefined) return undefined;
      const of = known.listOf(username);
      if (of.state === 'unread' && !of.reading) return of;
    }
  }

  function readMembers(): Plan | undefined {
    if (progress.listsRead > 0 || progress.membersRead.size >= progress.membersAtOnce) return undefined;
    for (const id of missing()) {
      if (!progress.membersRead.has(id) && !known.members.has(id)) return { kind: 'members_of', id };
    }
    return undefined;
  }

  return readOwner() ?? readIds() ?? readMember() ?? readGuess() ?? readMembers();
}
