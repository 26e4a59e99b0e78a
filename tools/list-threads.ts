import * as z from 'zod';
import type { Thread } from '../src/agora/thread.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { listArguments, showsOrCounts } from './support/parameters.ts';
import { listThreads, ofThreads } from './support/thread-list.ts';

/** The app list gives only ids: unless told, a model would take the threads for nameless. */
function unknownNames(threads: readonly Thread[]): string[] {
  const known = threads.filter(({ name }) => name !== undefined).length;
  if (threads.length === 0 || known === threads.length) return [];
  return [
    `This list gives ids only; name unknown for ${threads.length - known} of ${threads.length}: find_threads shows names.`,
  ];
}

export const listThreadsTool = defineTool({
  name: 'list_threads',
  title: 'List all threads of the app',
  description:
    'Lists every Agora Chat thread of the app by creation time. The service gives only ids here: names appear where an earlier list has shown them. To find threads by name, owner or age use find_threads.',
  ...ofThreads,
  drawnAs: 'list',
  input: z.strictObject(listArguments).refine(...showsOrCounts),
  handle: (args, context) =>
    listThreads(args, context, {
      tool: 'list_threads',
      fetch: (query, signal) => context.threads.list(query, signal),
      notes: unknownNames,
    }),
});
