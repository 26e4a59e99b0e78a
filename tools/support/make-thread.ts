import type { AgoraError } from '../../src/agora/errors.ts';
import { findThread } from '../../src/agora/reconcile.ts';
import type { Thread } from '../../src/agora/thread.ts';
import type { NewThread } from '../../src/agora/threads.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';

/** What became of a thread that was to be made. */
export type Made =
  | { readonly kind: 'made'; readonly id: string }
  /** The answer was lost, and the message has a thread of that name and owner that was made at that time. */
  | {
      readonly kind: 'found';
      readonly thread: Thread;
      readonly error: AgoraError;
      /** Was it made in this very call? Else it may be that of an earlier call with the same arguments. */
      readonly isOurs: boolean;
    }
  /** The message has a thread already, which is undefined where it was not found. */
  | { readonly kind: 'taken'; readonly thread: Thread | undefined }
  /** The answer was lost, and the message has another thread. */
  | {
      readonly kind: 'other';
      readonly thread: Thread;
      readonly error: AgoraError;
      readonly made: 'before' | 'just_now' | 'unknown';
    }
  /** The answer was lost, and the message has no thread that could be found. */
  | { readonly kind: 'unknown'; readonly error: AgoraError }
  | { readonly kind: 'refused'; readonly error: AgoraError };

/**
 * Makes a thread, and finds out what became of it where the answer does not say.
 *
 * @param args for the audit log
 * @param members others whose lists of the group may hold the thread
 */
export async function makeThread(
  thread: NewThread,
  args: Readonly<Record<string, unknown>>,
  members: readonly string[],
  context: ToolContext,
): Promise<Made> {
  const { write, clock, signal } = context;
  const startedAt = clock.now();
  const written = await write({ args }, (agora) => agora.create(thread, signal));
  if (written.kind === 'done') return { kind: 'made', id: written.value };
  const { kind, error } = written;
  if (kind === 'refused' && error.code !== 'thread_exists') return { kind, error };

  // After a lost answer the thread may still be on its way, so it is looked for twice.
  const found = await find(thread, members, kind === 'refused' ? 1 : 2, context);
  if (kind === 'refused') return { kind: 'taken', thread: found };
  if (!found) return { kind: 'unknown', error };
  const ahead = context.clockAhead();
  if (found.created === undefined || ahead === undefined) {
    return { kind: 'other', thread: found, error, made: 'unknown' };
  }
  // By the service's own clock. Its `Date` is cut to seconds, and read on arrival, so this is never after the true start.
  const start = startedAt - ahead;
  if (found.created < start - CLOCK_SLACK_MS) return { kind: 'other', thread: found, error, made: 'before' };
  return found.owner === thread.owner && sameName(found.name, thread.name)
    ? { kind: 'found', thread: found, error, isOurs: found.created >= start }
    : { kind: 'other', thread: found, error, made: 'just_now' };
}

/** Which thread the message has after a lost answer, as a sentence without its full stop. */
export const whichThread = (made: Extract<Made, { kind: 'found' | 'other' }>): string =>
  made.kind === 'found' ? WHICH.unknown : WHICH[made.made];

const WHICH = {
  before: 'It is older than this call',
  just_now: 'It was made just now, under another name or owner',
  unknown: 'Whether it is the one asked for or an older one is not known',
} as const;

/** The service's machines may disagree on the time, in milliseconds. */
const CLOCK_SLACK_MS = 120_000;

async function find(
  { groupId, msgId, owner }: NewThread,
  members: readonly string[],
  looks: 1 | 2,
  { threads, clock, signal }: ToolContext,
): Promise<Thread | undefined> {
  for (const user of new Set([owner, ...members])) {
    const of = { groupId, msgId, owner: user };
    const found = await findThread(threads, of, clock, signal, user === owner ? looks : 1);
    if (found) return found;
  }
  return undefined;
}

/** The service may store a name trimmed, or with its accents composed. */
const sameName = (stored: string | undefined, sent: string): boolean =>
  stored?.normalize('NFC').trim() === sent.normalize('NFC').trim();
