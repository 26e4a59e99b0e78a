import { AgoraError, orRefusal } from '../../src/agora/errors.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';

/** Whom an empty list is about: a user as its member, or as the owner that it was narrowed to. */
type Ids = Partial<Readonly<Record<'username' | 'owner' | 'group_id', string | undefined>>>;

/**
 * Settles an empty list by one look: the service may answer an empty list for a user or group that does not exist.
 *
 * @returns what could not be checked, in a sentence
 * @throws AgoraError `user_not_found` with the likely id, or `group_not_found`
 */
export async function settleEmpty(
  { username, owner, group_id }: Ids,
  { groups, signal }: ToolContext,
): Promise<readonly string[]> {
  const user = username ?? owner;
  const notes: string[] = [];
  const look = async (what: string, call: Promise<unknown>): Promise<void> => {
    const answer = await orRefusal(call);
    if (!(answer instanceof AgoraError)) return;
    if (answer.code === 'user_not_found') throw username === undefined ? answer.with({ about: ['owner'] }) : answer;
    if (answer.code === 'group_not_found') throw answer;
    notes.push(`Whether this ${what} exists could not be checked.`);
  };
  if (user !== undefined) await look('user', groups.getUser(user, signal));
  if (group_id !== undefined) await look('group', groups.listMembers(group_id, { page: 0, size: 1 }, signal));
  return notes;
}
