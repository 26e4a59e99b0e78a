import { AgoraError } from '../../src/agora/errors.ts';
import { quotedName } from '../../src/present/thread-facts.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';

type Ids = { readonly username: string; readonly group_id?: string };

/** User ids are registered in lower case, and people write `@lin` or copy `org#app_lin` from a webhook. */
const likelyId = (username: string): string =>
  username
    .replace(/^@/, '')
    .replace(/^[^#]+#[^_]+_/, '')
    .toLowerCase();

const UNKNOWN = new Set<string>(['user_not_found', 'group_not_found']);

/**
 * Settles an empty list by one look: the service may answer an empty list for a user or group that does not exist.
 *
 * @returns what could not be checked, in a sentence
 * @throws AgoraError `user_not_found` with the likely id, or `group_not_found`
 */
export async function settleEmpty(
  { username, group_id }: Ids,
  { groups }: ToolContext,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const notes: string[] = [];
  const look = async (what: string, call: Promise<unknown>): Promise<void> => {
    await call.catch((error: unknown) => {
      if (!(error instanceof AgoraError)) throw error;
      if (UNKNOWN.has(error.code)) throw withLikelyId(error, username);
      notes.push(`Whether this ${what} exists could not be checked.`);
    });
  };
  await look('user', groups.getUser(username, signal));
  if (group_id !== undefined) await look('group', groups.listMembers(group_id, { page: 0, size: 1 }, signal));
  return notes;
}

function withLikelyId(error: AgoraError, username: string): AgoraError {
  const likely = likelyId(username);
  if (error.code !== 'user_not_found' || likely === username || likely === '') return error;
  return error.with({ next: `User ids are in lower case, without @ and org#app_: try ${quotedName(likely)}.` });
}
