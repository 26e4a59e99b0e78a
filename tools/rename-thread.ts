import * as z from 'zod';
import { defined } from '../src/base/defined.ts';
import { inQuotes } from '../src/base/escape.ts';
import { factsOf, shownName } from '../src/present/thread-facts.ts';
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
  async handle({ thread_id, name }, { write, seen, directory, clock, signal }) {
    const seenBefore = seen.recall(thread_id);
    const known = seenBefore?.thread;
    // Until the service has answered, a question must not show the old name.
    seen.forget(thread_id);
    const thread = known && factsOf(known);
    const renamed = await write({ args: { thread_id, name }, ...defined({ thread }) }, (agora) =>
      agora.rename(thread_id, name, signal),
    );
    if (renamed.kind === 'refused' && seenBefore) seen.remember([seenBefore.thread], seenBefore.at);
    if (renamed.kind !== 'done') throw renamed.error;
    const stored = renamed.value;
    directory.note(thread_id, stored);
    if (known) seen.remember([{ ...known, name: stored }], clock.now());
    const now = shownName(stored);
    const before = thread?.name;
    return {
      summary: `Renamed thread ${thread_id}${before === undefined ? '' : ` from ${inQuotes(before)}`} to ${inQuotes(now)}.`,
      thread_id,
      name: now,
      ...defined({ previous_name: before }),
    };
  },
  text: ({ summary }) => summary,
});
