import type { Look } from './thread-look.ts';

/** What a person was shown of a thread when they said yes. */
export interface Shown {
  /** The exact name; undefined where none was known. */
  readonly name: string | undefined;
  /** Did the service give the name within the minute before the question? */
  readonly verified: boolean;
}

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
 * @param mayHaveLanded has an earlier sending of this call perhaps done the work already?
 */
export function verdictOf({ state, thread }: Look, shown: Shown, mayHaveLanded: boolean): Verdict {
  if (state === 'gone') return mayHaveLanded ? 'deleted' : 'already_gone';
  const name = thread?.name;
  // A name that nobody knew when the question was asked cannot have changed since.
  if (name !== undefined) return shown.name === undefined || shown.name === name ? 'send' : 'renamed';
  if (mayHaveLanded) return 'unknown';
  return shown.verified ? 'name_not_checked' : 'send_unchecked';
}
