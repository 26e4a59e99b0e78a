interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After the app's prefix. Each name in braces stands for an id. */
  readonly path: string;
  /** Doubles a short time limit: the vendor's own samples show 12 s for removing members. */
  readonly slow?: true;
  /** Calls a second, where the service allows less than the usual 100 [EM rate table]. */
  readonly perSecond?: number;
}

const endpoints = {
  create: { method: 'POST', path: 'thread' },
  rename: { method: 'PUT', path: 'thread/{thread_id}' },
  delete: { method: 'DELETE', path: 'thread/{thread_id}' },
  list: { method: 'GET', path: 'thread' },
  list_user: { method: 'GET', path: 'threads/user/{username}' },
  list_user_group: { method: 'GET', path: 'threads/chatgroups/{group_id}/user/{username}' },
  members: { method: 'GET', path: 'thread/{thread_id}/users' },
  add_members: { method: 'POST', path: 'thread/{thread_id}/users', slow: true },
  // Some tables print `threads/…` here; all samples and the newest pages print the singular.
  remove_members: { method: 'DELETE', path: 'thread/{thread_id}/users', slow: true },
  // Undocumented: two calls of the web SDK [SDK].
  get: { method: 'GET', path: 'thread/{thread_id}' },
  list_group: { method: 'GET', path: 'threads/chatgroups/{group_id}' },
  list_groups: { method: 'GET', path: 'chatgroups' },
  list_user_groups: { method: 'GET', path: 'chatgroups/user/{username}', perSecond: 50 },
  list_joined_groups: { method: 'GET', path: 'users/{username}/joined_chatgroups', perSecond: 50 },
  group_members: { method: 'GET', path: 'chatgroups/{group_id}/users' },
  get_groups: { method: 'GET', path: 'chatgroups/{group_ids}' },
  get_user: { method: 'GET', path: 'users/{username}' },
  // The exchange of credentials.
  token: { method: 'POST', path: 'token' },
} as const satisfies Readonly<Record<string, Request>>;

export type Endpoint = keyof typeof endpoints;
/** The calls of the REST API. Each has its own rate limit. */
export const ENDPOINTS: Readonly<Record<Endpoint, Request>> = endpoints;
