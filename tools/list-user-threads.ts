import * as z from 'zod';
import { listResult, listText } from '../src/present/list-result.ts';
import { shownId, word } from '../src/present/thread-facts.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { COUNTS, filteredListArguments, SPAN, showsOrCounts, spanInOrder, username } from './support/parameters.ts';
import { settleEmpty } from './support/settle-empty.ts';
import { listThreads } from './support/thread-list.ts';

export const listUserThreads = defineTool({
  name: 'list_user_threads',
  title: "List a user's threads",
  description:
    'Lists the Agora Chat threads a user has joined, in all groups, with name, owner, group and day. Without a user use find_threads. Order: by the time the user joined, or by creation time (the vendor documents both).',
  kind: 'read',
  drawnAs: 'list',
  input: z
    .strictObject({ username, ...filteredListArguments })
    .refine(spanInOrder, SPAN)
    .refine(showsOrCounts, COUNTS),
  output: listResult,
  handle: ({ username, ...args }, context) =>
    listThreads(
      {
        tool: 'list_user_threads',
        scope: { username },
        subject: `Threads of user ${word(shownId(username))}`,
        within: 'that this user has joined',
        settle: (signal) => settleEmpty({ username }, context, signal),
        shortPageEnds: false,
        fetch: (query, signal) => context.threads.listOfUser(username, query, signal),
      },
      args,
      context,
    ),
  text: listText,
});
