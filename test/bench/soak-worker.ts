import * as z from 'zod';
import type { Random } from '../../src/sandbox/random.ts';
import type { SandboxState } from '../../src/sandbox/state.ts';

/** Calls a tool. @returns undefined if there was no answer */
export type CallTool = (
  name: string,
  args: Record<string, unknown>,
) => Promise<{ text: string; isError: boolean; structured: Record<string, unknown> } | undefined>;

export interface Surroundings {
  readonly state: SandboxState;
  readonly call: CallTool;
  /** How the next question about this thread will be answered. */
  readonly intend: (threadId: string, yes: boolean) => void;
  /** Whether there are faults now: a call may then fail, but must not say anything wrong. */
  readonly stormy: () => boolean;
  readonly wrong: (what: string) => void;
  readonly count: (what: 'calls' | 'errors' | 'unknowns') => void;
  readonly random: Random;
}

interface Known {
  name: string;
  readonly msgId: string;
  readonly owner: string;
  /** In the order of joining. */
  members: string[];
}

const MOST_THREADS = 60;
const MESSAGES = 120;
const USERS = 14;
/** How an error says that the change may have been made. */
const MAY_BE = 'may have been made';

interface Counted {
  readonly owner: string;
  readonly groupId: string;
  readonly created: number;
}

const facts = { owner: z.string().optional(), group_id: z.string().optional() };
const counts = z
  .array(z.looseObject({ id: z.string().optional(), others: z.int().optional(), threads: z.int() }))
  .optional();
const list = z.looseObject({
  threads: z.array(z.looseObject({ id: z.string(), name: z.string(), created: z.string(), ...facts })),
  shared: z.looseObject(facts).optional(),
  by_owner: counts,
  by_group: counts,
  oldest: z.string().optional(),
  newest: z.string().optional(),
});
const tombstone = z.looseObject({ name: z.string(), owner: z.string(), members: z.array(z.string()) });

const results = z.array(
  z.looseObject({ thread_id: z.string().optional(), username: z.string().optional(), status: z.string() }),
);

/**
 * A user of the server with a group that nobody else changes, and a model of that group. The lists must match the
 * model, order included. The model is updated from results, and from the sandbox only where a result says that it is
 * unsure.
 */
export function createWorker(number: number, around: Surroundings): { step: () => Promise<void> } {
  const { state, intend, stormy, wrong, count, random } = around;
  const group = String(220_000_000_000_000 + number);
  const users = Array.from({ length: USERS }, (_, n) => `soak-${number}-${n}`);
  const [owner = ''] = users;
  const messages = Array.from({ length: MESSAGES }, (_, n) =>
    String(1_900_000_000_000_000_000n + BigInt(number * 1_000 + n)),
  );
  state.addGroup(group, `Soak ${number}`, users);
  for (const id of messages) state.addMessage({ id, kind: 'group', groupId: group });

  const threads = new Map<string, Known>();
  /** The threads of each user in the order of joining. */
  const joined = new Map<string, string[]>(users.map((user) => [user, []]));
  let names = 0;

  const newName = () =>
    `Soak k${random.int(0, 9)} ${names++} ${random.pick(['refund', '退款', 'a "quoted" one', 'déjà'])}`;
  const pick = <T>(items: readonly T[]): T => {
    const [first, ...rest] = items;
    if (first === undefined) throw new Error('There is nothing to pick from.');
    return random.pick([first, ...rest]);
  };
  const anyThread = () => pick([...threads.keys()]);
  const some = (most: number) => random.shuffled(users.slice(1)).slice(0, random.int(1, most));

  function join(id: string, user: string): void {
    threads.get(id)?.members.push(user);
    joined.get(user)?.push(id);
  }
  function leave(id: string, user: string): void {
    const thread = threads.get(id);
    if (thread) thread.members = thread.members.filter((one) => one !== user);
    joined.set(user, joined.get(user)?.filter((one) => one !== id) ?? []);
  }
  function forget(id: string): void {
    for (const user of users) leave(id, user);
    threads.delete(id);
  }
  /** Updates one thread from the sandbox, after a result that did not know the outcome. */
  function learn(id: string): void {
    count('unknowns');
    const there = state.threads.get(id);
    if (!there) return void forget(id);
    const { name, msgId } = there;
    threads.set(id, { name, msgId, owner: there.owner, members: state.members(id).map(({ user }) => user) });
    for (const user of users)
      joined.set(
        user,
        state.joined(user, group).map(({ threadId }) => threadId),
      );
  }
  function learnMessage(msgId: string): void {
    const there = [...state.threads.values()].find((thread) => thread.msgId === msgId);
    if (there) learn(there.id);
    else count('unknowns');
  }

  /** What a row must say: from the model for the worker's own threads, from the sandbox for others. */
  function holdRows(structured: Record<string, unknown>, text: string, shown: string): string[] {
    const { threads: rows, shared = {} } = list.parse(structured);
    const lines = text.split('\n');
    if (lines.filter((line) => /^\d+ \d/.test(line)).length !== rows.length) wrong(`${shown}: other rows in the text`);
    for (const row of rows) {
      const { id, name, owner: of, group_id, created } = { ...row, ...shared };
      const there = state.threads.get(id);
      const known = threads.get(id) ?? there;
      if (!known || !there) {
        if (!known) wrong(`${shown}: there is no thread ${id}`);
        continue;
      }
      // Other tests check the escaping, which covers quotes too, so only the text up to the first quote is compared.
      const awkward = /[^\p{L}\p{N} .,:!?"'$-]/u.test(known.name);
      if (of !== known.owner || (name !== known.name && !awkward))
        wrong(`${shown}: ${id} is not ${known.name} of ${known.owner}`);
      if (group_id !== there.groupId) wrong(`${shown}: ${id} is in ${there.groupId}`);
      if (created !== new Date(there.created).toISOString().slice(0, 10)) wrong(`${shown}: ${id} has another day`);
      const line = lines.find((one) => one.startsWith(`${id} `)) ?? '';
      if (!awkward && !line.includes(`"${known.name.split('"')[0]}`))
        wrong(`${shown}: ${id} is not called ${known.name} in the text`);
      for (const fact of [there.owner, there.groupId]) {
        if (!text.includes(fact)) wrong(`${shown}: ${fact} is not in the text`);
      }
    }
    return rows.map(({ id }) => id);
  }

  /** Compares the counts of a whole walk with the sandbox. */
  function holdCounts(structured: Record<string, unknown>, walked: readonly Counted[], shown: string): void {
    const { by_owner, by_group, oldest, newest } = list.parse(structured);
    const times = walked.map(({ created }) => created);
    const span = [oldest, newest].map((time) => Date.parse(time ?? ''));
    if (span.join() !== [Math.min(...times), Math.max(...times)].join()) wrong(`${shown}: ${oldest} to ${newest}`);
    for (const [counts = [], keyOf] of [
      [by_owner, (thread: Counted) => thread.owner],
      [by_group, (thread: Counted) => thread.groupId],
    ] as const) {
      const totals = new Map<string, number>();
      for (const thread of walked) totals.set(keyOf(thread), (totals.get(keyOf(thread)) ?? 0) + 1);
      const largest = [...totals.values()].sort((a, b) => b - a);
      const rest = largest.slice(5);
      const wanted = [
        ...largest.slice(0, 5).map((count) => [undefined, count]),
        ...(rest.length > 0 ? [[rest.length, rest.reduce((sum, count) => sum + count, 0)]] : []),
      ];
      const said = counts.map(({ others, threads: count }) => [others, count]);
      if (JSON.stringify(said) !== JSON.stringify(wanted)) wrong(`${shown}: counts ${JSON.stringify(counts)}`);
      for (const { id, threads: count } of counts) {
        if (id !== undefined && totals.get(id) !== count) wrong(`${shown}: ${id} has ${totals.get(id)}`);
      }
    }
  }

  /** Compares one thread of the sandbox with the model. */
  function hold(id: string, after: string): void {
    const known = threads.get(id);
    const there = state.threads.get(id);
    if (!known || !there) {
      if (known || there) wrong(`${after}: thread ${id} is ${there ? 'there' : 'gone'}, and should not be`);
      return;
    }
    const members = state.members(id).map(({ user }) => user);
    if (there.name !== known.name || there.msgId !== known.msgId || members.join() !== known.members.join()) {
      wrong(`${after}: thread ${id} is ${JSON.stringify({ ...there, members })} and not ${JSON.stringify(known)}`);
    }
  }

  async function call(tool: string, args: Record<string, unknown>) {
    count('calls');
    const answer = await around.call(tool, args);
    const shown = `${tool} ${JSON.stringify(args)} -> ${answer?.text.slice(0, 300)}`;
    if (!answer) wrong(`${shown}: no answer`);
    else if (answer.isError) {
      count('errors');
      if (!stormy() || answer.text.includes('internal_error')) wrong(`${shown}: an error, and nothing was wrong`);
    }
    return { failed: !answer || answer.isError, text: answer?.text ?? '', structured: answer?.structured ?? {}, shown };
  }

  /** A call that needs confirmation: by form, or by a second call with a code. */
  async function confirmed(tool: string, args: Record<string, unknown>, about: string, yes: boolean) {
    intend(about, yes);
    const first = await call(tool, args);
    const { status, confirmation_code } = first.structured;
    if (status !== 'confirmation_required' || !yes) return first;
    return call(tool, { ...args, confirmation_code });
  }

  const steps: Record<string, () => Promise<void>> = {
    async create() {
      const taken = new Set([...threads.values()].map(({ msgId }) => msgId));
      const msg_id = messages.find((id) => !taken.has(id)) ?? '';
      const name = newName();
      const { failed, text, structured, shown } = await call('create_thread', { group_id: group, msg_id, name, owner });
      if (failed) {
        if (text.includes(MAY_BE)) learnMessage(msg_id);
        else if (state.threadOfMessage.has(msg_id)) wrong(`${shown}: an error, but it was created`);
        return;
      }
      if (structured['status'] !== 'created') {
        if (!stormy()) wrong(`${shown}: not created`);
        return learnMessage(msg_id);
      }
      const id = String(structured['thread_id']);
      threads.set(id, { name, msgId: msg_id, owner, members: [] });
      join(id, owner);
      hold(id, shown);
    },

    async rename() {
      const id = anyThread();
      const name = newName();
      const { failed, text, structured, shown } = await call('rename_thread', { thread_id: id, name });
      if (failed && text.includes(MAY_BE)) return learn(id);
      const known = threads.get(id);
      const { previous_name } = structured;
      if (previous_name !== undefined && previous_name !== known?.name && !stormy())
        wrong(`${shown}: ${previous_name} was not the name before`);
      if (known && !failed) known.name = name;
      hold(id, shown);
    },

    async delete() {
      const id = anyThread();
      const yes = random.int(0, 3) > 0;
      const { failed, text, structured, shown } = await confirmed('delete_thread', { thread_id: id }, id, yes);
      if (failed && text.includes(MAY_BE)) return learn(id);
      const { status } = structured;
      if (status === 'unknown') return learn(id);
      if (status === 'deleted' || status === 'already_gone') {
        const known = threads.get(id);
        const left = tombstone.safeParse(structured['thread']).data;
        if (
          status === 'deleted' &&
          !stormy() &&
          JSON.stringify(left && [left.name, left.owner, left.members.join()]) !==
            JSON.stringify(known && [known.name, known.owner, known.members.join()])
        )
          wrong(`${shown}: the tombstone is ${JSON.stringify(left)} and not ${JSON.stringify(known)}`);
        forget(id);
        if (!yes) wrong(`${shown}: deleted without a yes`);
      } else if (yes && !stormy()) wrong(`${shown}: not deleted`);
      hold(id, shown);
    },

    async deleteSeveral() {
      const ids = random.shuffled([...threads.keys()]).slice(0, random.int(2, 5));
      const [first] = ids;
      if (first === undefined || ids.length < 2) return;
      const yes = random.int(0, 3) > 0;
      for (const id of ids) intend(id, yes);
      const { failed, structured, shown, text } = await confirmed('delete_threads', { thread_ids: ids }, first, yes);
      if (failed) {
        for (const id of ids) if (text.includes(MAY_BE)) learn(id);
      } else {
        const each = results.parse(structured['results']);
        if (each.length !== ids.length) wrong(`${shown}: ${each.length} results`);
        for (const { thread_id = '', status } of each) {
          if (status === 'unknown') learn(thread_id);
          else if (status === 'deleted' || status === 'already_gone') {
            if (!yes && status === 'deleted') wrong(`${shown}: deleted without a yes`);
            forget(thread_id);
          } else if (yes && !stormy()) wrong(`${shown}: ${thread_id} not deleted`);
        }
      }
      for (const id of ids) hold(id, shown);
    },

    async addMembers() {
      const id = anyThread();
      const usernames = some(USERS - 1);
      const { failed, text, structured, shown } = await call('add_thread_members', { thread_ids: [id], usernames });
      if (failed && text.includes(MAY_BE)) return learn(id);
      if (!failed) {
        const each = results.parse(structured['results']);
        // New members come after the existing ones in the order of the request, unless they were sent one by one.
        for (const { username = '', status } of each) {
          if (status === 'unknown') return learn(id);
          if (status === 'failed' && !stormy()) wrong(`${shown}: ${username} failed`);
          if (status === 'added' && !threads.get(id)?.members.includes(username)) join(id, username);
        }
      }
      hold(id, shown);
    },

    async removeMembers() {
      const id = anyThread();
      const usernames = some(6);
      const yes = random.int(0, 3) > 0;
      const { failed, text, structured, shown } = await confirmed(
        'remove_thread_members',
        { thread_ids: [id], usernames },
        id,
        yes,
      );
      if (failed && text.includes(MAY_BE)) return learn(id);
      if (failed) return;
      const before = threads.get(id)?.members ?? [];
      for (const { username = '', status } of results.parse(structured['results'])) {
        if (status === 'unknown') return learn(id);
        if (status === 'removed' && !yes) wrong(`${shown}: removed without a yes`);
        if (yes && !stormy() && (status === 'removed') !== before.includes(username)) wrong(`${shown}: ${username}`);
        if (status === 'removed') leave(id, username);
      }
      hold(id, shown);
    },

    async listGroup() {
      const username = pick(users);
      const limit = random.int(1, 50);
      const sort = random.pick(['asc', 'desc']);
      const got: string[] = [];
      let cursor: unknown;
      let said = '';
      do {
        const args = { group_id: group, username, limit, sort, ...(cursor !== undefined && { cursor }) };
        const { failed, structured, text, shown } = await call('list_user_group_threads', args);
        if (failed) return;
        said = shown;
        got.push(...holdRows(structured, text, shown));
        cursor = structured['next_cursor'];
        if (structured['stopped'] === 'cursor_repeated' && stormy()) return;
      } while (cursor !== undefined && got.length <= MESSAGES);
      const wanted = [...(joined.get(username) ?? [])];
      if (sort === 'desc') wanted.reverse();
      if (got.join() !== wanted.join()) wrong(`${said}: ${got.join()} and not ${wanted.join()}`);
    },

    async filter() {
      const k = `k${random.int(0, 9)} `;
      const args = { username: owner, name_contains: k, limit: 50, max_scan: 1_000 };
      const { failed, structured, text, shown } = await call('list_user_threads', args);
      if (failed || (stormy() && structured['stopped'] !== 'end')) return;
      const wanted = (joined.get(owner) ?? []).filter((id) => threads.get(id)?.name.includes(k)).reverse();
      const got = holdRows(structured, text, shown);
      if (got.join() !== wanted.join() || structured['matched'] !== wanted.length) {
        wrong(`${shown}: ${got.join()} and not ${wanted.join()}`);
      }
    },

    async listMembers() {
      const id = anyThread();
      const { failed, structured, text, shown } = await call('list_thread_members', { thread_id: id, limit: 50 });
      if (failed || (stormy() && structured['stopped'] !== 'end')) return;
      const wanted = threads.get(id)?.members ?? [];
      const said = z.array(z.string()).parse(structured['members']);
      if (said.join() !== wanted.join()) wrong(`${shown}: not ${wanted.join()}`);
      if (wanted.length > 0 && text.split('\n')[1] !== wanted.join(' ')) wrong(`${shown}: not ${wanted.join(' ')}`);
    },

    /** A long walk through threads that nobody changes. */
    async walkOthers() {
      const username = random.pick(['lin', 'wei', 'mia', 'tom', 'sara', 'omar']);
      const wanted = state.joined(username).map(({ threadId }) => state.thread(threadId));
      const args = { username, limit: 50, max_scan: 100_000 };
      const { failed, structured, text, shown } = await call('list_user_threads', args);
      if (failed || (stormy() && structured['stopped'] !== 'end')) return;
      if (structured['scanned'] !== wanted.length) wrong(`${shown}: ${wanted.length} were to be counted`);
      holdRows(structured, text, shown);
      if (wanted.length > 50) holdCounts(structured, wanted, shown);
    },

    /** All threads of the app, while others create and delete some. */
    async walkAll() {
      const before = state.threads.size;
      const { failed, structured, shown } = await call('list_threads', { limit: 1, max_scan: 100_000 });
      if (failed || (stormy() && structured['stopped'] !== 'end')) return;
      const scanned = z.int().parse(structured['scanned']);
      if (Math.abs(scanned - before) > 100) wrong(`${shown}: about ${before} were to be counted`);
    },
  };

  /** The weight of each action. */
  const WEIGHTS: Record<string, number> = {
    create: 24,
    rename: 12,
    delete: 8,
    deleteSeveral: 3,
    addMembers: 12,
    removeMembers: 8,
    listGroup: 12,
    filter: 8,
    listMembers: 12,
    walkOthers: 2,
    walkAll: 1,
  };
  const deck = Object.entries(WEIGHTS).flatMap(([name, times]) => Array.from({ length: times }, () => name));

  return {
    async step() {
      let next = pick(deck);
      if (threads.size < 3) next = 'create';
      else if (next === 'create' && threads.size >= MOST_THREADS) next = 'deleteSeveral';
      await steps[next]?.();
    },
  };
}
