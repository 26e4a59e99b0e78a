import { refuse } from './refusals.ts';

export interface Group {
  readonly id: string;
  readonly name: string;
  /** Empty if the group has no members. */
  readonly owner: string;
  readonly members: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** A message; not every kind can have a thread. */
export interface Message {
  readonly id: string;
  readonly kind: 'group' | 'single' | 'in_thread';
  /** Not set for a message between two users. */
  readonly groupId?: string;
  /** Set for a message of another app on the same servers. */
  readonly foreign?: true;
}

export interface Thread {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly groupId: string;
  readonly msgId: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Larger than those of the threads and memberships before it. */
  readonly seq: number;
}

export type NewThread = Pick<Thread, 'groupId' | 'msgId' | 'name' | 'owner'>;

export interface Membership {
  readonly threadId: string;
  readonly user: string;
  /** When the user joined, in milliseconds since 1970. */
  readonly created: number;
  /** Larger than those of the threads and memberships before it. */
  readonly seq: number;
}

/** A request as received. */
export interface SeenRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query: string;
  /** The status of the answer; 0 if it has none, or none yet. */
  status: number;
}

const REQUESTS_KEPT = 5_000;

/**
 * The app behind the sandbox: its data and its rules. A method that changes threads throws a `Refusal` where the
 * service would refuse, and then changes nothing.
 */
export class SandboxState {
  readonly users = new Set<string>();
  readonly groups = new Map<string, Group>();
  readonly messages = new Map<string, Message>();
  /** Oldest first: renaming keeps a thread's place in a Map. */
  readonly threads = new Map<string, Thread>();
  /** Thread id by message id. */
  readonly threadOfMessage = new Map<string, string>();
  /** The latest few thousand, oldest first. */
  readonly requests: SeenRequest[] = [];
  /** False if threads are not enabled for the app: every thread call is then a 403. */
  open = true;
  /** The documented defaults [EM][SW]. */
  readonly limits = { threadsPerApp: 100_000, threadsPerUser: 100_000 };

  readonly #now: () => number;
  readonly #nextThreadId: () => string;
  /** In the order of joining. */
  #memberships: Membership[] = [];
  #latest = 0;
  #seq = 0;

  constructor(now: () => number, nextThreadId: () => string) {
    this.#now = now;
    this.#nextThreadId = nextThreadId;
  }

  /** The first member becomes the owner. Groups must be added in order of time. */
  addGroup(id: string, name: string, members: readonly string[], created = this.#now()): void {
    this.groups.set(id, { id, name, owner: members[0] ?? '', members: new Set(members), created });
    for (const user of members) this.users.add(user);
  }

  addMessage(message: Message): void {
    this.messages.set(message.id, message);
  }

  /** Row 1. The owner becomes the first member (inferred: the owner's quota counts). */
  create(thread: NewThread): Thread {
    checkName(thread.name);
    const group = this.groups.get(thread.groupId);
    if (!group) throw refuse('groupNotFound');
    const message = this.messages.get(thread.msgId);
    if (!message) throw refuse('messageNotFound');
    if (message.foreign) throw refuse('messageOfOtherApp');
    if (message.kind === 'single') throw refuse('notAGroupMessage');
    if (message.groupId !== group.id) throw refuse('messageOfOtherGroup');
    if (message.kind === 'in_thread') throw refuse('nested');
    if (!group.members.has(thread.owner)) throw refuse('userNotInGroup');
    if (this.threadOfMessage.has(message.id)) throw refuse('exists');
    if (this.threads.size >= this.limits.threadsPerApp) throw refuse('appQuota');
    this.#checkUserQuota(thread.owner);
    return this.insert(thread, this.#nextThreadId(), this.#stamp());
  }

  /** Row 2. The thread keeps its place in each list. */
  rename(threadId: string, name: string): Thread {
    checkName(name);
    const thread = { ...this.thread(threadId), name };
    this.threads.set(threadId, thread);
    return thread;
  }

  /** Row 3. The parent message can then have a new thread (our choice: undocumented). */
  delete(threadId: string): void {
    this.threadOfMessage.delete(this.thread(threadId).msgId);
    this.threads.delete(threadId);
    this.#memberships = this.#memberships.filter((one) => one.threadId !== threadId);
  }

  thread(threadId: string): Thread {
    const thread = this.threads.get(threadId);
    if (!thread) throw refuse('threadNotFound');
    return thread;
  }

  /** Row 4: threads by creation time, oldest first; those of one group for the undocumented list. */
  created(groupId?: string): Thread[] {
    this.#checkGroup(groupId);
    return [...this.threads.values()].filter((thread) => groupId === undefined || thread.groupId === groupId);
  }

  /** Rows 5 and 6: a user's threads by join time, oldest first [EM][SW][APIREF]. */
  joined(user: string, groupId?: string): Membership[] {
    this.#checkGroup(groupId);
    if (!this.users.has(user)) throw refuse('userNotFound');
    return this.#memberships.filter(
      (one) => one.user === user && (groupId === undefined || this.thread(one.threadId).groupId === groupId),
    );
  }

  /** Row 7: members by join time, oldest first [APIREF]. */
  members(threadId: string): Membership[] {
    this.thread(threadId);
    return this.#memberships.filter((one) => one.threadId === threadId);
  }

  /**
   * Row 8. Existing members are unchanged. The whole batch is refused if one user is outside the group or out of quota
   * (our choice: partial adding is undocumented).
   */
  addMembers(threadId: string, users: readonly string[]): void {
    const group = this.groups.get(this.thread(threadId).groupId);
    if (users.some((user) => !group?.members.has(user))) throw refuse('userNotInGroup');
    const members = this.members(threadId);
    const added = new Set(users.filter((user) => !members.some((member) => member.user === user)));
    for (const user of added) this.#checkUserQuota(user);
    const created = this.#stamp();
    for (const user of added) this.join(threadId, user, created);
  }

  /** Row 9. @returns for each user whether they were removed; false if they were not a member */
  removeMembers(threadId: string, users: readonly string[]): { result: boolean; user: string }[] {
    this.thread(threadId);
    return users.map((user) => {
      const index = this.#memberships.findIndex((one) => one.threadId === threadId && one.user === user);
      if (index >= 0) this.#memberships.splice(index, 1);
      return { result: index >= 0, user };
    });
  }

  /** Adds a thread without checking the rules; to be called in the order of `created`. */
  insert(thread: NewThread, id: string, created: number): Thread {
    const inserted = { ...thread, id, created, seq: this.#nextSeq() };
    this.threads.set(id, inserted);
    this.threadOfMessage.set(thread.msgId, id);
    this.join(id, thread.owner, created);
    return inserted;
  }

  /** Adds a member without checking the rules; to be called in the order of `created`. */
  join(threadId: string, user: string, created: number): void {
    this.#memberships.push({ threadId, user, created, seq: this.#nextSeq() });
    this.#latest = created;
  }

  see(method: string, path: string, query: string): SeenRequest {
    const request = { method, path, query, status: 0 };
    if (this.requests.push(request) > REQUESTS_KEPT) this.requests.shift();
    return request;
  }

  /** The time of a change: never before the latest one, even if the clock is behind the seeded data. */
  #stamp(): number {
    return Math.max(this.#now(), this.#latest);
  }

  #nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  #checkGroup(groupId: string | undefined): void {
    if (groupId !== undefined && !this.groups.has(groupId)) throw refuse('groupNotFound');
  }

  #checkUserQuota(user: string): void {
    if (this.joined(user).length >= this.limits.threadsPerUser) throw refuse('userQuota');
  }
}

/** 1 to 64 characters, counted as code points (the documents do not say: code points or UTF-16 units). */
function checkName(name: string): void {
  const length = [...name].length;
  if (length < 1 || length > 64) throw refuse('nameLength');
}
