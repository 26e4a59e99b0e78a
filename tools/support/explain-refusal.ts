import { AgoraError, type ErrorCode } from '../../src/agora/errors.ts';

/** Codes that are about the thread or the group, not about the call. */
const ABOUT_THE_TARGET = new Set<ErrorCode>([
  'thread_not_found',
  'group_not_found',
  'user_or_group_not_found',
  'rate_limited',
]);

/** Explains a refusal of an undocumented call, which most likely means the call itself and not its arguments. */
export function explainRefusal(error: unknown): never {
  if (!(error instanceof AgoraError)) throw error;
  const { status, code } = error.facts;
  if (status === undefined || status >= 500 || ABOUT_THE_TARGET.has(code)) throw error;
  throw error.with({
    next: 'This call is documented nowhere, and this service or token may not take it: use the documented lists (list_user_threads, list_user_group_threads) instead.',
  });
}

/** Explains where the service does not give its groups: those calls are documented by Easemob only. */
export function explainMissingGroups(error: unknown): never {
  if (!(error instanceof AgoraError)) throw error;
  const { status, code } = error.facts;
  const isAboutTheCall = status === 403 || status === 404 || status === 405 || status === 501;
  if (!isAboutTheCall || code === 'user_not_found' || code === 'app_not_found') throw error;
  throw error.with({
    next: 'This service or token may not give its groups: ask the user for the group id. find_threads works without groups and shows the group id of each thread.',
  });
}
