import type { Prompt } from '../src/toolkit/prompt.ts';
import { findStaleThreads } from './find-stale-threads.ts';
import { reportOnGroup } from './report-on-group.ts';
import { triageUserThreads } from './triage-user-threads.ts';

/** Every prompt, in the order in which hosts show them. */
export const prompts: readonly Prompt[] = [triageUserThreads, findStaleThreads, reportOnGroup];
