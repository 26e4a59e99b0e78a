import { AgoraError } from '../src/agora/errors.ts';
import { identify } from '../src/identify.ts';
import type { ThreadFacts } from '../src/present/thread.ts';
import type { ToolContext } from '../src/tool.ts';

export interface Deletion {
  readonly status: 'deleted' | 'already_gone' | 'unknown';
  /** The tombstone: all that was known of the thread just before it went. */
  readonly facts: ThreadFacts;
  /** The name under which a person said yes, where the thread has another one since. */
  readonly renamedFrom?: string;
  /** After a lost answer: was the thread still there a moment later? */
  readonly stillThere?: boolean;
}

/**
 * Deletes a thread that a person has agreed to lose: looks at it again, sends one deletion, and finds out what became
 * of it where the answer does not say.
 *
 * @param before what the person was shown
 * @throws AgoraError where the service refuses, so that nothing was deleted
 */
export async function deleteOne(threadId: string, before: ThreadFacts, context: ToolContext): Promise<Deletion> {
  const { write, seen, signal } = context;
  const now = await identify(threadId, context, signal, false);
  if (now.state === 'gone') return { status: 'already_gone', facts: before };
  // What was seen just now stands alone; only where the thread was not found in a list does the earlier look fill in.
  const facts = now.facts.name === undefined ? { ...before, ...now.facts } : now.facts;
  const renamed = before.name !== undefined && facts.name !== before.name ? { renamedFrom: before.name } : {};

  signal.throwIfAborted();
  const sent = await write({ args: { thread_id: threadId }, thread: facts }, (agora) =>
    agora.delete(threadId, signal),
  ).then(() => 'deleted' as const, landing);
  const after = sent === 'unknown' ? await lookAgain(threadId, context) : undefined;
  const status = after === 'gone' ? 'deleted' : sent;
  if (status !== 'unknown') seen.forget(threadId);
  return { status, facts, ...renamed, ...(after === 'there' && { stillThere: true }) };
}

/** What came of a deletion whose request failed. A 404 after an attempt that may have landed is its success. */
function landing(error: unknown): Deletion['status'] {
  if (!(error instanceof AgoraError)) throw error;
  const { code, facts } = error;
  if (code === 'thread_not_found') return facts.landed === 'maybe' ? 'deleted' : 'already_gone';
  if (facts.landed === 'maybe') return 'unknown';
  throw error;
}

/** Whether the thread is still there; a look that fails must not hide the deletion before it. */
async function lookAgain(threadId: string, { threads, signal }: ToolContext): Promise<'there' | 'gone' | 'unsure'> {
  try {
    await threads.listMembers(threadId, { limit: 1 }, signal);
    return 'there';
  } catch (error) {
    if (!(error instanceof AgoraError)) throw error;
    return error.code === 'thread_not_found' ? 'gone' : 'unsure';
  }
}
