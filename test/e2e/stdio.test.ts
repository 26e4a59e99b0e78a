import { createMCPClient, ElicitationRequestSchema } from '@ai-sdk/mcp';
import { StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';
import { Client as Client2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Transport2 } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { catalogue } from '../../tools/index.ts';
import { BINARY, runBinary } from '../support/binary.ts';
import { createReferee, refereed } from '../support/mcp.ts';
import { NO_HURRY, noWaitOver } from '../support/preloads.ts';
import { initialize, openRaw, type RawServer, startRaw } from '../support/raw.ts';

const [message] = SANDBOX_HINTS.freeMessages;
const [user] = SANDBOX_HINTS.users;

const answer = z.object({
  structuredContent: z.looseObject({ status: z.string().optional(), thread_id: z.string().optional() }),
});
const statusOf = (result: unknown): string | undefined => answer.parse(result).structuredContent.status;
const threadOf = (result: unknown): string => answer.parse(result).structuredContent.thread_id ?? '';

describe("the SDK's client on the built binary", () => {
  it('creates, renames, lists and deletes', async () => {
    const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { confirm: true } }));
    await client.connect(refereed(new StdioClientTransport({ command: process.execPath, args: [BINARY] })));
    onTestFinished(() => client.close());
    expect(client.getInstructions()).toContain(message.id);
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
    expect((await client.listTools()).tools).toHaveLength(catalogue.length);
    const { id: msg_id, group_id, owner } = message;
    const created = await call('create_thread', { msg_id, group_id, owner, name: 'From stdio' });
    expect(statusOf(created)).toBe('created');
    const thread_id = threadOf(created);
    await call('rename_thread', { thread_id, name: 'Renamed' });
    const listed = await call('list_user_group_threads', { username: owner, group_id, limit: 1 });
    expect(JSON.stringify(listed)).toContain('Renamed');
    expect(statusOf(await call('delete_thread', { thread_id }))).toBe('deleted');
    expect(statusOf(await call('delete_thread', { thread_id }))).toBe('already_gone');
  });
});

describe('@modelcontextprotocol/client 2, which speaks MCP 2026-07-28', () => {
  it.each(['auto', 'legacy'] as const)('falls back to 2025-11-25, and deletes with a yes (%s)', async (mode) => {
    const client = new Client2(
      { name: 'test', version: '1' },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
    );
    let asked = '';
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked = params.message;
      return { action: 'accept', content: { confirm: true } };
    });
    await client.connect(refereed(new Transport2({ command: process.execPath, args: [BINARY] })));
    onTestFinished(() => client.close());
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25');
    expect((await client.listTools()).tools).toHaveLength(catalogue.length);
    const { id: msg_id, group_id, owner } = message;
    const args = { msg_id, group_id, owner, name: 'From the next protocol' };
    const thread_id = threadOf(await client.callTool({ name: 'create_thread', arguments: args }));
    const deleted = await client.callTool({ name: 'delete_thread', arguments: { thread_id } });
    expect(statusOf(deleted)).toBe('deleted');
    expect(asked).toContain('"From the next protocol"');
  });
});

describe('@ai-sdk/mcp, a client with its own protocol code', () => {
  const connect = async (forms: boolean) => {
    const client = await createMCPClient({
      transport: refereed(new StdioMCPTransport({ command: process.execPath, args: [BINARY] })),
      ...(forms && { capabilities: { elicitation: {} } }),
    });
    onTestFinished(() => client.close());
    const tools = client.toolsFromDefinitions(await client.listTools());
    return {
      client,
      call: (name: string, args: Record<string, unknown>): Promise<unknown> =>
        Promise.resolve(tools[name]?.execute?.(args, { messages: [], toolCallId: '1', context: {} })),
    };
  };

  it('with forms: a person is asked, and the thread is deleted', async () => {
    const { client, call } = await connect(true);
    let asked = '';
    client.onElicitationRequest(ElicitationRequestSchema, ({ params }) => {
      asked = params.message;
      return { action: 'accept', content: { confirm: true } };
    });
    const { id: msg_id, group_id, owner } = message;
    const thread_id = threadOf(await call('create_thread', { msg_id, group_id, owner, name: 'Asked by form' }));
    expect(statusOf(await call('delete_thread', { thread_id }))).toBe('deleted');
    expect(asked).toContain('"Asked by form"');
  });

  it('without forms: a code at the first call, the deletion at the second', async () => {
    const { call } = await connect(false);
    const { id: msg_id, group_id, owner } = message;
    const thread_id = threadOf(await call('create_thread', { msg_id, group_id, owner, name: 'Asked by code' }));
    const first = answer.parse(await call('delete_thread', { thread_id })).structuredContent;
    expect(first.status).toBe('confirmation_required');
    const { confirmation_code } = z.object({ confirmation_code: z.string() }).parse(first);
    expect(statusOf(await call('delete_thread', { thread_id, confirmation_code }))).toBe('deleted');
  });
});

describe('a question to a client that speaks line by line', () => {
  /** A deletion under way, with its question open. */
  async function asked(id: number) {
    const server = startRaw();
    server.send({ ...initialize, params: { ...initialize.params, capabilities: { elicitation: {} } } });
    await server.next(1);
    server.send({ method: 'notifications/initialized' });
    server.send({
      id: 8,
      method: 'tools/call',
      params: { name: 'list_user_threads', arguments: { username: user, limit: 1 } },
    });
    const thread_id = /"id":"(\d+)"/.exec(JSON.stringify(await server.next(8)))?.[1];
    server.send({ id, method: 'tools/call', params: { name: 'delete_thread', arguments: { thread_id } } });
    const question = await server.asks();
    const members = async () => {
      server.send({ id: 9, method: 'tools/call', params: { name: 'list_thread_members', arguments: { thread_id } } });
      return JSON.stringify(await server.next(9));
    };
    return { ...server, question, members };
  }

  it.each([0, 2])('a call with id %i that is given up deletes nothing, whatever the answer', async (id) => {
    const server = await asked(id);
    server.send({ method: 'notifications/cancelled', params: { requestId: id } });
    server.send({ id: server.question, result: { action: 'accept', content: { confirm: true } } });
    expect(await server.members()).toContain('Members of thread');
  });

  it.each([{}, { error: 'no' }, { result: null }])('%j is no answer, and ends the wait', async (wrong) => {
    const server = await asked(2);
    server.send({ id: server.question, ...wrong });
    expect(JSON.stringify(await server.next(2))).toContain('Nothing was deleted');
  });
});

async function endsWell(end: (server: RawServer) => void): Promise<void> {
  const server = await openRaw({ flags: noWaitOver(1_000) });
  // A call first, so that the sandbox and its sockets are open.
  server.send({ id: 2, method: 'tools/call', params: { name: 'list_threads', arguments: {} } });
  await server.next(2);
  end(server);
  expect(await server.exit).toBe(0);
}

describe('a good child process', () => {
  it('ends with 0 within a second of the end of stdin', () => endsWell(({ child }) => void child.stdin.end()));

  it('ends with 0 within a second of a broken stdout', () =>
    endsWell(({ child, send }) => {
      child.stdout.destroy();
      send({ id: 9, method: 'ping' });
    }));

  // Windows has no signals: kill() ends a process there without a word.
  it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)('ends with 0 on %s', (signal) =>
    endsWell(({ child }) => void child.kill(signal)),
  );

  it('malformed and oversized lines do not end it, and stdout stays JSON', async () => {
    const server = startRaw();
    server.child.stdin.write('not json\n{"half":\n[]\n\n');
    server.child.stdin.write(`{"x":"${'y'.repeat(11 * 1024 * 1024)}"}\n`);
    server.send(initialize);
    await server.next(1);
    for (const line of server.lines) expect(JSON.parse(line)).toHaveProperty('jsonrpc', '2.0');
  });

  it('requests piped in by a script are answered before it ends', async () => {
    const input = [
      initialize,
      { method: 'notifications/initialized' },
      { id: 2, method: 'tools/list' },
      { id: 3, method: 'tools/call', params: { name: 'list_user_threads', arguments: { username: user, limit: 1 } } },
    ];
    const { code, stdout } = await runBinary(
      [],
      NO_HURRY,
      input.map((m) => `${JSON.stringify({ jsonrpc: '2.0', ...m })}\n`).join(''),
    );
    expect(code).toBe(0);
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => z.object({ id: z.number() }).parse(JSON.parse(line)).id);
    expect(ids.sort()).toEqual([1, 2, 3]);
    expect(stdout).toContain('[sandbox] Threads of user');
    const referee = createReferee();
    for (const message of input) referee.toServer({ jsonrpc: '2.0', ...message });
    for (const line of stdout.trimEnd().split('\n')) referee.fromServer(JSON.parse(line));
  });

  it('a client that opens with server/discover (MCP 2026-07-28) is told no, and can fall back on the same connection', async () => {
    const server = startRaw();
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    server.send({ id: 7, method: 'server/discover', params: { _meta } });
    expect(await server.next(7)).toMatchObject({ error: { code: -32601 } });
    server.send(initialize);
    expect(await server.next(1)).toMatchObject({ result: { serverInfo: { name: 'agora-threads-mcp' } } });
  });

  it('a mistyped command gets the nearest match', async () => {
    const { code, stderr, stdout } = await runBinary(['dmeo']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Did you mean "demo"?');
  });
});
