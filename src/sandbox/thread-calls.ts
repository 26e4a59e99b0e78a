import * as z from 'zod';
import type { Endpoint } from './find-call.ts';
import { cutPage } from './page.ts';
import { readFields } from './read-fields.ts';
import { refuse } from './refusals.ts';
import type { SandboxState, Thread } from './state.ts';

/** What a call works with. */
export interface CallContext {
  readonly state: SandboxState;
  readonly query: URLSearchParams;
  /** As received; empty if there is none. */
  readonly body: string;
}

/**
 * Does what a call asks for.
 *
 * @param first and `second` are the decoded segments of the path that can be anything
 * @returns the answer without its envelope
 * @throws Refusal
 */
export type Handler = (context: CallContext, first: string, second: string) => object;

const newThread = z.object({ group_id: z.string(), msg_id: z.string(), name: z.string(), owner: z.string() });
const newName = z.object({ name: z.string() });
/** An empty list is refused as unreadable (our choice). */
const someUsers = z.object({ usernames: z.array(z.string().min(1)).min(1) });

export const THREAD_CALLS = {
  create({ state, body }) {
    // The vendor's table has an entry of its own for a body that is not JSON.
    const { group_id, msg_id, name, owner } = readFields(body, newThread, () => refuse('unreadableBody'));
    const { id } = state.create({ groupId: group_id, msgId: msg_id, name, owner });
    return { data: { thread_id: id } };
  },
  rename({ state, body }, threadId) {
    const { name } = state.rename(threadId, readFields(body, newName).name);
    return { data: { name } };
  },
  delete({ state }, threadId) {
    state.delete(threadId);
    return { data: { status: 'ok' } };
  },
  list({ state, query }) {
    const { items, properties } = cutPage(query, state.created(), 'app');
    return { entities: items.map(({ id }) => ({ id })), properties };
  },
  list_user: (context, user) => joinedPage(context, `user/${user}`, user),
  list_user_group: (context, groupId, user) => joinedPage(context, `chatgroups/${groupId}/user/${user}`, user, groupId),
  members({ state, query }, threadId) {
    // No `sort`: always by join time, oldest first [APIREF].
    const { items, properties } = cutPage(query, state.members(threadId), `members/${threadId}`, 'asc');
    return { data: { affiliations: items.map(({ user }) => user) }, properties };
  },
  add_members({ state, body }, threadId) {
    state.addMembers(threadId, readUsernames(body));
    return { data: { status: 'ok' } };
  },
  remove_members: ({ state, body }, threadId) => ({ entities: state.removeMembers(threadId, readUsernames(body)) }),
  get: ({ state }, threadId) => ({
    data: { ...threadObject(state.thread(threadId)), affiliations_count: state.members(threadId).length },
  }),
  list_group({ state, query }, groupId) {
    // The SDK sends no `sort`: by creation time, newest first [APIREF].
    const { items, properties } = cutPage(query, state.created(groupId), `chatgroups/${groupId}`, 'desc');
    return { entities: items.map(threadObject), properties };
  },
} as const satisfies Partial<Record<Endpoint, Handler>>;

function joinedPage({ state, query }: CallContext, name: string, user: string, groupId?: string): object {
  const { items, properties } = cutPage(query, state.joined(user, groupId), name);
  return { entities: items.map(({ threadId }) => threadObject(state.thread(threadId))), properties };
}

/** The thread object of rows 5 and 6, with the fields in the samples' order [EN][EM]. */
const threadObject = ({ id, name, owner, msgId, groupId, created }: Thread) => ({
  id,
  name,
  owner,
  msgId,
  groupId,
  created,
});

/** 1 to 10 user ids [EM]. */
function readUsernames(body: string): string[] {
  const { usernames } = readFields(body, someUsers);
  if (usernames.length > 10) throw refuse('tooManyUsers');
  return usernames;
}
