import * as z from 'zod';
import { defined } from '../src/base/defined.ts';
import { inQuotes } from '../src/base/escape.ts';
import { factsOf, inApp, shownName } from '../src/present/thread-facts.ts';
import { utcTime } from '../src/present/time.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { threadId, threadName } from './support/parameters.ts';

export const renameThread = defineTool({
  name: 'rename_thread',
  title: 'Rename a thread',
  description:
    'Renames an Agora Chat thread; the old name is overwritten. previous_name is given if an earlier list has shown it.',
  kind: 'update',
  input: z.strictObject({ thread_id: threadId, name: threadName }),
  output: z.object({
    summary: z.string(),
    thread_id: z.string(),
    name: z.string(),
    previous_name: z.string().optional(),
    as_of: z.string().optional().describe('When a list last showed previous_name'),
  }),
  async handle({ thread_id, name }, { app, write, seen, directory, clock, signal }) {
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
    const as_of = before === undefined || !seenBefore ? undefined : utcTime(seenBefore.at);
    const from = before === undefined ? '' : ` from ${inQuotes(before)} (as of ${as_of})`;
    return {
      summary: `Renamed thread ${thread_id} ${inApp(app)}${from} to ${inQuotes(now)}.`,
      thread_id,
      name: now,
      ...defined({ previous_name: before, as_of }),
    };
  },
  text: ({ summary }) => summary,
});
