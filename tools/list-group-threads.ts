import * as z from 'zod';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { explainRefusal } from './support/explain-refusal.ts';
import { groupId, listArguments, showsOrCounts } from './support/parameters.ts';
import { listThreads, ofThreads } from './support/thread-list.ts';

const { sort: _fixed, ...withoutSort } = listArguments;

export const listGroupThreads = defineTool({
  name: 'list_group_threads',
  title: 'List all threads of a group',
  description:
    'Lists all Agora Chat threads of a group, whoever their members are, newest first. The vendor documents this call nowhere (its web SDK makes it), so the service may refuse it.',
  ...ofThreads,
  input: z.strictObject({ group_id: groupId, ...withoutSort }).refine(...showsOrCounts),
  handle: (args, context) =>
    listThreads({ ...args, sort: 'desc' }, context, {
      tool: 'list_group_threads',
      fetch: (query, signal) => context.threads.listOfGroup(args.group_id, query, signal).catch(explainRefusal),
    }),
});
