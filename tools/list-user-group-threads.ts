import * as z from 'zod';
import { listResult, listText } from '../src/present/list-result.ts';
import { shownId, word } from '../src/present/thread-facts.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import {
  COUNTS,
  filteredListArguments,
  groupId,
  SPAN,
  showsOrCounts,
  spanInOrder,
  username,
} from './support/parameters.ts';
import { settleEmpty } from './support/settle-empty.ts';
import { listThreads } from './support/thread-list.ts';

export const listUserGroupThreads = defineTool({
  name: 'list_user_group_threads',
  title: "List a user's threads in a group",
  description:
    'Lists the Agora Chat threads of one group that a user has joined, with name, owner and day. Use it when the group is known (find_groups gives its id); otherwise use list_user_threads. Order: by the time the user joined, or by creation time (the vendor documents both).',
  kind: 'read',
  drawnAs: 'list',
  input: z
    .strictObject({ group_id: groupId, username, ...filteredListArguments })
    .refine(spanInOrder, SPAN)
    .refine(showsOrCounts, COUNTS),
  output: listResult,
  handle: ({ group_id, username, ...args }, context) =>
    listThreads(
      {
        tool: 'list_user_group_threads',
        scope: { group_id, username },
        subject: `Threads of user ${word(shownId(username))} in group ${group_id}`,
        within: 'that this user has joined',
        settle: (signal) => settleEmpty({ username, group_id }, context, signal),
        shortPageEnds: true,
        fetch: (query, signal) => context.threads.listOfUserInGroup(group_id, username, query, signal),
      },
      args,
      context,
    ),
  text: listText,
});
