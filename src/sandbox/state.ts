import type { Entry } from './page.ts';
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
}

export interface NewThread {
  readonly groupId: string;
  readonly msgId: string;
  readonly name: string;
  readonly owner: string;
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
  // A Map keeps the order of insertion and times never go back, so each list is in order of time.
  readonly #created = new Map<string, Entry<Thread>>();
  readonly #members = new Map<string, Map<string, Entry<string>>>();
  readonly #joined = new Map<string, Map<string, Entry<string>>>();
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
    const entry = this.#created.get(threadId);
    if (entry) this.#created.set(threadId, { ...entry, item: thread });
    return thread;
  }

  /** Row 3. The parent message can then have a new thread (our choice: undocumented). */
  delete(threadId: string): void {
    const { msgId } = this.thread(threadId);
    for (const user of this.#members.get(threadId)?.keys() ?? []) this.#joined.get(user)?.delete(threadId);
    this.#members.delete(threadId);
    this.#created.delete(threadId);
    this.threadOfMessage.delete(msgId);
    this.threads.delete(threadId);
  }

  thread(threadId: string): Thread {
    const thread = this.threads.get(threadId);
    if (!thread) throw refuse('threadNotFound');
    return thread;
  }

  /** Row 4: threads by creation time, oldest first; those of one group for the undocumented list. */
  created(groupId?: string): Entry<Thread>[] {
    if (groupId !== undefined && !this.groups.has(groupId)) throw refuse('groupNotFound');
    const all = [...this.#created.values()];
    return groupId === undefined ? all : all.filter(({ item }) => item.groupId === groupId);
  }

  /** Rows 5 and 6: a user's threads by join time, oldest first [EM][SW][APIREF]. */
  joined(user: string, groupId?: string): Entry<Thread>[] {
    if (groupId !== undefined && !this.groups.has(groupId)) throw refuse('groupNotFound');
    if (!this.users.has(user)) throw refuse('userNotFound');
    const entries: Entry<Thread>[] = [];
    for (const { item, at, seq } of this.#joined.get(user)?.values() ?? []) {
      const thread = this.thread(item);
      if (groupId === undefined || thread.groupId === groupId) entries.push({ item: thread, at, seq });
    }
    return entries;
  }

  /** Row 7: user ids by join time, oldest first [APIREF]. */
  members(threadId: string): Entry<string>[] {
    this.thread(threadId);
    return [...(this.#members.get(threadId)?.values() ?? [])];
  }

  /**
   * Row 8. Existing members are unchanged. The whole batch is refused if one user is outside the group or out of quota
   * (our choice: partial adding is undocumented).
   */
  addMembers(threadId: string, users: readonly string[]): void {
    const thread = this.thread(threadId);
    const group = this.groups.get(thread.groupId);
    if (users.some((user) => !group?.members.has(user))) throw refuse('userNotInGroup');
    const members = this.#members.get(threadId);
    const added = new Set(users.filter((user) => !members?.has(user)));
    for (const user of added) this.#checkUserQuota(user);
    const at = this.#stamp();
    for (const user of added) this.join(threadId, user, at);
  }

  /** Row 9. @returns for each user whether they were removed; false if they were not a member */
  removeMembers(threadId: string, users: readonly string[]): { result: boolean; user: string }[] {
    this.thread(threadId);
    return users.map((user) => {
      this.#joined.get(user)?.delete(threadId);
      return { result: this.#members.get(threadId)?.delete(user) ?? false, user };
    });
  }

  /** Adds a thread without checking the rules. Times must not go back from one call to the next. */
  insert({ groupId, msgId, name, owner }: NewThread, id: string, at: number): Thread {
    const thread = { id, name, owner, groupId, msgId, created: at };
    this.threads.set(id, thread);
    this.#created.set(id, this.#entry(thread, at));
    this.threadOfMessage.set(msgId, id);
    this.join(id, owner, at);
    return thread;
  }

  /** Adds a member without checking the rules. Times must not go back from one call to the next. */
  join(threadId: string, user: string, at: number): void {
    const { seq } = this.#entry(user, at);
    inner(this.#members, threadId).set(user, { item: user, at, seq });
    inner(this.#joined, user).set(threadId, { item: threadId, at, seq });
  }

  see(method: string, path: string, query: string): SeenRequest {
    const request = { method, path, query, status: 0 };
    if (this.requests.push(request) > REQUESTS_KEPT) this.requests.shift();
    return request;
  }

  #entry<T>(item: T, at: number): Entry<T> {
    this.#latest = Math.max(this.#latest, at);
    this.#seq += 1;
    return { item, at, seq: this.#seq };
  }

  /** The time of a change: never before the latest one, even if the clock is behind the seeded data. */
  #stamp(): number {
    return Math.max(this.#now(), this.#latest);
  }

  #checkUserQuota(user: string): void {
    if ((this.#joined.get(user)?.size ?? 0) >= this.limits.threadsPerUser) throw refuse('userQuota');
  }
}

/** 1 to 64 characters, counted as code points (the documents do not say: code points or UTF-16 units). */
function checkName(name: string): void {
  const length = [...name].length;
  if (length < 1 || length > 64) throw refuse('nameLength');
}

function inner<K, V>(map: Map<string, Map<K, V>>, key: string): Map<K, V> {
  const found = map.get(key);
  if (found) return found;
  const made = new Map<K, V>();
  map.set(key, made);
  return made;
}
