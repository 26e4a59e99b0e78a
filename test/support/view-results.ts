import type { CallTool, Json } from './chat.ts';

/* Results as the server gives them to a client that draws views. */

export const VIEW_KEY = 'agora-threads/view';

export interface ListedThread {
  readonly id: string;
  readonly name?: string;
  readonly owner?: string;
  readonly group_id?: string;
  readonly created?: string;
}

interface ListOptions {
  readonly deletable?: boolean;
  readonly args?: Json;
  /** Names by id. */
  readonly groups?: Json;
  /** More fields of the structure. */
  readonly more?: Json;
}

export const listResult = (
  threads: readonly ListedThread[],
  { deletable = true, args = {}, groups = {}, more }: ListOptions = {},
) => ({
  content: [{ type: 'text', text: 'a list of threads' }],
  structuredContent: { summary: 'A list of threads.', threads, has_more: false, stopped: 'end', ...more },
  _meta: { [VIEW_KEY]: { kind: 'list', tool: 'find_threads', args, deletable, groups } },
});

export const APPROVAL = 'abcdefghijklmnopqrstuvwxyz012345';

/** The question that `delete_threads` asks in a view. */
export const questionResult = (items: readonly Json[], more: Json = {}) => ({
  content: [{ type: 'text', text: 'Nothing was deleted yet.' }],
  structuredContent: {
    summary: 'Nothing was deleted yet.',
    status: 'confirmation_required',
    results: items.map((thread) => ({ thread_id: thread['id'], status: 'not_deleted_yet', thread })),
  },
  _meta: {
    [VIEW_KEY]: {
      kind: 'confirm',
      approval: APPROVAL,
      action: 'delete',
      app: 'acme#support',
      host: 'a1.chat.agora.io',
      sandbox: false,
      items,
      ...more,
    },
  },
});

export const item = (id: string, name: string, more: Json = {}): Json => ({
  id,
  name,
  owner: 'lin',
  group_id: '2100',
  group: 'Refunds',
  created_at: '2025-01-01T00:00:00Z',
  member_count: '12',
  verified: true,
  ...more,
});

/** What `answer_confirmation` answers; after a yes with the structure of the deletion. */
export const answerResult = (state: string, more: Json = {}) => ({
  content: [{ type: 'text', text: `It is ${state}.` }],
  structuredContent: { summary: `It is ${state}.`, state, ...more },
});

export const outcomeOf = (rows: Readonly<Record<string, string>>): Json => ({
  status: Object.values(rows).every((status) => status === 'deleted') ? 'done' : 'partly_done',
  confirmed_by: 'click',
  results: Object.entries(rows).map(([thread_id, status]) => ({
    thread_id,
    status,
    thread: { id: thread_id, name: `Thread ${thread_id}`, owner: 'lin' },
  })),
});

/** Answers of `answer_confirmation` in the order of the calls, by what the view sent; the last is repeated. */
export function answersOf(answers: Readonly<Record<string, readonly (Json | Error)[]>>): CallTool {
  const left = new Map(Object.entries(answers).map(([word, replies]) => [word, [...replies]]));
  return async (_name, { approval, answer }) => {
    const replies = left.get(String(answer)) ?? [];
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (approval !== APPROVAL || reply === undefined) throw new Error(`unexpected: ${approval} ${answer}`);
    if (reply instanceof Error) throw reply;
    return reply;
  };
}

/** `answer_confirmation` refusing an approval: an error whose code is the state. */
export const refusalResult = (state: 'closed' | 'unknown') => ({
  content: [{ type: 'text', text: `Error [${state}]: This question is no longer open.` }],
  structuredContent: { summary: 'This question is no longer open.', state },
  isError: true,
});

/** A question about three threads, one of them gone, and what the server says of it. */
export const ITEMS = [
  item('1', 'Refund 10'),
  item('2', 'Refund 9', { verified: false }),
  item('3', 'Launch', { gone: true }),
];
export const QUESTION = questionResult(ITEMS);
export const OPEN = answerResult('open');
export const DELETED = answerResult('settled', outcomeOf({ 1: 'deleted', 2: 'deleted' }));
