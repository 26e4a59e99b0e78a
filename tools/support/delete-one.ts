import { AgoraError } from '../../src/agora/errors.ts';
import { isThere } from '../../src/agora/reconcile.ts';
import { timePassed } from '../../src/base/clock.ts';
import type { ConfirmedContext } from '../../src/toolkit/define-deletion.ts';
import { type LastRecord, lastRecordOf } from '../../src/toolkit/last-records.ts';
import { type Verdict, verdictOf } from '../../src/toolkit/look-verdict.ts';
import { shownOf, type Target } from '../../src/toolkit/targets.ts';
import type { Look, Looks } from '../../src/toolkit/thread-look.ts';
import { outcomeOf } from '../../src/toolkit/writer.ts';

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
  const { app, cap, clock, records, seen, signal, time, write } = context;
  const { id } = target;
  const elapsedMs = timePassed(clock);
  // The looks and the deletion share one turn: the deletion is next in line once the looks are done.
  const turn = context.nextTurn();
  const calls = context.threads.with({ turn });
  let look: Look | undefined;
  let lookedAt = 0;
  let unchecked = false;

  const guard = {
    async check(mayHaveLanded: boolean): Promise<void> {
      if (!mayHaveLanded) cap.require(1);
      look = await looks(calls, id, { memberPages, trustMs: 0 }, signal).catch((error: unknown) => {
        // A look that is refused says nothing of an earlier sending.
        throw mayHaveLanded && error instanceof AgoraError ? error.with({ landed: 'maybe' }) : error;
      });
      lookedAt = elapsedMs();
      const verdict = verdictOf(look, shownOf(target), mayHaveLanded);
      unchecked = verdict === 'send_unchecked';
      if (verdict !== 'send' && verdict !== 'send_unchecked') throw stopped(verdict);
    },
    isFresh: () => elapsedMs() - lookedAt <= LOOK_LIFE_MS,
  };
  const recordNow = (): LastRecord => {
    const thread = { ...target.thread, ...look?.thread };
    const members = look?.members ?? target.members;
    return lastRecordOf(thread, look?.thread !== undefined, members, { app: app.name, host: app.host });
  };
  const lost = (record: LastRecord): void => {
    cap.count();
    records.keep(record);
  };

  const looked = await outcomeOf(guard.check(false));
  time.throwIfGivenUp();
  const written =
    looked.kind === 'done'
      ? await write({ args: { thread_id: id }, record: recordNow() }, (agora) =>
          agora.with({ turn, guard }).delete(id, signal),
        )
      : looked;
  const record = recordNow();
  const isGone = written.kind !== 'done' && written.error.code === 'thread_not_found';
  if (written.kind === 'refused' && !isGone) return { status: 'refused', record, error: written.error };
  if (written.kind === 'may_have_landed' && !isGone && !(await isGoneNow(id, context))) {
    lost(record);
    return { status: 'unknown', record, error: written.error };
  }
  seen.forget(id);
  // A 404 after an attempt that may have landed proves its success; else somebody else was quicker.
  if (written.kind === 'refused') return { status: 'already_gone', record };
  lost(record);
  return { status: 'deleted', record, ...(unchecked ? { unchecked: true } : {}) };
}

/** After a lost answer. Where even this look fails, the thread may be gone or not. */
async function isGoneNow(id: string, { threads, clock, signal }: ConfirmedContext): Promise<boolean> {
  const looked = await outcomeOf(isThere(threads, id, clock, signal));
  return looked.kind === 'done' && looked.value === 'gone';
}

const SEND_NOTHING = { retry: 'never', landed: 'no' } as const;

/** Why a deletion is not sent, or not sent again. */
export function stopped(verdict: Exclude<Verdict, 'send' | 'send_unchecked'>): AgoraError {
  switch (verdict) {
    case 'renamed':
      return new AgoraError({
        ...SEND_NOTHING,
        code: 'renamed',
        what: 'its name has changed since the user was asked',
        next: 'A new call asks for it under its new name; do that only if the user still wants it.',
      });
    case 'name_not_checked':
      return new AgoraError({
        ...SEND_NOTHING,
        code: 'name_not_checked',
        what: 'whether it still has the name that the user was shown could not be checked',
        next: 'A new call asks again, with the name marked as not verified.',
      });
    case 'unknown':
      return new AgoraError({
        ...SEND_NOTHING,
        code: 'name_not_checked',
        what: 'the answer was lost, and whether it still has the name that the user was shown could not be checked, so it was not sent again',
        next: 'A new call shows whether the thread is still there.',
        landed: 'maybe',
      });
    case 'already_gone':
    case 'deleted':
      return new AgoraError({
        ...SEND_NOTHING,
        code: 'thread_not_found',
        what: 'the thread does not exist any more',
        next: 'Nothing is left to do.',
        landed: verdict === 'deleted' ? 'maybe' : 'no',
      });
  }
}
