import * as z from 'zod';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { filteredListArguments, showsOrCountsFiltered, spanInOrder, username } from './support/parameters.ts';
import { listThreads, ofThreads } from './support/thread-list.ts';

export const listUserThreads = defineTool({
  name: 'list_user_threads',
  title: "List a user's threads",
  description:
    'Lists the Agora Chat threads a user has joined, in all groups, with name, owner, group and day. Without a user use find_threads. Order: by the time the user joined, or by creation time (the vendor documents both).',
  ...ofThreads,
  drawnAs: 'list',
  input: z
    .strictObject({ username, ...filteredListArguments })
    .refine(...spanInOrder)
    .refine(...showsOrCountsFiltered),
  handle: (args, context) =>
    listThreads(args, context, {
      tool: 'list_user_threads',
      fetch: (query, signal) => context.threads.listOfUser(args.username, query, signal),
    }),
});
