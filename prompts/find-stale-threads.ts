import * as z from 'zod';
import { utcTime } from '../src/present/time.ts';
import type { PromptMaker } from '../src/toolkit/prompt.ts';
import { DATA, listingOf, steps, userArguments } from './support/scope.ts';

const DAYS = 'must be a whole number of days from 1 to 3650';
const USUAL_DAYS = 30;
const DAY_MS = 86_400_000;

const olderThanDays = z
  .string(DAYS)
  .refine((days) => /^\d{1,4}$/.test(days) && Number(days) >= 1 && Number(days) <= 3_650, DAYS)
  .optional()
  .describe(`Created more than so many days ago; ${USUAL_DAYS} where left out`);

const age = z.object({ older_than_days: z.string().transform(Number).default(USUAL_DAYS) });

export const findStaleThreads: PromptMaker = ({ tools, now }) => {
  const input = userArguments(tools)?.extend({ older_than_days: olderThanDays });
  if (!input) return undefined;
  return {
    name: 'find_stale_threads',
    title: 'Find stale threads',
    description: 'Finds the old threads of a user and proposes a clean-up; deletes nothing by itself.',
    input,
    message(args) {
      const checked = input.parse(args);
      const listing = listingOf(checked);
      const { older_than_days: days } = age.parse(checked);
      const before = utcTime(now - days * DAY_MS).slice(0, 10);
      return [
        `Find the ${listing.subject}, created before ${before} (${days === 1 ? 'a day' : `${days} days`} ago), and propose a clean-up. Delete nothing yourself: the user decides.`,
        steps(
          `Call ${listing.tool} with ${listing.arguments}, ${filter(before)}. Repeat it with cursor = next_cursor until there is none, or until 200 threads are found; say whether there may be others.`,
          'Age is all that is known: the service gives no day of the last message, so an old thread may be in use. Say so.',
          tools.has('list_thread_members')
            ? 'Where a thread is in doubt, call list_thread_members: one with nobody but its owner is likelier to be stale.'
            : undefined,
          'Propose in three short tables: could go, ask the owner first, keep. One line a thread: id, name, owner, group, day, and why.',
          `Then stop and wait. ${after(tools)}`,
        ),
        DATA,
      ].join('\n\n');
    },
  };
};

const filter = (before: string): string => `created_before "${before}", limit 50 and max_scan 5000`;

/** What may follow the user's decision, with the tools there are. */
function after(tools: ReadonlySet<string>): string {
  const ways = [
    ...(tools.has('delete_threads') ? ['delete_threads for 2-50 ids'] : []),
    ...(tools.has('delete_thread') ? ['delete_thread for one'] : []),
  ];
  if (ways.length === 0) return 'No tool that deletes threads is registered here: the list of ids is the result.';
  return `Only for threads that the user then names may you call ${ways.join(', or ')}; the user is asked once more there before anything is lost, and you must not answer for them.`;
}
