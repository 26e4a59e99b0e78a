import type { AgoraError } from '../agora/errors.ts';
import type { ReadList } from './app-list.ts';
import type { KnownThreads } from './known-threads.ts';
import type { Inquiry } from './question.ts';
import type { Step } from './shared-walk.ts';

/** A question that takes part in a walk. */
export interface Participant {
  readonly inquiry: Inquiry;
  /** What to ask next for it. */
  readonly next: () => Step | undefined;
  /** May threads have been created, before the question, that are not known yet? */
  readonly isStale: () => boolean;
  /** Will reading on tell of those? */
  readonly needsNewest: () => boolean;
}

/** Where threads are found: what is known of them, and how more is learnt. */
export interface ThreadSource {
  readonly list: ReadList;
  readonly known: KnownThreads;
  /** The last refusal since the first of the questions that wait now. */
  readonly failure: () => AgoraError | undefined;
  /** Takes a question in. What failed for earlier ones is asked again. */
  readonly join: (inquiry: Inquiry) => Participant;
  readonly leave: (participant: Participant) => void;
}
