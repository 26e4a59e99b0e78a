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
    const before = seen.recall(thread_id);
    const thread = before && factsOf(before.thread);
    // Until the service has answered, a question must not show the old name.
    seen.forget(thread_id);
    const renamed = await write({ args: { thread_id, name }, ...defined({ thread }) }, (agora) =>
      agora.rename(thread_id, name, signal),
    );
    if (renamed.kind === 'refused' && before) seen.remember([before.thread], before.at);
    if (renamed.kind !== 'done') throw renamed.error;
    const stored = renamed.value;
    directory.note(thread_id, stored);
    if (before) seen.remember([{ ...before.thread, name: stored }], clock.now());
    const now = shownName(stored);
    const old = defined({ previous_name: thread?.name, as_of: before && utcTime(before.at) });
    const from = old.previous_name === undefined ? '' : ` from ${inQuotes(old.previous_name)} (as of ${old.as_of})`;
    return {
      summary: `Renamed thread ${thread_id} ${inApp(app)}${from} to ${inQuotes(now)}.`,
      thread_id,
      name: now,
      ...old,
    };
  },
  text: ({ summary }) => summary,
});
