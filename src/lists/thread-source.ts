import type { Endpoint } from '../agora/endpoints.ts';
import type { AgoraError } from '../agora/errors.ts';
import type { ReadList } from './app-list.ts';
import type { Inquiry } from './inquiry.ts';
import type { KnownThreads } from './known-threads.ts';

/**
 * Sends a request of a walk under its rate limit. A refusal comes back as a value: the walk goes on with other requests.
 *
 * @param isAnswer does this refusal answer what was asked? All others count as failures
 */
export type Ask = <T>(
  endpoint: Endpoint,
  request: (signal: AbortSignal) => Promise<T>,
  isAnswer?: (refusal: AgoraError) => boolean,
) => Promise<T | AgoraError>;

/** Where threads are found: what is known of them, and how more is learnt. */
export interface ThreadSource {
  readonly list: ReadList;
  readonly known: KnownThreads;
  /** The questions that wait. */
  readonly inquiries: Set<Inquiry>;
  /**
   * Starts the next request that helps a question; undefined while there is nothing to ask before another answer has
   * come. What it rejects with ends the walk.
   */
  readonly readNext: (inquiry: Inquiry, ask: Ask) => Promise<void> | undefined;
  /** What failed may be asked again. */
  readonly forgetFailures: () => void;
}
