import * as z from 'zod';
import { AgoraError } from '../src/agora/errors.ts';
import { inQuotes } from '../src/base/escape.ts';
import { factsOf, shownName, titled } from '../src/present/thread-facts.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { threadId, threadName } from './support/parameters.ts';

export const renameThread = defineTool({
  name: 'rename_thread',
  title: 'Rename a thread',
  description:
    'Gives a thread a new name; the old one is overwritten. previous_name is given where an earlier list has shown it.',
  kind: 'update',
  input: z.strictObject({ thread_id: threadId, name: threadName }),
  output: z.object({
    summary: z.string(),
    thread_id: z.string(),
    name: z.string(),
    previous_name: z.string().optional(),
  }),
  async handle({ thread_id, name }, { write, seen, clock, signal }) {
    const known = seen.recall(thread_id)?.thread;
    const stored = await write({ args: { thread_id, name }, ...(known && { thread: factsOf(known) }) }, (agora) =>
      agora.rename(thread_id, name, signal),
    ).catch((error: unknown) => {
      // A question must not name a thread as it may no longer be called.
      if (!(error instanceof AgoraError && error.facts.landed === 'no')) seen.forget(thread_id);
      throw error;
    });
    if (known) seen.remember([{ ...known, name: stored }], clock.now());
    const now = { id: thread_id, name: shownName(stored) };
    const before = known?.name === undefined ? undefined : shownName(known.name);
    return {
      summary:
        before === undefined
          ? `Renamed ${titled({ id: now.id })} to ${inQuotes(now.name)}.`
          : `Renamed ${titled({ id: now.id })} from ${inQuotes(before)} to ${inQuotes(now.name)}.`,
      thread_id,
      name: now.name,
      ...(before === undefined ? {} : { previous_name: before }),
    };
  },
  text: ({ summary }) => summary,
});
