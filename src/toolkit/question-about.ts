import { defined } from '../base/defined.ts';
import { shownId, shownName } from '../present/thread-facts.ts';
import { utcDay } from '../present/time.ts';
import type { Question } from './ask-by-form.ts';
import { confirmationQuestion } from './confirmation-question.ts';
import type { ToolContext } from './define-tool.ts';
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
  const where = { app, host, sandbox };
  const shown = targets.map((target) => {
    const { gone, thread, verified, members } = target;
    const { groupId, created } = thread;
    const groupName = groupId === undefined ? undefined : groupNames.recall(groupId);
    const group = groupName === undefined ? undefined : shownName(groupName);
    const facts = targetFacts(target);
    return {
      item: { ...facts, verified, ...defined({ group }), ...(gone && ({ gone } as const)) },
      thread: {
        id: facts.id,
        name: facts.name,
        verified,
        group: groupId === undefined ? undefined : { id: shownId(groupId), name: group },
        owner: facts.owner,
        created: created === undefined ? undefined : utcDay(created),
        members: members && { count: members.ids.length, complete: members.complete },
        gone,
      },
    };
  });
  const shownUsers = users?.map(shownId);
  const threads = shown.map(({ thread }) => thread);
  const items = shown.map(({ item }) => item);
  return {
    question: confirmationQuestion({ threads, users: shownUsers, ...where }, language),
    view: { ...where, items, ...(shownUsers ? { action: 'remove', users: shownUsers } : { action: 'delete' }) },
  };
}
