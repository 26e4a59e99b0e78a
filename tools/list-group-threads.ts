import * as z from 'zod';
import { listResult, listText } from '../src/present/list-result.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { explainRefusal } from './support/explain-refusal.ts';
import { groupId, listArguments } from './support/parameters.ts';
import { listThreads } from './support/thread-list.ts';

const { sort: _fixed, ...withoutSort } = listArguments;

export const listGroupThreads = defineTool({
  name: 'list_group_threads',
  title: 'List all threads of a group',
  description:
    'Lists all Agora Chat threads of a group, whoever their members are, newest first. The vendor documents this call nowhere (its web SDK makes it), so the service may refuse it.',
  kind: 'read',
  input: z.strictObject({ group_id: groupId, ...withoutSort }),
  output: listResult,
  handle: ({ group_id, ...args }, context) =>
    listThreads(
      {
        tool: 'list_group_threads',
        scope: { group_id },
        subject: `Threads of group ${group_id}`,
        shortPageEnds: false,
        fetch: (query, signal) => context.threads.listOfGroup(group_id, query, signal).catch(explainRefusal),
      },
      { ...args, sort: 'desc' },
      context,
    ),
  text: listText,
});
