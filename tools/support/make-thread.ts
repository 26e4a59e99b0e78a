import type { AgoraError } from '../../src/agora/errors.ts';
import { findThread } from '../../src/agora/reconcile.ts';
import type { Thread } from '../../src/agora/thread.ts';
import type { NewThread } from '../../src/agora/threads.ts';
import { joined } from '../../src/base/wording.ts';
import { errorWords } from '../../src/present/error-words.ts';
import { factsOf, inApp, shownId, type ThreadFacts, titled, word } from '../../src/present/thread-facts.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';

/** What became of a thread that was to be made. */
export type Made =
  /** By this very call; `lost` where its answer was lost, and the thread was found by looking for it. */
  | { readonly kind: 'made'; readonly id: string; readonly lost?: AgoraError }
  /** The answer was lost, and the message has a thread. */
  | { readonly kind: 'found'; readonly thread: Thread; readonly error: AgoraError; readonly which: keyof typeof WHICH }
  /** The message has a thread already, which is undefined where none of the users' lists holds it. */
  | { readonly kind: 'taken'; readonly thread: Thread | undefined; readonly searched: readonly string[] }
  /** The answer was lost, and the message has no thread that could be found. */
  | { readonly kind: 'unknown'; readonly error: AgoraError }
  | { readonly kind: 'refused'; readonly error: AgoraError };

const NOT_KNOWN = 'Whether it is the one asked for or an older one is not known';

/** Which thread the message has after a lost answer, as a sentence without its full stop. */
const WHICH = {
  /** Of that name and owner, and made about then: perhaps by an earlier call with the same arguments. */
  perhaps_ours: NOT_KNOWN,
  undated: NOT_KNOWN,
  before: 'It is older than this call',
  just_now: 'It was made just now, under another name or owner',
} as const;

/**
 * Makes a thread, and finds out what became of it where the answer does not say.
 *
 * @param of for the audit log: the deleted thread that the new one replaces
 * @param members others whose lists of the group may hold the thread
 */
export async function makeThread(
  thread: NewThread,
  of: { readonly thread_id?: string },
  members: readonly string[],
  context: ToolContext,
): Promise<Made> {
  const { write, clock, signal } = context;
  const startedAt = clock.now();
  const { groupId: group_id, msgId: msg_id, name, owner } = thread;
  const args = { ...of, group_id, msg_id, name, owner };
  const written = await write({ args }, (agora) => agora.create(thread, signal));
  if (written.kind === 'done') return { kind: 'made', id: written.value };
  const { kind, error } = written;
  if (kind === 'refused' && error.code !== 'thread_exists') return { kind, error };

  const searched = [...new Set([owner, ...members])];
  // After a lost answer the thread may still be on its way, so it is looked for twice.
  const found = await find(thread, searched, kind === 'refused' ? 1 : 2, context);
  if (kind === 'refused') return { kind: 'taken', thread: found, searched };
  if (!found) return { kind: 'unknown', error };
  const ahead = context.clockAhead();
  // By the service's own clock. Its `Date` is cut to seconds, and read on arrival, so this is never after the true start.
  const which = ahead === undefined ? 'undated' : whichOf(found, thread, startedAt - ahead);
  return which === 'ours'
    ? { kind: 'made', id: found.id, lost: error }
    : { kind: 'found', thread: found, error, which };
}

/** The service's machines may disagree on the time, in milliseconds. */
const CLOCK_SLACK_MS = 120_000;

/** @param start of the call, in milliseconds since 1970 on the clock of the service */
function whichOf({ created, owner, name }: Thread, wanted: NewThread, start: number): keyof typeof WHICH | 'ours' {
  if (created === undefined) return 'undated';
  if (created < start - CLOCK_SLACK_MS) return 'before';
  if (owner !== wanted.owner || !sameName(name, wanted.name)) return 'just_now';
  return created >= start ? 'ours' : 'perhaps_ours';
}

/** The service may store a name trimmed, or with its accents composed. */
const sameName = (stored: string | undefined, sent: string): boolean =>
  stored?.normalize('NFC').trim() === sent.normalize('NFC').trim();

async function find(
  { groupId, msgId, owner }: NewThread,
  users: readonly string[],
  looks: 1 | 2,
  { threads, clock, signal }: ToolContext,
): Promise<Thread | undefined> {
  for (const user of users) {
    const of = { groupId, msgId, owner: user };
    const found = await findThread(threads, of, clock, signal, user === owner ? looks : 1);
    if (found) return found;
  }
  return undefined;
}

/** The thread that the message has, with what tells whether it is the one that was meant. */
const existingWords = (facts: ThreadFacts): string =>
  joined(
    ', ',
    titled(facts),
    facts.owner && `owner ${word(facts.owner)}`,
    facts.created_at && `created ${facts.created_at}`,
  );

const messageOf = ({ groupId, msgId }: NewThread): string =>
  `message ${word(shownId(msgId))} in group ${word(shownId(groupId))}`;

/** `on message 1133… in group 2100…, owner lin` */
export const whereOf = (thread: NewThread): string => `on ${messageOf(thread)}, owner ${word(shownId(thread.owner))}`;

/** How a tool speaks of its work. */
interface Words {
  readonly tool: string;
  readonly done: 'created' | 'made';
  /** What is not known where the answer was lost: `thread 2400… was made again`. */
  readonly what: string;
}

interface NotMade {
  summary: string;
  status: 'already_exists' | 'unknown';
  thread_id?: string;
  existing?: ThreadFacts;
}

/** The result where the thread was not made, or not surely by this call. */
export function notMade(
  made: Exclude<Made, { kind: 'made' | 'refused' }>,
  thread: NewThread,
  { tool, done, what }: Words,
  { app }: ToolContext,
): NotMade {
  switch (made.kind) {
    case 'taken': {
      const existing = made.thread && factsOf(made.thread);
      const users = made.searched.map((user) => word(shownId(user)));
      const where = existing
        ? `It is ${existingWords(existing)}.`
        : `It is not in the list${users.length === 1 ? '' : 's'} of ${users.join(', ')}; to find it, list the threads of other members with list_user_group_threads and detail = full, and look for this msg_id.`;
      return {
        summary: `Nothing was ${done} ${inApp(app)}: ${messageOf(thread)} already has a thread, and can have only one. ${where}`,
        status: 'already_exists',
        ...(existing && { thread_id: existing.id, existing }),
      };
    }
    case 'found': {
      const existing = factsOf(made.thread);
      const isOther = made.which === 'before' || made.which === 'just_now';
      return {
        summary: `The answer was lost ${inApp(app)} (${errorWords(made.error)}), and ${messageOf(thread)} has a thread: ${existingWords(existing)}. ${WHICH[made.which]}; a second one cannot be made.`,
        status: isOther ? 'already_exists' : 'unknown',
        ...(isOther && { thread_id: existing.id }),
        existing,
      };
    }
    case 'unknown':
      return {
        summary: `It is not known whether ${what} ${inApp(app)} (${errorWords(made.error)}); it was not found by looking for it. Call ${tool} again with the same arguments: a message can have only one thread, so no second one can come of it.`,
        status: 'unknown',
      };
  }
}
