import { defined } from '../base/defined.ts';
import { shownId, shownName } from '../present/thread-facts.ts';
import type { Question } from './ask-by-form.ts';
import { confirmationQuestion } from './confirmation-question.ts';
import type { ToolContext } from './define-tool.ts';
import type { QuestionThread } from './question-parts.ts';
import { type Target, targetFacts } from './targets.ts';
import type { ConfirmFacts } from './view-data.ts';

/**
 * The question about the targets of a call, as a person gets it: the same words in a form, on a terminal and beside a
 * code, and what a view draws.
 *
 * @param users who would be removed from the threads; without them the threads are deleted
 */
export function questionAbout(
  targets: readonly Target[],
  users: readonly string[] | undefined,
  { app: { name: app, host, sandbox }, groupNames, language }: ToolContext,
): { readonly question: Question; readonly view: ConfirmFacts } {
  const threads = targets.map((target): QuestionThread => {
    const { gone, thread, verified, members } = target;
    const group = thread.groupId && groupNames.recall(thread.groupId);
    return defined({
      ...targetFacts(target),
      verified,
      group: group && shownName(group),
      gone: gone || undefined,
      members,
    });
  });
  const shared = { app, host, sandbox, ...defined({ users: users?.map(shownId) }) };
  const items = threads.map(({ members: _, ...item }) => item);
  return {
    question: confirmationQuestion({ ...shared, threads }, language),
    view: { ...shared, action: users ? 'remove' : 'delete', items },
  };
}
