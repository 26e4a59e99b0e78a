import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { catalogue } from '../../tools/index.ts';
import { initialize, openRaw, type RawServer, startRaw } from '../support/raw.ts';

// What is sent back is held against MCP 2025-11-25 in test/support/raw.ts, line by line, in every test here.

const [message] = SANDBOX_HINTS.freeMessages;
const [user] = SANDBOX_HINTS.users;

const called = z.object({
  result: z.object({
    content: z.tuple([z.object({ text: z.string() })]),
    structuredContent: z.looseObject({
      status: z.string().optional(),
      thread_id: z.string().optional(),
      confirmation_code: z.string().optional(),
    }),
  }),
});

async function call(server: RawServer, id: number, name: string, args: object) {
  const answer = await server.ask(id, 'tools/call', { name, arguments: args, _meta: { progressToken: `p${id}` } });
  return called.parse(answer).result.structuredContent;
}

async function create(server: RawServer, id: number): Promise<string> {
  const { id: msg_id, group_id, owner } = message;
  const created = await call(server, id, 'create_thread', { msg_id, group_id, owner, name: 'By version' });
  return created.thread_id ?? '';
}

const VERSIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

describe.each(VERSIONS)('a client of %s', (protocolVersion) => {
  const begin = async (capabilities: object) => {
    const server = startRaw();
    const answer = await server.ask(1, 'initialize', { ...initialize.params, protocolVersion, capabilities });
    expect(answer).toMatchObject({ result: { protocolVersion } });
    server.send({ method: 'notifications/initialized' });
    return server;
  };

  it('lists, reads, writes, and deletes by a code', async () => {
    const server = await begin({});
    expect(await server.ask(2, 'ping')).toMatchObject({ result: {} });
    expect(await server.ask(3, 'tools/list', {})).toHaveProperty('result.tools.length', catalogue.length);
    expect(await server.ask(10, 'prompts/list')).toHaveProperty('result.prompts.length', 3);
    const prompt = { name: 'triage_user_threads', arguments: { username: user } };
    expect(await server.ask(11, 'prompts/get', prompt)).toHaveProperty('result.messages.length', 1);
    await call(server, 4, 'list_user_threads', { username: user, limit: 2, max_scan: 500 });
    const thread_id = await create(server, 5);
    const { status, confirmation_code } = await call(server, 6, 'delete_thread', { thread_id });
    expect(status).toBe('confirmation_required');
    const deleted = await call(server, 7, 'delete_thread', { thread_id, confirmation_code });
    expect(deleted.status).toBe('deleted');
    expect(await server.ask(8, 'tools/call', { name: 'nothing' })).toMatchObject({ error: { code: -32602 } });
    expect(await server.ask(9, 'resources/list', {})).toMatchObject({ result: { resources: [] } });
    expect(await server.ask(12, 'resources/templates/list')).toMatchObject({ result: { resourceTemplates: [] } });
    expect(await server.ask(13, 'completion/complete', {})).toMatchObject({ error: { code: -32601 } });
  });

  // Forms came with 2025-06-18. What an older client declares is taken at its word: at worst it refuses the question.
  it.each([
    ['answers it', { result: { action: 'accept', content: { confirm: true } } }, 'deleted'],
    ['does not know the question', { error: { code: -32601, message: 'Method not found' } }, 'declined'],
  ])('that declares forms and %s', async (_what, reply, status) => {
    const server = await begin({ elicitation: {} });
    const thread_id = await create(server, 2);
    const deletion = call(server, 3, 'delete_thread', { thread_id });
    server.send({ id: await server.asks(), ...reply });
    expect((await deletion).status).toBe(status);
  });
});

it.each(['2026-07-28', '1999-01-01', 'next'])(
  'a client of %s is offered the newest version that is known',
  async (protocolVersion) => {
    const server = startRaw();
    const answer = await server.ask(1, 'initialize', { ...initialize.params, protocolVersion });
    expect(answer).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
  },
);

it('a batch, which a client of 2025-03-26 may send, is answered one by one', async () => {
  const server = await openRaw();
  const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
  const batch = [ping(2), { jsonrpc: '2.0', method: 'notifications/unheard' }, 5, ping(3), { id: 4, method: 'ping' }];
  for (const message of batch) if (typeof message === 'object') server.expect(message);
  const answers = Promise.all([2, 3, 4].map(server.next));
  server.child.stdin.write(`${JSON.stringify(batch)}\n[]\n`);
  expect(await answers).toMatchObject([{ result: {} }, { result: {} }, { error: { code: -32600 } }]);
});

describe('what a client gets wrong is answered, and in words', () => {
  it.each([
    ['a list', []],
    ['text', '{"limit":1}'],
    ['a number', 1],
  ])('%s for arguments', async (_what, args) => {
    const server = await openRaw();
    const answer = await server.ask(2, 'tools/call', { name: 'list_threads', arguments: args });
    expect(answer).toMatchObject({ result: { isError: true } });
    expect(JSON.stringify(answer)).toContain(
      'Error [bad_arguments]: [sandbox] list_threads was not called: the arguments must be an object.',
    );
  });

  it('null for arguments counts as none', async () => {
    const server = await openRaw();
    const answer = await server.ask(2, 'tools/call', { name: 'list_threads', arguments: null });
    expect(answer).toHaveProperty('result.structuredContent');
  });

  it.each([{}, { name: 5 }, { arguments: {} }])('%j for params names no tool', async (params) => {
    const server = await openRaw();
    const answer = await server.ask(2, 'tools/call', params);
    expect(answer).toMatchObject({
      error: { code: -32602, message: expect.stringMatching(/^There is no tool of that name/) },
    });
  });

  it.each([
    ['no arguments', { name: 'triage_user_threads' }, 'triage_user_threads was not made: username is missing.'],
    ['null for arguments', { name: 'triage_user_threads', arguments: null }, 'username is missing'],
    ['a list for arguments', { name: 'triage_user_threads', arguments: [] }, 'the arguments must be an object'],
    ['no name', {}, 'There is no prompt of that name. The prompts are: triage_user_threads,'],
    ['no params', undefined, 'There is no prompt of that name.'],
  ])('prompts/get with %s', async (_what, params, said) => {
    const server = await openRaw();
    const answer = await server.ask(2, 'prompts/get', params);
    expect(answer).toMatchObject({ error: { code: -32602, message: expect.stringContaining(said) } });
  });

  it.each([
    ['a list for params', { id: 2, method: 'tools/list', params: [] }],
    ['no method', { id: 2, method: 5 }],
    ['another version of JSON-RPC', { jsonrpc: '1.0', id: 2, method: 'ping' }],
  ])('%s', async (_what, wrong) => {
    const server = await openRaw();
    const answer = server.next(2);
    server.send(wrong);
    expect(await answer).toMatchObject({ error: { code: -32600 } });
  });

  it('a call that asks for a task is answered as any other, since no tasks are offered', async () => {
    const server = await openRaw();
    const { id: msg_id, group_id, owner } = message;
    const args = { msg_id, group_id, owner, name: 'As a task' };
    const answer = await server.ask(2, 'tools/call', { name: 'create_thread', arguments: args, task: { ttl: 60_000 } });
    expect(called.parse(answer).result.structuredContent.status).toBe('created');
  });

  it('arguments nested deeper than the stack is high are bad arguments like any others', async () => {
    const server = await openRaw();
    const answer = server.next(2);
    server.send({ method: 'notifications/initialized' });
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    server.expect({ id: 2, method: 'tools/call' });
    server.child.stdin.write(
      `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_user_threads","arguments":{"username":${deep}}}}\n`,
    );
    expect(JSON.stringify(await answer)).toContain(
      'username must be a string (got a value nested too deep to be shown)',
    );
  });
});
