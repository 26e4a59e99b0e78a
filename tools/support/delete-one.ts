import { AgoraError } from '../../src/agora/errors.ts';
import { isThere } from '../../src/agora/reconcile.ts';
import { timePassed } from '../../src/base/clock.ts';
import { type CallTime, outOfTime } from '../../src/toolkit/call-time.ts';
import type { ConfirmedContext } from '../../src/toolkit/define-deletion.ts';
import { type LastRecord, lastRecordOf } from '../../src/toolkit/last-records.ts';
import { type Verdict, verdictOf } from '../../src/toolkit/look-verdict.ts';
import { shownOf, type Target } from '../../src/toolkit/targets.ts';
import { type Look, type LookCalls, type Looks, UNREAD } from '../../src/toolkit/thread-look.ts';
import { outcomeOf, type WriteOutcome } from '../../src/toolkit/writer.ts';

/** What became of a thread that a person agreed to lose. */
export interface Deletion {
  readonly status: 'deleted' | 'already_gone' | 'refused' | 'unknown';
  readonly record: LastRecord;
  /** Why it was not deleted, or why nobody knows. */
  readonly error?: AgoraError;
  /** It was deleted though its name, shown as not verified, could not be read. */
  readonly unchecked?: true;
}

/** A look counts for this long, in milliseconds; what would be sent later is looked at again. */
const LOOK_LIFE_MS = 5_000;
/**
 * A look at a target just before something is sent to it. Only the call's own time bounds it: under a low limit it may
 * wait in our own queue, which says nothing of the thread's name.
 */
export const lookNow = (
  looks: Looks,
  calls: LookCalls,
  { id }: Target,
  memberPages: number,
  { signal }: Pick<ConfirmedContext, 'signal'>,
): Promise<Look> => looks(calls, id, { memberPages, trustMs: 0 }, signal);

/**
 * Deletes one thread if it still is what the person was shown: looks at it before each sending, and finds out what
 * became of it where the answer does not say.
 *
 * @param memberPages pages of 50 members that its last record may hold
 */
export async function deleteOne(
  target: Target,
  looks: Looks,
  memberPages: number,
  context: ConfirmedContext,
): Promise<Deletion> {
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
  let sending = false;

  /** Another look of the batch may have read a newer name in the meantime. */
  const isRenamed = (name: string | undefined): boolean =>
    name !== undefined && target.thread.name !== undefined && name !== target.thread.name;

  const guard = {
    async check(mayHaveLanded: boolean): Promise<void> {
      giveBack ??= cap.take();
      const look = await lookNow(looks, calls, target, memberPages, context).catch((error: unknown) => {
        // A look that is refused says nothing of the sending before it.
        if (mayHaveLanded && error instanceof AgoraError) return UNREAD;
        throw error;
      });
      known = { thread: look.thread ?? known.thread, members: look.members ?? known.members };
      lookedAt = elapsedMs();
      const verdict = verdictOf(look, shownOf(target), mayHaveLanded);
      unchecked = verdict === 'send_unchecked';
      if (verdict !== 'send' && verdict !== 'send_unchecked') throw stopped(verdict, time);
    },
    isFresh: () => elapsedMs() - lookedAt <= LOOK_LIFE_MS && !isRenamed(seen.recall(id)?.thread.name),
  };
  const recordNow = (): LastRecord => {
    const thread = { ...target.thread, ...known.thread };
    return lastRecordOf(thread, known.thread !== undefined, known.members, { app: app.name, host: app.host });
  };

  function keep(record: LastRecord, done: boolean): void {
    records.set(id, record);
    ownDeletions.set(id, { at: clock.now(), done });
  }

  async function send(): Promise<WriteOutcome<void>> {
    const looked = await outcomeOf(guard.check(false));
    time.throwIfGivenUp();
    if (looked.kind !== 'done') return looked;
    sending = true;
    return write({ args: { thread_id: id }, record: recordNow() }, (agora) =>
      agora.with({ turn, guard }).delete(id, signal),
    );
  }

  const end = await send()
    .then((written) => endOf(written, id, context))
    .catch((error: unknown) => {
      // Given up while the deletion was on its way: the thread may be gone.
      if (sending) keep(recordNow(), false);
      else giveBack?.();
      throw error;
    });
  const record = recordNow();
  if (end.status === 'deleted' || end.status === 'unknown') keep(record, end.status === 'deleted');
  else giveBack?.();
  if (end.status === 'deleted' || end.status === 'already_gone') {
    seen.forget(id);
    directory.note(id, undefined);
  }
  return { ...end, record, ...(end.status === 'deleted' && unchecked ? { unchecked: true } : {}) };
}

/** What a sending came to. A 404 after an attempt that may have landed proves its success; else others were quicker. */
async function endOf(
  written: WriteOutcome<void>,
  id: string,
  { threads, clock, signal }: ConfirmedContext,
): Promise<Pick<Deletion, 'status' | 'error'>> {
  if (written.kind === 'done') return { status: 'deleted' };
  const { kind, error } = written;
  const isGone = error.code === 'thread_not_found';
  if (kind === 'refused') return isGone ? { status: 'already_gone' } : { status: 'refused', error };
  const now = isGone ? 'gone' : await isThere(threads, id, clock, signal);
  if (now === 'gone') return { status: 'deleted' };
  const what = `${error.facts.what}; a moment later the thread was still there`;
  return { status: 'unknown', error: now === 'there' ? error.with({ what }) : error };
}

/** Why a deletion is not sent, or not sent again. */
export function stopped(verdict: Exclude<Verdict, 'send' | 'send_unchecked'>, { sending }: CallTime): AgoraError {
  switch (verdict) {
    case 'renamed':
      return new AgoraError({
        code: 'renamed',
        what: 'its name has changed since the user was asked',
        next: 'A new call asks for it under its new name; do that only if the user still wants it.',
      });
    case 'name_not_checked':
      // A look that had no time to find the name says nothing about it.
      if (sending.aborted) return sending.reason instanceof AgoraError ? sending.reason : outOfTime();
      return new AgoraError({
        code: 'name_not_checked',
        what: 'it could not be checked whether its name is still the one that the user was shown',
        next: 'A new call asks again, with the name marked as not verified.',
      });
    case 'unknown':
      return new AgoraError({
        code: 'name_not_checked',
        what: 'the answer was lost, and it was not sent again, since it could not be checked whether its name is still the one that the user was shown',
        next: 'A new call shows whether the thread is still there.',
        landed: 'maybe',
      });
    case 'already_gone':
      return alreadyGone();
    case 'deleted':
      return alreadyGone().with({ landed: 'maybe' });
  }
}

export const alreadyGone = (): AgoraError =>
  new AgoraError({
    code: 'thread_not_found',
    what: 'the thread does not exist any more',
    next: 'Nothing is left to do.',
  });
