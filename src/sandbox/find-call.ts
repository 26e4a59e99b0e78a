import { SANDBOX } from './identity.ts';
import { noSuchApp, type Refusal, refuse } from './refusals.ts';

/** The whole API: each call with its method, and its path after the app's prefix, where `:` is any one segment. */
const CALLS = [
  // `thread` and `threads` are as in the documents' curl samples.
  ['create', 'POST', 'thread'],
  ['rename', 'PUT', 'thread/:'],
  ['delete', 'DELETE', 'thread/:'],
  ['list', 'GET', 'thread'],
  ['list_user', 'GET', 'threads/user/:'],
  ['list_user_group', 'GET', 'threads/chatgroups/:/user/:'],
  ['members', 'GET', 'thread/:/users'],
  ['add_members', 'POST', 'thread/:/users'],
  ['remove_members', 'DELETE', 'thread/:/users'],
  ['token', 'POST', 'token'],
  // These two are called only by the official web SDKs, and not documented [SDK].
  ['get', 'GET', 'thread/:'],
  ['list_group', 'GET', 'threads/chatgroups/:'],
  ['list_groups', 'GET', 'chatgroups'],
  ['list_user_groups', 'GET', 'chatgroups/user/:'],
  ['list_joined_groups', 'GET', 'users/:/joined_chatgroups'],
  ['group_members', 'GET', 'chatgroups/:/users'],
  ['get_groups', 'GET', 'chatgroups/:'],
  ['get_user', 'GET', 'users/:'],
] as const;

export const ENDPOINTS = CALLS.map(([endpoint]) => endpoint);
export type Endpoint = (typeof CALLS)[number][0];

export interface Match {
  readonly endpoint: Endpoint;
  /** The decoded segments that `:` matched. */
  readonly parts: readonly string[];
}

/**
 * Finds the call that an address means. It begins with the app's prefix, `/{org}/{app}` or `/app-id/{app_id}`
 * [EN][EM][SW], and is case-sensitive. It is split first and each segment is then decoded once, so an encoded slash stays
 * inside its segment and never leads to another call. Dots have no special meaning.
 *
 * @param path still percent-encoded
 * @returns a refusal where there is no such call: 404 for an unknown app or path, 405 for a known path with another
 *   method, 400 for an escape that cannot be decoded
 */
export function findCall(method: string, path: string): Match | Refusal {
  const [start, ...encoded] = path.split('/');
  if (start !== '') return refuse('noRoute');
  let decoded: string[];
  try {
    decoded = encoded.map(decodeURIComponent);
  } catch {
    return refuse('badUrl');
  }
  const [first = '', second = '', ...segments] = decoded;
  const isOwnApp =
    (first === 'app-id' && second === SANDBOX.appId) || (first === SANDBOX.orgName && second === SANDBOX.appName);
  if (!isOwnApp) return noSuchApp(`${first}/${second}`, path.slice(1));
  const samePath = CALLS.filter(([, , pattern]) => fits(pattern.split('/'), segments));
  const call = samePath.find(([, candidate]) => candidate === method);
  if (!call) return refuse(samePath.length > 0 ? 'wrongMethod' : 'noRoute');
  const [endpoint, , pattern] = call;
  const names = pattern.split('/');
  return { endpoint, parts: segments.filter((_, index) => names[index] === ':') };
}

const fits = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, index) => (part === ':' ? segments[index] !== '' : part === segments[index]));
