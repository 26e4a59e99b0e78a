import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { type Answer, LEAVES_IDLE_OPEN, refusal } from './http.ts';

export interface ServiceThread {
  readonly id: string;
  name: string;
  readonly owner: string;
  readonly groupId: string;
  readonly msgId: string;
  readonly created: number;
  readonly members: string[];
}

/** A request as the service understood it. */
export interface ServiceRequest {
  readonly endpoint:
    | 'members'
    | 'list_user'
    | 'list_user_group'
    | 'create'
    | 'delete'
    | 'add_members'
    | 'remove_members'
    | 'other';
  /** The thread, or the user whose list it is. */
  readonly target: string;
  readonly body: string;
}

/** What a test does to a request: an answer in place of the true one, `reset`, `hang`, or nothing. */
export type Interference = Answer | 'reset' | 'hang' | undefined;

export interface ThreadService {
  readonly url: string;
  readonly threads: Map<string, ServiceThread>;
  readonly requests: ServiceRequest[];
  /** What the service has last said of each thread's name, in any list. */
  readonly namesGiven: Map<string, string>;
  /** Ids of threads that were deleted, in order. */
  readonly deleted: string[];
}

export interface ServiceOptions {
  /** When a thread is created; by default the time of this machine. */
  readonly now?: () => number;
  /** Asked before the work of each request, with its index; its answer stands in for the service's. */
  readonly before?: (request: ServiceRequest, index: number) => Interference | Promise<Interference>;
  /** Asked after the work: an answer here is what the client gets in place of the true one. */
  readonly after?: (request: ServiceRequest, index: number) => Interference | Promise<Interference>;
}

const GROUP = '210000000000001';

const newThread = z.object({ group_id: z.string(), msg_id: z.string(), name: z.string(), owner: z.string() });
const userList = z.object({ usernames: z.array(z.string()).min(1).max(10) });

/** Threads of one owner in one group, one an hour, oldest first; each has its owner and `extra` as members. */
export const threadsOf = (owner: string, count: number, extra: readonly string[] = []): ServiceThread[] =>
  Array.from({ length: count }, (_, n) => ({
    id: String(240_000_000_000_000 + n),
    name: `Thread ${n}`,
    owner,
    groupId: GROUP,
    msgId: String(1_180_000_000_000_000_000n + BigInt(n)),
    created: Date.UTC(2026, 0, 1) + n * 3_600_000,
    members: [owner, ...extra],
  }));

/**
 * A stand-in for Agora Chat that keeps threads and their members, and lets a test change anything before, within or
 * after any request. It shares no code with the sandbox.
 */
export async function threadService(
  list: readonly ServiceThread[],
  options: ServiceOptions = {},
): Promise<ThreadService> {
  const threads = new Map(list.map((thread) => [thread.id, thread]));
  const requests: ServiceRequest[] = [];
  const namesGiven = new Map<string, string>();
  const deleted: string[] = [];
  let created = 0;

  function pageOf(all: readonly ServiceThread[], query: URLSearchParams): Answer {
    const limit = Number(query.get('limit') ?? '50');
    const ascending = query.get('sort') === 'asc';
    const key = query.get('cursor') ? Number(query.get('cursor')) : undefined;
    const rest = [...all]
      .sort((a, b) => (ascending ? 1 : -1) * (a.created - b.created))
      .filter(({ created }) => key === undefined || (ascending ? created > key : created < key));
    const page = rest.slice(0, limit);
    for (const { id, name } of page) namesGiven.set(id, name);
    const last = page.at(-1);
    return {
      json: {
        action: 'get',
        entities: page.map(({ id, name, owner, groupId, msgId, created }) => ({
          id,
          name,
          owner,
          groupId,
          msgId,
          created,
        })),
        properties: { cursor: String(last?.created ?? key ?? 0) },
      },
    };
  }

  function work({ endpoint, target, body }: ServiceRequest, groupId: string, query: URLSearchParams): Answer {
    const of = (user: string) => [...threads.values()].filter(({ members }) => members.includes(user));
    const thread = threads.get(target);
    switch (endpoint) {
      case 'list_user':
        return pageOf(of(target), query);
      case 'list_user_group':
        return pageOf(
          of(target).filter((one) => one.groupId === groupId),
          query,
        );
      case 'members': {
        if (!thread) return refusal(404, 'group_error', 'thread not found.');
        const limit = Number(query.get('limit') ?? '50');
        const from = Number(query.get('cursor') || '0');
        const affiliations = thread.members.slice(from, from + limit);
        return {
          json: { action: 'get', data: { affiliations }, properties: { cursor: String(from + affiliations.length) } },
        };
      }
      case 'delete':
        if (!threads.delete(target)) return refusal(404, 'group_error', 'thread not found.');
        deleted.push(target);
        return { json: { action: 'delete', data: { status: 'ok' } } };
      case 'create': {
        const { group_id: groupId, msg_id: msgId, name, owner } = newThread.parse(JSON.parse(body));
        if ([...threads.values()].some((one) => one.msgId === msgId)) {
          return refusal(403, 'group_error', 'msg already create thread.not allow to create.');
        }
        created += 1;
        const id = String(250_000_000_000_000 + created);
        threads.set(id, { id, name, owner, groupId, msgId, created: options.now?.() ?? Date.now(), members: [owner] });
        return { json: { action: 'post', data: { thread_id: id } } };
      }
      case 'add_members': {
        if (!thread) return refusal(404, 'group_error', 'thread not found.');
        const { usernames } = userList.parse(JSON.parse(body));
        for (const user of usernames) if (!thread.members.includes(user)) thread.members.push(user);
        return { json: { action: 'post', data: { status: 'ok' } } };
      }
      case 'remove_members': {
        if (!thread) return refusal(404, 'group_error', 'thread not found.');
        const { usernames } = userList.parse(JSON.parse(body));
        const entities = usernames.map((user) => {
          const at = thread.members.indexOf(user);
          if (at !== -1) thread.members.splice(at, 1);
          return { user, result: at !== -1 };
        });
        return { json: { action: 'delete', entities } };
      }
      default:
        return refusal(404, 'service_resource_not_found', 'Service resource not found');
    }
  }

  const server = createServer(LEAVES_IDLE_OPEN, (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => void answer(Buffer.concat(chunks).toString('utf8')));

    async function answer(body: string): Promise<void> {
      const url = new URL(incoming.url ?? '', 'http://service');
      const [, , , ...path] = url.pathname.split('/').map(decodeURIComponent);
      const { request, groupId } = understood(incoming.method ?? '', path, body);
      const index = requests.push(request) - 1;
      const instead = await options.before?.(request, index);
      const truth = instead ?? work(request, groupId, url.searchParams);
      const said = instead === undefined ? ((await options.after?.(request, index)) ?? truth) : truth;
      if (said === 'hang') return;
      if (said === 'reset') return void incoming.socket.destroy();
      const date = options.now && { date: new Date(options.now()).toUTCString() };
      outgoing.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...date, ...said.headers });
      outgoing.end(JSON.stringify(said.json ?? {}));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, threads, requests, namesGiven, deleted };
}

function understood(
  method: string,
  path: readonly string[],
  body: string,
): { request: ServiceRequest; groupId: string } {
  const [first = '', second = '', third = '', fourth = '', fifth = ''] = path;
  const request = (endpoint: ServiceRequest['endpoint'], target: string, groupId = '') => ({
    request: { endpoint, target, body },
    groupId,
  });
  if (first === 'threads' && second === 'user') return request('list_user', third);
  if (first === 'threads' && second === 'chatgroups' && fourth === 'user')
    return request('list_user_group', fifth, third);
  if (first === 'thread' && third === 'users') {
    return request(method === 'DELETE' ? 'remove_members' : method === 'POST' ? 'add_members' : 'members', second);
  }
  if (first === 'thread' && second === '' && method === 'POST') return request('create', '');
  if (first === 'thread' && method === 'DELETE') return request('delete', second);
  return request('other', path.join('/'));
}
