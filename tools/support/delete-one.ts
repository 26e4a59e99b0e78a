import { AgoraError } from '../../src/agora/errors.ts';
import { isThere } from '../../src/agora/reconcile.ts';
import { inQuotes } from '../../src/base/escape.ts';
import { errorWords } from '../../src/present/error-words.ts';
import type { ThreadFacts } from '../../src/present/thread-facts.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';
import { identify } from '../../src/toolkit/identify-thread.ts';

export type Deletion =
  | {
      readonly status: 'deleted' | 'already_gone';
      /** The tombstone: all that was known of the thread just before it went. */
      readonly facts: ThreadFacts;
    }
  | {
      readonly status: 'unknown';
      readonly facts: ThreadFacts;
      /** Why nobody knows: what became of the request, and what a look afterwards showed. */
      readonly why: string;
      /** The failure, where looking afterwards failed too: further deletions would only add to what nobody knows. */
      readonly blind?: AgoraError;
    }
  /** It has another name than the person was shown: their yes was for something else, so nothing was deleted. */
  | { readonly status: 'renamed'; readonly facts: ThreadFacts; readonly from: string };

/** Why a yes does not count any more. */
export const renamedWords = ({ from, facts }: Extract<Deletion, { status: 'renamed' }>): string =>
  `the question named it ${inQuotes(from)}, and its name is ${inQuotes(facts.name ?? '')} now`;

/**
 * Deletes a thread that a person has agreed to lose: looks at it again, sends one deletion, and finds out what became
 * of it where the answer does not say.
 *
 * @param before what the person was shown
 * @throws AgoraError where the service refuses, so that nothing was deleted
 */
export async function deleteOne(threadId: string, before: ThreadFacts, context: ToolContext): Promise<Deletion> {
  const { threads, write, seen, clock, signal } = context;
  const now = await identify(threadId, context, signal, false);
  if (now.state === 'gone') return { status: 'already_gone', facts: before };
  // What was seen just now stands alone; only where the thread was not found in a list does the earlier look fill in.
  const facts = now.facts.name === undefined ? { ...before, ...now.facts } : now.facts;
  // A yes for an id whose name nobody could tell stands, should the name be found by now.
  if (before.name !== undefined && facts.name !== before.name) return { status: 'renamed', facts, from: before.name };

  signal.throwIfAborted();
  try {
    await write({ args: { thread_id: threadId }, thread: facts }, (agora) => agora.delete(threadId, signal));
  } catch (error) {
    if (!(error instanceof AgoraError)) throw error;
    const mayHaveLanded = error.facts.landed === 'maybe';
    // A 404 after an attempt that may have landed is its success; else somebody else was quicker.
    if (error.code === 'thread_not_found') {
      seen.forget(threadId);
      return { status: mayHaveLanded ? 'deleted' : 'already_gone', facts };
    }
    if (!mayHaveLanded) throw error;
    const after = await isThere(threads, threadId, clock, signal);
    if (after !== 'gone') {
      const still = after === 'there' ? '; a moment later the thread was still there' : '';
      const why = `${errorWords(error)}${still}`;
      return { status: 'unknown', facts, why, ...(after === 'unsure' && { blind: error }) };
    }
  }
  seen.forget(threadId);
  return { status: 'deleted', facts };
}
