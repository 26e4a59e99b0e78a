import { AgoraError } from '../agora/errors.ts';
import type { PageQuery, Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { createAppList, otherSide, type Side, sortFrom } from './app-list.ts';
import type { Inquiry } from './inquiry.ts';
import { createKnownThreads } from './known-threads.ts';
import { isSearch } from './question.ts';
import type { Ask, ThreadSource } from './thread-source.ts';
import { createUserLists, type UserList } from './user-list.ts';

const PAGE = 50;
/** Member lists read at once: few, since one user's list may hold many of the threads they would be read for. */
const FEW = 4;
/** Where they lead to no more than the thread they were read for, or to nobody, more are read at once. */
const MANY = 16;
const NO_MORE_THAN = 2;
/** With fewer threads than this left to find out about, the next ids are read. */
const READ_AHEAD = 16;
/** Why a list is read although it may hold no missing thread, the most promising reason first. */
const GUESSES = ['goes_on', 'of_an_owner', 'of_a_member'] as const;
type Guess = (typeof GUESSES)[number];
/** Users' lists are read on a guess as long as the last 16 such pages brought at least 12 useful threads. */
const LAST_PAGES = 16;
const WORTH_IT = 12;

/** A user who was deleted since is in no list. */
const isNoUser = ({ code, facts }: AgoraError): boolean => facts.status === 404 && code !== 'app_not_found';
const isGone = ({ code }: AgoraError): boolean => code === 'thread_not_found';

/** Does its work while a set has the key. */
function during<K>(keys: Set<K>, key: K, work: () => Promise<void>): Promise<void> {
  keys.add(key);
  return work().finally(() => keys.delete(key));
}

/**
 * All threads of the app: their ids come from the app's list, their records from the lists of their members. A page of a
 * user's list holds up to 50 records, and a member list helps with one thread. So member lists are read only while no
 * user's list is: one user who is in everything may have all that is missing.
 */
export function createAppSource(
  threads: Pick<Threads, 'list' | 'listOfUser' | 'listMembers'>,
  clock: Clock,
): ThreadSource {
  const list = createAppList();
  const known = createKnownThreads();
  const users = createUserLists();
  const inquiries = new Set<Inquiry>();
  /** The lists of the members of threads without a record, in the order in which they joined. */
  const members = new Map<string, readonly UserList[]>();
  /** What is being read: ends of the app's list, users' lists, and the members of threads. */
  const endsRead = new Set<Side | 'newer'>();
  const listsRead = new Set<UserList>();
  const membersRead = new Set<string>();
  const failed = new Set<Side | UserList>();
  /** Lists to read on a guess, taken from the end, and how many useful threads each of the last such pages brought. */
  const guesses: Record<Guess, { lists: UserList[]; brought: number[] }> = {
    goes_on: { lists: [], brought: [] },
    of_an_owner: { lists: [], brought: [] },
    of_a_member: { lists: [], brought: [] },
  };
  let membersAtOnce = FEW;
  /** How far the ids of the far end are settled without a gap, as long as they begin with `first`. */
  let far: { first: string | undefined; settled: number } = { first: undefined, settled: 0 };

  function* unsettled(ids: readonly string[], from: number): Generator<string> {
    for (let index = from; index < ids.length; index++) {
      const id = ids[index];
      if (id !== undefined && !known.isSettled(id)) yield id;
    }
  }

  function farFrontier(ids: readonly string[]): number {
    const [first] = ids;
    if (first !== far.first) far = { first, settled: 0 };
    const next = unsettled(ids, far.settled).next().value;
    far.settled = next === undefined ? ids.length : ids.indexOf(next, far.settled);
    return far.settled;
  }

  const isFree = (of: UserList): boolean => !listsRead.has(of) && !failed.has(of);

  async function readIds(side: Side, ask: Ask): Promise<void> {
    const query = { limit: PAGE, sort: sortFrom(side), ...list.placeToRead(side) };
    const page = await ask('list', (signal) => threads.list(query, signal));
    if (page instanceof AgoraError) failed.add(side);
    else list.take(side, page);
  }

  /** What was created since the list was read: from the top until a known id. Undefined where that cannot be read. */
  async function newerIds(ask: Ask): Promise<ReadonlySet<string> | undefined> {
    const ids = new Set<string>();
    let cursor: string | undefined;
    for (;;) {
      const query: PageQuery = { limit: PAGE, sort: 'desc', ...defined({ cursor }) };
      const page = await ask('list', (signal) => threads.list(query, signal));
      if (page instanceof AgoraError) return undefined;
      const before = ids.size;
      for (const { id } of page.items) {
        if (list.has(id)) return ids;
        ids.add(id);
      }
      if (page.cursor === undefined || page.items.length === 0) return ids;
      // The service leads in a circle.
      if (ids.size === before) return undefined;
      cursor = page.cursor;
    }
  }

  async function readNewer(ask: Ask): Promise<void> {
    const waiting = [...inquiries].filter((inquiry) => inquiry.isStale());
    const ids = await newerIds(ask);
    if (ids && list.addNewer([...ids]).length > 0) users.outgrow();
    for (const inquiry of waiting) inquiry.topWasRead(ids ? 'fresh' : 'unreadable');
  }

  async function readThreadsOf(of: UserList, side: Side, guess: Guess | undefined, ask: Ask): Promise<void> {
    const isTop = of.grown;
    of.grown = false;
    of.sort ??= sortFrom(side);
    const { sort, cursor } = isTop ? { sort: 'desc' as const, cursor: undefined } : of;
    const query: PageQuery = { limit: PAGE, ...defined({ sort, cursor }) };
    const page = await ask('list_user', (signal) => threads.listOfUser(of.username, query, signal), isNoUser);
    if (page instanceof AgoraError) {
      of.grown ||= isTop;
      if (isNoUser(page)) of.state = 'end';
      else failed.add(of);
      return;
    }
    // A list whose top holds nothing known is read anew from there.
    const isReadOn = !isTop || !page.items.some(({ id }) => known.records.has(id));
    if (isReadOn) users.turnPage(of, page, sort);
    const fresh = known.learn(page.items, clock.now());
    for (const { owner } of fresh) if (owner !== undefined) guesses.of_an_owner.lists.push(users.of(owner));
    const useful = fresh.filter((thread) => [...inquiries].some((inquiry) => inquiry.isOfUse(thread))).length;
    // At the far end, so that lists go on in turn.
    if (useful > 0) guesses.goes_on.lists.unshift(of);
    if (guess) guesses[guess].brought = [...guesses[guess].brought, useful].slice(-LAST_PAGES);
    else membersAtOnce = useful > NO_MORE_THAN ? FEW : Math.min(MANY, membersAtOnce + 1);
  }

  async function readMembersOf(id: string, ask: Ask): Promise<void> {
    const page = await ask('members', (signal) => threads.listMembers(id, { limit: PAGE }, signal), isGone);
    if (page instanceof AgoraError) {
      known.settle(id, isGone(page) ? 'gone' : 'not_read');
    } else if (page.items.length === 0) {
      membersAtOnce = Math.min(MANY, membersAtOnce + 1);
      known.settle(id, 'no_members');
    } else {
      const lists = page.items.map(users.of);
      members.set(id, lists);
      guesses.of_a_member.lists.push(...lists);
    }
  }

  function readNext(inquiry: Inquiry, ask: Ask): Promise<void> | undefined {
    const { question, bounded } = inquiry;
    const { side, filter } = question;
    const search = isSearch(question);
    const whole = search && !bounded;
    inquiry.advance();

    const readSide = (from: Side) => during(endsRead, from, () => readIds(from, ask));
    const readList = (of: UserList, guess?: Guess) => during(listsRead, of, () => readThreadsOf(of, side, guess, ask));

    const canRead = (from: Side): boolean =>
      !endsRead.has(from) && !failed.has(from) && list.placeToRead(from) !== undefined;

    /** The next threads to find out about. */
    function* missing(): Generator<string> {
      if (!whole && !inquiry.isLocated()) return;
      yield* unsettled(list.idsFrom(side), inquiry.frontier());
      // Two ends that cannot be read on never meet, and what is searched for may be at the other one.
      if (!whole || list.isWhole() || endsRead.size > 0 || canRead(side) || canRead(otherSide(side))) return;
      const others = list.idsFrom(otherSide(side));
      yield* unsettled(others, farFrontier(others));
    }

    function isFewLeft(): boolean {
      let count = 0;
      for (const _ of missing()) if (++count >= READ_AHEAD) return false;
      return true;
    }

    function readOwner() {
      if (filter.owner === undefined) return undefined;
      const of = users.of(filter.owner);
      const isReadable = of.state === 'unread' || of.state === 'open';
      return isReadable && isFree(of) ? readList(of) : undefined;
    }

    function readMoreIds() {
      if (inquiry.isStale()) return endsRead.has('newer') ? undefined : during(endsRead, 'newer', () => readNewer(ask));
      if (inquiry.isSettled()) return undefined;
      // Where this side cannot be read on, the other one may still meet it; with both at once a whole list takes half the time.
      const isOver = list.placeToRead(side) === undefined || failed.has(side);
      const from = isOver || (whole && endsRead.has(side)) ? otherSide(side) : side;
      return canRead(from) && (whole || isFewLeft()) ? readSide(from) : undefined;
    }

    /** The list of a member of a missing thread; a short page that seemed to be the last is doubted only here. */
    function readMember() {
      for (const [id, lists] of members) {
        if (!known.isSettled(id)) {
          if (lists.some((of) => listsRead.has(of))) continue;
          const readable = lists.filter((of) => !failed.has(of) && (of.grown || of.state !== 'end'));
          const next =
            readable.find(({ state }) => state === 'unread') ??
            readable.find(({ grown }) => grown) ??
            readable.find(({ state }) => state === 'open') ??
            readable[0];
          if (next) return readList(next);
          known.settle(id, 'not_read');
        }
        members.delete(id);
      }
      return undefined;
    }

    function readGuess() {
      if (!search || !isAnythingMissing()) return undefined;
      for (const guess of GUESSES) {
        const of = isWorthIt(guess) ? nextOf(guess) : undefined;
        if (of) return readList(of, guess);
      }
      return undefined;
    }

    const isAnythingMissing = (): boolean =>
      !missing().next().done || canRead(side) || (endsRead.size > 0 && !list.isWhole());

    function readMembers() {
      if (listsRead.size > 0 || membersRead.size >= membersAtOnce) return undefined;
      for (const id of missing()) {
        if (!membersRead.has(id) && !members.has(id)) return during(membersRead, id, () => readMembersOf(id, ask));
      }
      return undefined;
    }

    return readOwner() ?? readMoreIds() ?? readMember() ?? readGuess() ?? readMembers();
  }

  function isWorthIt(guess: Guess): boolean {
    const { brought } = guesses[guess];
    return brought.length < LAST_PAGES || brought.reduce((sum, useful) => sum + useful, 0) >= WORTH_IT;
  }

  function nextOf(guess: Guess): UserList | undefined {
    const { lists } = guesses[guess];
    for (let of = lists.pop(); of; of = lists.pop()) {
      const isNext = of.state === (guess === 'goes_on' ? 'open' : 'unread');
      if (isNext && isFree(of)) return of;
    }
    return undefined;
  }

  return {
    list,
    known,
    inquiries,
    readNext,
    forgetFailures() {
      failed.clear();
      far.settled = 0;
      known.forgetFailures();
      for (const guess of GUESSES) guesses[guess].brought = [];
    },
  };
}
