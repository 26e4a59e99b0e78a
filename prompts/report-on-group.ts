import * as z from 'zod';
import type { Prompt } from '../src/toolkit/prompt.ts';
import { groupId, username } from '../tools/support/parameters.ts';
import { orPlaceholder } from './support/prompt-argument.ts';
import { DATA, listingOf, steps } from './support/scope.ts';

const input = z.strictObject({
  group_id: orPlaceholder(groupId).describe('Group id (digits)'),
  username: username.optional().describe('User id, for what this user has joined only'),
});

export const reportOnGroup: Prompt<typeof input> = {
  name: 'report_on_group',
  title: "Report on a group's threads",
  description: 'Reports on the threads of a group: how many, whose, how old; changes nothing.',
  tools: ['find_threads', 'list_user_group_threads'],
  input,
  message(args) {
    const { subject, tool, arguments: given } = listingOf(args);
    const [scan, gaps] =
      tool === 'find_threads'
        ? [
            'limit 0',
            'Repeat the same call while its summary says that there may be others; then call it with limit 10 for the newest. Threads that nobody is in are not found this way: say so.',
          ]
        : [
            'limit 50 and max_scan 10000',
            'Threads of the group that this user has not joined are not among them. Say so in the first line of the report.',
          ];
    return [
      `Report on the ${subject}. Only read; change nothing.`,
      steps(
        `Call ${tool} with ${given}, ${scan}: its summary, by_owner, oldest and newest cover all that was walked, though 50 threads at most are shown.`,
        gaps,
        'Report in at most 15 lines: how many threads, whether there may be others, who owns how many, the oldest and the newest, the newest ten of those shown by name and day, and names that look alike. Messages cannot be counted or read here.',
      ),
      DATA,
    ].join('\n\n');
  },
};
