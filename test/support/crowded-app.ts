import { AgoraError } from '../../src/agora/errors.ts';
import type { Page, Thread } from '../../src/agora/thread.ts';
import type { PageQuery } from '../../src/agora/threads.ts';
import type { Clock } from '../../src/base/clock.ts';
import { wait } from '../../src/base/deadline.ts';
import type { DirectoryApi } from '../../src/lists/directory.ts';

/** A thread of which everything is known. */
type WholeThread = { readonly [K in keyof Thread]-?: NonNullable<Thread[K]> };

/** A thread of the stand-in, with its members in the order in which they joined. */
export interface CrowdThread {
  readonly thread: WholeThread;
  readonly members: string[];
}

export interface CrowdOptions {
  readonly threads: number;
  /** The members of a thread, the owner first; empty for a thread that nobody is in. */
  readonly membersOf: (index: number, random: (below: number) => number) => string[];
  readonly ownerOf?: (index: number, members: readonly string[]) => string;
  readonly clock: Clock;
  readonly latencyMs?: number;
  /** The most items the service gives in a page, however many are asked for. */
  readonly page?: () => number;
  /** Users' lists by the time they joined (the default), or by creation. */
  readonly order?: 'joined' | 'created';
}

export const userName = (index: number): string => `user-${index}`;

/** Numbers that are the same on every run. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const START = Date.UTC(2025, 0, 1);

/**
 * An app of any size, as an object with the typed calls: its lists have the order, the cursors and the ends of the
 * sandbox's, and answers come after `latencyMs` of the clock.
 */
export function crowdedApp({
  threads: count,
  membersOf,
  ownerOf = (_, members) => members[0] ?? userName(0),
  clock,
  latencyMs = 0,
  page = () => 50,
  order = 'joined',
}: CrowdOptions) {
  const random = seededRandom(count);
  /** In the order of creation. */
  const all: (CrowdThread & { seq: number })[] = [];
  const byId = new Map<string, CrowdThread & { seq: number }>();
  const lists = new Map<string, { seq: number; id: string }[]>();
  const calls = { list: 0, listOfUser: 0, listOfUserInGroup: 0, listMembers: 0, groupMembers: 0 };
  let seq = 0;
  let isStuck = () => false;
  let refuse: (call: keyof typeof calls, key: string) => AgoraError | undefined = () => undefined;

  function add(members: string[], owner: string, more: Partial<WholeThread> = {}): CrowdThread {
    seq += 1;
    const thread = {
      id: String(240_000_000_000_000 + seq * 7),
      name: `Thread ${seq}`,
      owner,
      groupId: `21000000000000${seq % 3}`,
      msgId: String(1_180_000_000_000_000_000n + BigInt(seq)),
      created: START + seq * 3_600_000,
      ...more,
    };
    const entry = { thread, members, seq };
    all.push(entry);
    byId.set(thread.id, entry);
    for (const user of members) join(user, thread.id, seq);
    return entry;
  }

  function join(user: string, id: string, at: number): void {
    const list = lists.get(user) ?? [];
    lists.set(user, list);
    list.push({ seq: at, id });
  }

  for (let index = 0; index < count; index++) {
    const members = [...new Set(membersOf(index, random))];
    add(members, ownerOf(index, members));
  }
  // Those who are no owners join later: in lists by the time of joining threads are not in the order of creation.
  if (order === 'joined') {
    for (const [user, list] of lists) {
      const places = new Map(
        list.map(({ id, seq: at }) => {
          const owns = byId.get(id)?.thread.owner === user;
          return [id, owns ? at : at + random(count / 20 + 1) + random(1_000) / 1_000];
        }),
      );
      for (const entry of list) entry.seq = places.get(entry.id) ?? entry.seq;
      list.sort((a, b) => a.seq - b.seq);
    }
    seq *= 2;
  }

  async function answer<T>(call: keyof typeof calls, key: string, signal: AbortSignal, make: () => T): Promise<T> {
    signal.throwIfAborted();
    calls[call] += 1;
    await wait(latencyMs, clock, signal);
    const refusal = refuse(call, key);
    if (refusal) throw refusal;
    return make();
  }

  function cut<T extends { seq: number }, R>(
    entries: readonly T[],
    { limit, cursor, sort = 'desc' }: PageQuery,
    show: (entry: T) => R | undefined,
    largest = page,
  ): Page<R> {
    const from = cursor === undefined ? undefined : Number(cursor);
    const items: R[] = [];
    let last: T | undefined;
    const most = Math.min(limit, largest());
    let index = sort === 'asc' ? firstAbove(entries, from ?? -1) : firstAbove(entries, (from ?? Infinity) - 1e-9) - 1;
    for (; index >= 0 && index < entries.length; index += sort === 'asc' ? 1 : -1) {
      const entry = entries[index];
      const shown = entry && show(entry);
      if (shown === undefined) continue;
      items.push(shown);
      last = entry;
      if (items.length === most) break;
    }
    if (cursor !== undefined && isStuck()) return { items, cursor };
    return last ? { items, cursor: String(last.seq) } : { items };
  }

  const threadsOf = (username: string, query: PageQuery, groupId?: string) =>
    cut(
      lists.get(username) ?? [],
      query,
      ({ id }) => {
        const entry = byId.get(id);
        const isHere = groupId === undefined || entry?.thread.groupId === groupId;
        return isHere && entry?.members.includes(username) ? entry.thread : undefined;
      },
      // A short page is documented to be the last in a group.
      groupId === undefined ? page : () => 50,
    );

  const threads: DirectoryApi['threads'] = {
    list: (query, signal) =>
      answer('list', '', signal, () =>
        cut(all, query, ({ thread }) => (byId.has(thread.id) ? { id: thread.id } : undefined)),
      ),
    listOfUser: (username, query, signal) => answer('listOfUser', username, signal, () => threadsOf(username, query)),
    listOfUserInGroup: (groupId, username, query, signal) =>
      answer('listOfUserInGroup', username, signal, () => threadsOf(username, query, groupId)),
    listMembers: (id, query, signal) =>
      answer('listMembers', id, signal, () => {
        const entry = byId.get(id);
        if (!entry) throw notFound();
        return { items: entry.members.slice(0, query.limit) };
      }),
  };

  /** Each user is in the groups of which they have threads. */
  const groups: DirectoryApi['groups'] = {
    listMembers: (groupId, { page: number, size }, signal) =>
      answer('groupMembers', groupId, signal, () => {
        const members = [...lists].filter(([, of]) => of.some(({ id }) => byId.get(id)?.thread.groupId === groupId));
        return members.map(([user]) => user).slice(number * size, (number + 1) * size);
      }),
  };

  return {
    api: { threads, groups },
    calls,
    all,
    total: () => Object.values(calls).reduce((sum, count) => sum + count, 0),
    add,
    join(user: string, id: string): void {
      byId.get(id)?.members.push(user);
      join(user, id, ++seq);
    },
    delete: (id: string) => byId.delete(id),
    rename(id: string, name: string): void {
      const entry = byId.get(id);
      if (entry) Object.assign(entry.thread, { name });
    },
    exists: (id: string) => byId.has(id),
    /** Ends an answer with a refusal. */
    refuseBy(decide: typeof refuse): void {
      refuse = decide;
    },
    /** Gives a page the cursor that it was asked with. */
    stickBy(decide: typeof isStuck): void {
      isStuck = decide;
    },
    leave(user: string, id: string): void {
      const entry = byId.get(id);
      if (entry) entry.members.splice(0, entry.members.length, ...entry.members.filter((member) => member !== user));
    },
  };
}

/** The index of the first entry whose `seq` is above the given one. */
function firstAbove(entries: readonly { seq: number }[], seq: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.seq ?? Number.POSITIVE_INFINITY) > seq) high = middle;
    else low = middle + 1;
  }
  return low;
}

const notFound = (): AgoraError =>
  new AgoraError({
    code: 'thread_not_found',
    what: 'the thread does not exist',
    next: 'Check the id.',
    retry: 'never',
    landed: 'no',
    status: 404,
  });
