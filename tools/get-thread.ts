import * as z from 'zod';
import { defined } from '../src/base/defined.ts';
import { described, factsOf, threadFacts, titled } from '../src/present/thread-facts.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { explainRefusal } from './support/explain-refusal.ts';
import { threadId } from './support/parameters.ts';

export const getThread = defineTool({
  name: 'get_thread',
  title: 'Get one thread',
  description:
    'Gets one thread by its id, with its member count. The vendor documents this call nowhere (its web SDK makes it), so the service may refuse it.',
  kind: 'read',
  input: z.strictObject({ thread_id: threadId }),
  output: z.object({ summary: z.string(), thread: threadFacts }),
  async handle({ thread_id }, { threads, seen, clock, signal }) {
    const { memberCount, ...thread } = await threads.get(thread_id, signal).catch(explainRefusal);
    seen.remember([thread], clock.now());
    const facts = defined({ ...factsOf(thread), member_count: memberCount?.toString() });
    return { summary: `Found ${titled(facts)}: ${described(facts)}.`, thread: facts };
  },
  text: ({ summary, thread: { msg_id } }) => (msg_id === undefined ? summary : `${summary}\nmsg_id ${msg_id}`),
});
