import type { Target } from './targets.ts';
import type { Look } from './thread-look.ts';

/** What a look just before a sending means for it. */
export type Verdict =
  | 'send'
  | 'send_unchecked'
  | 'renamed'
  | 'name_not_checked'
  | 'already_gone'
  | 'deleted'
  | 'unknown';

/**
 * A yes is for what was shown: a deletion goes only to a thread that still has the name in the question.
 *
 * @param shown the target as it was when the person said yes
 * @param mayHaveLanded has an earlier sending of this call perhaps done the work already?
 */
export function verdictOf({ state, thread }: Look, shown: Target, mayHaveLanded: boolean): Verdict {
  if (state === 'gone') return mayHaveLanded ? 'deleted' : 'already_gone';
  const before = shown.thread.name;
  const now = thread?.name;
  // A name that nobody knew when the question was asked cannot have changed since.
  if (now !== undefined) return before === undefined || before === now ? 'send' : 'renamed';
  if (mayHaveLanded) return 'unknown';
  return shown.verified ? 'name_not_checked' : 'send_unchecked';
}
