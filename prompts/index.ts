import type { Prompt, PromptContext, PromptMaker } from '../src/toolkit/prompt.ts';
import { findStaleThreads } from './find-stale-threads.ts';
import { reportOnGroup } from './report-on-group.ts';
import { triageUserThreads } from './triage-user-threads.ts';

/** Every prompt, in the order in which hosts show them. */
const makers: readonly PromptMaker[] = [triageUserThreads, findStaleThreads, reportOnGroup];

/** The prompts whose tools are all registered. */
export const promptsFor = (context: PromptContext): readonly Prompt[] =>
  makers.map((make) => make(context)).filter(({ tools }) => tools.every((tool) => context.tools.has(tool)));
