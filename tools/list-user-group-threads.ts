import * as z from 'zod';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { filteredListArguments, groupId, showsOrCountsFiltered, spanInOrder, username } from './support/parameters.ts';
import { listThreads, ofThreads } from './support/thread-list.ts';

export const listUserGroupThreads = defineTool({
  name: 'list_user_group_threads',
  title: "List a user's threads in a group",
  description:
    'Lists the Agora Chat threads of one group that a user has joined, with name, owner and day. Use it when the group is known (find_groups gives its id); otherwise use list_user_threads. Order: by the time the user joined, or by creation time (the vendor documents both).',
  ...ofThreads,
  drawnAs: 'list',
  input: z
    .strictObject({ group_id: groupId, username, ...filteredListArguments })
    .refine(...spanInOrder)
    .refine(...showsOrCountsFiltered),
  handle: (args, context) =>
    listThreads(args, context, {
      tool: 'list_user_group_threads',
      shortPageEnds: true,
      fetch: (query, signal) => context.threads.listOfUserInGroup(args.group_id, args.username, query, signal),
    }),
});
