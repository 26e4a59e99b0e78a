import * as z from 'zod';
import { utcTime } from '../src/present/time.ts';
import type { Prompt } from '../src/toolkit/prompt.ts';
import { username } from '../tools/support/parameters.ts';
import { isPlaceholder, orPlaceholder } from './support/prompt-argument.ts';
import { DATA, listingOf, steps, USER_TOOLS, userArguments } from './support/scope.ts';

const DAYS = 'must be a whole number of days from 1 to 3650';
const DEFAULT_DAYS = 30;
const DAY_MS = 86_400_000;

const days = z.string().refine((text) => /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 3_650, DAYS);

const input = userArguments.extend({
  username: username.optional().describe('User id, for the threads that this user has joined; else all of the app'),
  older_than_days: orPlaceholder(days)
    .optional()
    .describe(`Created more than this many days ago (default ${DEFAULT_DAYS})`),
});

export const findStaleThreads: Prompt<typeof input> = {
  name: 'find_stale_threads',
  title: 'Find stale threads',
  description: 'Finds old threads of the app, a group or a user and proposes a clean-up; deletes nothing by itself.',
  tools: ['find_threads', ...USER_TOOLS],
  input,
  message({ older_than_days, ...scope }, { tools, now }) {
    const { subject, tool, arguments: given } = listingOf(scope);
    const { age, before } = ageOf(older_than_days, now);
    const scan = tool === 'find_threads' ? 'limit 50' : 'limit 50 and max_scan 5000';
    return [
      `Find the ${subject}, ${age}, and propose a clean-up. Delete nothing yourself: the user decides.`,
      steps(
        `Call ${tool} with ${given === '' ? '' : `${given}, `}created_before ${before}, ${scan}. Repeat it with cursor = next_cursor until there is none, or until 200 threads are found; say whether there may be others.`,
        'Age is all that is known: the service gives no day of the last message, so an old thread may be in use. Say so.',
        'Where a thread is in doubt, call list_thread_members: one with nobody but its owner is likelier to be stale.',
        'Propose in three short tables: could go, ask the owner first, keep. One line a thread: id, name, owner, group, day, and why.',
        DELETING.every((name) => tools.has(name))
          ? thenDelete(isPlaceholder(older_than_days) ? 'DAY' : before)
          : 'Then stop: the list of ids is the result.',
      ),
      DATA,
    ].join('\n\n');
  },
};

const utcDay = (ms: number): string => utcTime(ms).slice(0, 10);

/** The age in words, and what to pass as `created_before`; with a placeholder the day can only be told later. */
function ageOf(given: string | undefined, now: number): { readonly age: string; readonly before: string } {
  if (given !== undefined && isPlaceholder(given)) {
    return {
      age: `created more than ${given} days before ${utcDay(now)} (${DEFAULT_DAYS} days if no number is given)`,
      before: 'that day',
    };
  }
  const days = Number(given ?? DEFAULT_DAYS);
  const day = utcDay(now - days * DAY_MS);
  return { age: `created before ${day} (${days === 1 ? 'a day' : `${days} days`} ago)`, before: `"${day}"` };
}

/** Missing in a read-only server, for which the prompt is useful all the same. */
const DELETING = ['delete_thread', 'delete_threads'];

const thenDelete = (before: string): string =>
  `Then stop and wait. Propose groups of at most 50, and tell the user to keep a copy first, on their own command line: agora-threads-mcp export --created-before ${before} --members --out FILE. Only for threads that the user then names may you call delete_threads, for at most 50 ids at a time, or delete_thread for one; the user is asked once more there before anything is lost, and you must not answer for them.`;
