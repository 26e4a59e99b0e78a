import type { AgoraError } from '../../src/agora/errors.ts';
import { isThere } from '../../src/agora/reconcile.ts';
import { inQuotes } from '../../src/base/escape.ts';
import { errorWords } from '../../src/present/error-words.ts';
import type { ThreadFacts } from '../../src/present/thread-facts.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';
import { identify } from '../../src/toolkit/identify-thread.ts';
import { outcomeOf } from '../../src/toolkit/writer.ts';

/** What became of a thread; `facts` is its last record, all that was known of it. */
export type Deletion = { readonly facts: ThreadFacts } & (
  | { readonly status: 'deleted' | 'already_gone' }
  /** The person was shown another name: the yes was for something else, so nothing was deleted. */
  | { readonly status: 'renamed'; readonly from: string }
  | { readonly status: 'refused'; readonly error: AgoraError }
  | {
      readonly status: 'unknown';
      /** How the answer was lost, and what a look afterwards showed. */
      readonly why: string;
      /** Set where that look failed too: further deletions would only add to what nobody knows. */
      readonly blind: AgoraError | undefined;
    }
);

/** Why a yes no longer counts. */
export const renamedWords = (from: string, now: ThreadFacts): string =>
  `the question named it ${inQuotes(from)}, and its name is ${inQuotes(now.name ?? '')} now`;

/**
 * Deletes a thread that a person has agreed to lose: looks at it again, sends one deletion, and finds out what became
 * of it where the answer does not say.
 *
 * @param before what the person was shown
 */
export async function deleteOne(threadId: string, before: ThreadFacts, context: ToolContext): Promise<Deletion> {
  const { threads, write, seen, directory, clock, signal } = context;
  const looked = await outcomeOf(identify(threadId, context, signal, false));
  if (looked.kind !== 'done') return { status: 'refused', facts: before, error: looked.error };
  const now = looked.value;
  if (now.state === 'gone') return { status: 'already_gone', facts: before };
  // The earlier look fills in only where no list shows the thread any more.
  const facts = now.facts.name === undefined ? { ...before, ...now.facts } : now.facts;
  // A yes for an id without a name still counts if the name is found by now.
  if (before.name !== undefined && facts.name !== before.name) return { status: 'renamed', facts, from: before.name };

  signal.throwIfAborted();
  const written = await write({ args: { thread_id: threadId }, thread: facts }, (agora) =>
    agora.delete(threadId, signal),
  );
  if (written.kind !== 'done' && written.error.code !== 'thread_not_found') {
    const { kind, error } = written;
    if (kind === 'refused') return { status: 'refused', facts: before, error };
    const after = await isThere(threads, threadId, clock, signal);
    if (after !== 'gone') {
      const still = after === 'there' ? '; a moment later the thread was still there' : '';
      const blind = after === 'unsure' ? error : undefined;
      return { status: 'unknown', facts, why: `${errorWords(error)}${still}`, blind };
    }
  }
  seen.forget(threadId);
  directory.note(threadId, undefined);
  // A 404 after an attempt that may have landed proves its success; else somebody else was quicker.
  return { status: written.kind === 'refused' ? 'already_gone' : 'deleted', facts };
}
