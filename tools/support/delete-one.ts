import { AgoraError, type NewFacts } from '../../src/agora/errors.ts';
import { isThere } from '../../src/agora/reconcile.ts';
import { timePassed } from '../../src/base/clock.ts';
import { quotedName } from '../../src/present/thread-facts.ts';
import { type CallTime, outOfTime } from '../../src/toolkit/call-time.ts';
import type { ConfirmedContext } from '../../src/toolkit/define-deletion.ts';
import { type LastRecord, lastRecordOf } from '../../src/toolkit/last-records.ts';
import { type Verdict, verdictOf } from '../../src/toolkit/look-verdict.ts';
import type { Target } from '../../src/toolkit/targets.ts';
import { type Look, UNREAD } from '../../src/toolkit/thread-look.ts';
import { outcomeOf, type WriteOutcome } from '../../src/toolkit/writer.ts';

/** How a deletion ended, and why it was not done, or why nobody knows. */
type End =
  | { readonly status: 'deleted' | 'already_gone'; readonly error?: undefined }
  | { readonly status: 'refused' | 'unknown'; readonly error: AgoraError };

/** What became of a thread that a person agreed to lose. */
export type Deletion = End & {
  readonly record: LastRecord;
  /** Was it deleted though its name, shown as not verified, could not be read? */
  readonly unchecked: boolean;
};

/** A look counts for this long, in milliseconds; what would be sent later is looked at again. */
const LOOK_LIFE_MS = 5_000;

/**
 * Deletes one thread if it still is what the person was shown: looks at it before each sending, and finds out what
 * became of it where the answer does not say.
 *
 * @param memberPages pages of 50 members that its last record may hold
 */
export async function deleteOne(target: Target, memberPages: number, context: ConfirmedContext): Promise<Deletion> {
  const { app, cap, clock, directory, ownDeletions, records, seen, signal, time, write } = context;
  const { id } = target;
  const elapsedMs = timePassed(clock);
  // The looks and the deletion share one turn: the deletion is next in line once the looks are done.
  const turn = context.nextTurn();
  const calls = context.threads.with({ turn });
  let known: Pick<Look, 'thread' | 'members'> = { thread: undefined, members: target.members };
  let lookedAt = 0;
  let unchecked = false;
  let giveBack: (() => void) | undefined;
  let isOnItsWay = false;
  let end: End | undefined;

  const guard = {
    async check(mayHaveLanded: boolean): Promise<void> {
      giveBack ??= cap.take();
      const look = await context.lookNow(calls, id, memberPages).catch((error: unknown) => {
        // A look that is refused says nothing of the sending before it.
        if (mayHaveLanded && error instanceof AgoraError) return UNREAD;
        throw error;
      });
      known = { thread: look.thread ?? known.thread, members: look.members ?? known.members };
      lookedAt = elapsedMs();
      const verdict = verdictOf(look, target, mayHaveLanded);
      unchecked = verdict === 'send_unchecked';
      if (verdict !== 'send' && verdict !== 'send_unchecked') throw stopped(verdict, time);
    },
    isFresh(): boolean {
      // Another look of the batch may have read a newer name in the meantime.
      const newest = seen.recall(id)?.thread.name;
      const isRenamed = newest !== undefined && target.thread.name !== undefined && newest !== target.thread.name;
      return elapsedMs() - lookedAt <= LOOK_LIFE_MS && !isRenamed;
    },
  };
  const recordNow = (): LastRecord => {
    const thread = { ...target.thread, ...known.thread };
    return lastRecordOf(thread, known.thread !== undefined, known.members, { app: app.name, host: app.host });
  };

  async function send(): Promise<WriteOutcome<void>> {
    const looked = await outcomeOf(guard.check(false));
    time.throwIfGivenUp();
    if (looked.kind !== 'done') return looked;
    isOnItsWay = true;
    return write({ args: { thread_id: id }, record: recordNow() }, (agora) =>
      agora.with({ turn, guard }).delete(id, signal),
    );
  }

  try {
    end = await endOf(await send(), id, context);
  } finally {
    // Given up while the deletion was on its way, the thread may be gone.
    const mayBeGone = end ? end.status === 'deleted' || end.status === 'unknown' : isOnItsWay;
    if (mayBeGone) {
      records.set(id, recordNow());
      ownDeletions.set(id, { at: clock.now(), done: end?.status === 'deleted' });
    } else giveBack?.();
  }
  if (end.status === 'deleted' || end.status === 'already_gone') {
    seen.forget(id);
    directory.note(id, undefined);
  }
  return { ...end, record: recordNow(), unchecked: unchecked && end.status === 'deleted' };
}

/** What a sending came to. A 404 after an attempt that may have landed proves its success; else others were quicker. */
async function endOf(
  written: WriteOutcome<void>,
  id: string,
  { threads, clock, signal }: ConfirmedContext,
): Promise<End> {
  if (written.kind === 'done') return { status: 'deleted' };
  const { kind, error } = written;
  const isGone = error.code === 'thread_not_found';
  if (kind === 'refused') return isGone ? { status: 'already_gone' } : { status: 'refused', error };
  const now = isGone ? 'gone' : await isThere(threads, id, clock, signal);
  if (now === 'gone') return { status: 'deleted' };
  const what = `${error.facts.what}; a moment later the thread was still there`;
  return { status: 'unknown', error: now === 'there' ? error.with({ what }) : error };
}

const GONE = {
  code: 'thread_not_found',
  what: 'the thread does not exist any more',
  next: 'Nothing is left to do.',
} as const;

/** Why a deletion is not sent, or not sent again. */
const STOPPED = {
  renamed: {
    code: 'renamed',
    what: 'its name has changed since the user was asked',
    next: 'A new call asks for it under its new name; do that only if the user still wants it.',
  },
  name_not_checked: {
    code: 'name_not_checked',
    what: 'it could not be checked whether its name is still the one that the user was shown',
    next: 'A new call asks again, with the name marked as not verified.',
  },
  unknown: {
    code: 'name_not_checked',
    what: 'the answer was lost, and it was not sent again, since it could not be checked whether its name is still the one that the user was shown',
    next: 'A new call shows whether the thread is still there.',
    landed: 'maybe',
  },
  already_gone: GONE,
  deleted: { ...GONE, landed: 'maybe' },
} as const satisfies Readonly<Record<Exclude<Verdict, 'send' | 'send_unchecked'>, NewFacts>>;

export function stopped(verdict: keyof typeof STOPPED, { sending }: CallTime): AgoraError {
  if (verdict !== 'name_not_checked' || !sending.aborted) return new AgoraError(STOPPED[verdict]);
  // A look that had no time to find the name says nothing about it.
  return sending.reason instanceof AgoraError ? sending.reason : outOfTime();
}

/** Why a target is left alone, in one sentence without its full stop; after a renaming with both names. */
export const whyStopped = (
  { code, facts }: AgoraError,
  { thread }: Target,
  now: { readonly name?: string | undefined } = {},
): string =>
  code === 'renamed'
    ? `${facts.what}, from ${quotedName(thread.name ?? '')} to ${quotedName(now.name ?? '')}`
    : facts.what;
