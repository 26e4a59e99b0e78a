import * as z from 'zod';
import type { PromptMaker } from '../src/toolkit/prompt.ts';
import { groupId, username } from '../tools/support/parameters.ts';
import { orPlaceholder } from './support/prompt-argument.ts';
import { DATA, listingOf, steps } from './support/scope.ts';

/** The service documents no list of all threads of a group, only of those that one user has joined. */
const joined = z.strictObject({
  group_id: orPlaceholder(groupId).describe('Group id (digits)'),
  username: username.describe('User id: the documented list holds what this user has joined'),
});
/** With the undocumented call the user may be left out. */
const joinedOrAll = joined.extend({
  username: username.optional().describe('User id, for what only this user has joined'),
});

export const reportOnGroup: PromptMaker = ({ tools }) => {
  const input = tools.has('list_group_threads') ? joinedOrAll : joined;
  return {
    name: 'report_on_group',
    title: "Report on a group's threads",
    description: 'Reports on the threads of a group: how many, whose, how old; changes nothing.',
    tools: ['list_user_group_threads'],
    input,
    message(args) {
      const { subject, tool, arguments: given } = listingOf(input.parse(args));
      const gaps =
        tool === 'list_group_threads'
          ? 'That call is documented nowhere: if the service refuses it, say so and stop.'
          : 'Threads of the group that this user has not joined are not among them: the service documents no list of all. Say so in the first line of the report.';
      return [
        `Report on the ${subject}. Only read; change nothing.`,
        steps(
          `Call ${tool} with ${given}, limit 50 and max_scan 10000: its summary, by_owner, oldest and newest cover all that was walked, though 50 threads at most are shown.`,
          gaps,
          'Report in at most 15 lines: how many threads, whether there may be others, who owns how many, the oldest and the newest, the newest ten of those shown by name and day, and names that look alike. Messages cannot be counted or read here.',
        ),
        DATA,
      ].join('\n\n');
    },
  };
};
