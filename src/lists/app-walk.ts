import { AgoraError } from '../agora/errors.ts';
import type { PageQuery, Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { createAppList, type Side, sortFrom } from './app-list.ts';
import { type Asker, type Guess, nextPlan, type Plan } from './directory-plan.ts';
import { createKnownThreads, type UserList } from './known-threads.ts';
import type { Inquiry } from './question.ts';
import type { Step } from './shared-walk.ts';
import type { Participant, ThreadSource } from './thread-source.ts';

/** The documented calls that tell of threads. */
export type ThreadLists = Pick<Threads, 'list' | 'listOfUser' | 'listMembers'>;

const WALKED = ['list', 'list_user', 'members'] as const;
type Endpoint = (typeof WALKED)[number];

const PAGE = 50;
/** This many requests of one kind that fail in a row end the walk until the next question. */
const MOST_FAILURES = 5;
/** Member lists read at once: few, since the list of one user may tell many of the threads they would be read for. */
const FEW = 4;
/** Where they lead to no more than the thread they were read for, or to nobody, more are read at once. */
const MANY = 16;
const NO_MORE_THAN = 2;
/** Users' lists are read on a guess as long as the last so many pages told this many threads that are of use. */
const GUESSES = 16;
const WORTH_IT = 12;

interface Newest {
  reading: boolean;
  failed: boolean;
  /** Where to read on. */
  place: { readonly cursor: string } | undefined;
  firstSent: number;
}

/** All threads of the app. */
export function createAppWalk(lists: ThreadLists, clock: Clock): ThreadSource {
  const list = createAppList();
  const known = createKnownThreads();
  const participants = new Map<Participant, { readonly guesses: Record<Guess, number[]> }>();
  const idsRead = new Set<Side>();
  const idsFailed = new Set<Side>();
  const membersRead = new Set<string>();
  let membersAtOnce = FEW;
  let listsRead = 0;
  /** Counts requests, so that what was sent before a question is told from what was sent after. */
  let sent = 0;
  let newestSent = 0;
  /** Reading what is newer than all that is known. */
  let newest: Newest = { reading: false, failed: false, place: undefined, firstSent: 0 };
  const failuresInRow: Record<Endpoint, number> = { list: 0, list_user: 0, members: 0 };
  let failure: AgoraError | undefined;

  const inquiries = (): Inquiry[] => [...participants.keys()].map(({ inquiry }) => inquiry);

  /** Sends one request; a refusal is kept, and undefined then. */
  async function ask<T>(
    endpoint: Endpoint,
    request: Promise<T>,
    onRefusal: (error: AgoraError) => void,
  ): Promise<T | undefined> {
    try {
      const answer = await request;
      failuresInRow[endpoint] = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof AgoraError)) throw error;
      onRefusal(error);
      return undefined;
    }
  }

  function fail(endpoint: Endpoint, error: AgoraError): void {
    failuresInRow[endpoint] += 1;
    failure = error;
  }

  async function readIds(side: Side, signal: AbortSignal): Promise<void> {
    const place = list.placeToRead(side) ?? {};
    const begun = list.hasBegun(side);
    const order = ++sent;
    const query = { limit: PAGE, sort: sortFrom(side), ...place };
    const page = await ask('list', lists.list(query, signal), (error) => {
      fail('list', error);
      idsFailed.add(side);
    });
    if (!page) return;
    if (side === 'newest' && !begun) newestSent = order;
    known.addIds(side, list.take(side, page));
  }

  /** Reads from the top until a known id. */
  async function readNewest(signal: AbortSignal): Promise<void> {
    const order = ++sent;
    const page = await ask('list', lists.list({ limit: PAGE, sort: 'desc', ...newest.place }, signal), (error) => {
      fail('list', error);
      newest.failed = true;
    });
    if (!page) return;
    const firstSent = newest.place ? newest.firstSent : order;
    const next = list.takeNewer(page, newest.place === undefined);
    newest = { ...newest, place: next === 'met' ? undefined : next, firstSent };
    if (next !== 'met') return;
    newestSent = firstSent;
    const added = list.addNewer();
    known.addIds('newest', added, true);
    if (added.length === 0) return;
    known.outgrow();
    for (const inquiry of inquiries()) inquiry.restart();
  }

  async function readThreadsOf(of: UserList, { guess, top }: { guess?: Guess; top?: true }, signal: AbortSignal) {
    sent += 1;
    const query: PageQuery = top
      ? { limit: PAGE, sort: 'desc' }
      : { limit: PAGE, sort: of.sort ?? 'desc', ...defined({ cursor: of.cursor }) };
    const page = await ask('list_user', lists.listOfUser(of.username, query, signal), (error) => {
      of.grown = false;
      // A user who was deleted since is in no list.
      if (error.facts.status === 404 && error.code !== 'app_not_found') return known.setState(of, 'end');
      fail('list_user', error);
      known.setState(of, 'failed');
    });
    if (!page) return;
    if (top) known.turnTop(of, page);
    else known.turnPage(of, page);
    const before = new Set(page.items.filter(({ id }) => known.records.has(id)).map(({ id }) => id));
    const news = known.learn(page.items, clock.now());
    for (const inquiry of inquiries()) for (const thread of news) inquiry.onRecord(thread);
    const fresh = page.items.filter(({ id }) => !before.has(id));
    of.useful = false;
    for (const [{ inquiry }, { guesses }] of participants) {
      const useful = fresh.filter(inquiry.isOfUse).length;
      of.useful ||= useful > 0;
      if (guess === undefined) {
        membersAtOnce = useful > NO_MORE_THAN ? FEW : Math.min(MANY, membersAtOnce + 1);
        continue;
      }
      guesses[guess].push(useful);
      if (guesses[guess].length > GUESSES) guesses[guess].shift();
    }
  }

  async function readMembersOf(id: string, signal: AbortSignal): Promise<void> {
    sent += 1;
    const page = await ask('members', lists.listMembers(id, { limit: PAGE }, signal), (error) => {
      if (error.code === 'thread_not_found') return known.settle(id, 'gone');
      fail('members', error);
      known.settle(id, 'not_read');
    });
    if (!page) return;
    if (page.items.length === 0) {
      membersAtOnce = Math.min(MANY, membersAtOnce + 1);
      known.settle(id, 'no_members');
      return;
    }
    known.addMembers(id, page.items);
  }

  function stepOf(plan: Plan, side: Side): Step {
    switch (plan.kind) {
      case 'newest_ids':
        newest.reading = true;
        return {
          endpoint: 'list',
          run: readNewest,
          done() {
            newest.reading = false;
          },
        };
      case 'ids':
        idsRead.add(plan.side);
        return {
          endpoint: 'list',
          run: (signal) => readIds(plan.side, signal),
          done: () => idsRead.delete(plan.side),
        };
      case 'newest_of':
      case 'threads_of': {
        const { list: of } = plan;
        of.reading = true;
        of.sort ??= sortFrom(side);
        listsRead += 1;
        return {
          endpoint: 'list_user',
          run: (signal) =>
            readThreadsOf(of, plan.kind === 'newest_of' ? { top: true } : defined({ guess: plan.guess }), signal),
          done() {
            of.reading = false;
            listsRead -= 1;
          },
        };
      }
      case 'members_of':
        membersRead.add(plan.id);
        return {
          endpoint: 'members',
          run: (signal) => readMembersOf(plan.id, signal),
          done: () => membersRead.delete(plan.id),
        };
    }
  }

  return {
    list,
    known,
    failure: () => failure,
    join(inquiry) {
      if (participants.size === 0) {
        failure = undefined;
        for (const endpoint of WALKED) failuresInRow[endpoint] = 0;
        newest = { ...newest, failed: false, place: undefined };
        idsFailed.clear();
        known.retryFailed(inquiry.question.side);
      }
      const joinedAt = sent;
      const wasBegun = list.hasBegun('newest') || list.isWhole();
      const guesses: Record<Guess, number[]> = { goes_on: [], of_an_owner: [], of_a_member: [] };
      const { side } = inquiry.question;
      const isStale = (): boolean =>
        wasBegun &&
        newestSent <= joinedAt &&
        // From the oldest up to a date, what is newest matters only where that date is not reached.
        (side === 'newest' || !inquiry.bounded || (list.isWhole() && !inquiry.isAtBound()));
      const participant: Participant & Asker = {
        inquiry,
        isStale,
        needsNewest: () => isStale() && !newest.failed,
        isWorthIt(guess) {
          const last = guesses[guess];
          return last.length < GUESSES || last.reduce((sum, useful) => sum + useful, 0) >= WORTH_IT;
        },
        next() {
          if (WALKED.some((endpoint) => failuresInRow[endpoint] >= MOST_FAILURES)) return undefined;
          const progress = { idsRead, idsFailed, newestRead: newest.reading, listsRead, membersRead, membersAtOnce };
          const plan = nextPlan(participant, list, known, progress);
          return plan && stepOf(plan, side);
        },
      };
      participants.set(participant, { guesses });
      return participant;
    },
    leave: (participant) => void participants.delete(participant),
  };
}
