import type { Prompt } from '../src/toolkit/prompt.ts';
import { DATA, listingOf, steps, USER_TOOLS, userArguments } from './support/scope.ts';

export const triageUserThreads: Prompt<typeof userArguments> = {
  name: 'triage_user_threads',
  title: "Triage a user's threads",
  description: 'Sorts the threads that a user has joined by what they seem to need; changes nothing.',
  tools: USER_TOOLS,
  input: userArguments,
  message(args) {
    const { subject, tool, arguments: given } = listingOf(args);
    return [
      `Triage the ${subject}.`,
      steps(
        `Call ${tool} with ${given} and limit 50. Repeat it with cursor = next_cursor until there is none, or until 200 threads are read; say how many were read, and whether there may be others.`,
        'Only names, owners, groups and days can be read here, and no messages: sort by these, and say where you guess. Where it matters who is in one, call list_thread_members.',
        'Answer with three short tables: needs somebody, seems settled, test or duplicate. One line a thread: id, name, owner, day, and what you would do (nothing, a clearer name, ask its owner).',
        'Then stop and wait for the user. Change nothing on your own.',
      ),
      DATA,
    ].join('\n\n');
  },
};
