import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { assemble } from '../../src/app/build-server.ts';
import { knownTools } from '../../src/app/tool-registry.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { lineTransport, renumbered } from '../../src/mcp/json-rpc.ts';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import { createReferee } from '../support/mcp.ts';

type Id = string | number;
type Message = Record<string, unknown>;

/** The server's end of a connection, and the client's as bare messages. */
interface Ends {
  readonly transport: Transport;
  send(message: Message): void;
  onMessage(take: (message: Message) => void): void;
}

const overLines = (): Ends => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  return {
    transport: lineTransport({ input, output, clock: systemClock }),
    send: (message) => void input.write(`${JSON.stringify(message)}\n`),
    onMessage(take) {
      let rest = '';
      output.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) take(JSON.parse(line));
      });
    },
  };
};

const inMemory = (): Ends => {
  const [client, transport] = InMemoryTransport.createLinkedPair();
  return {
    transport,
    send: (message) => void client.send(JSONRPCMessageSchema.parse(message)),
    onMessage(take) {
      client.onmessage = (message) => take({ ...message });
    },
  };
};

const CONNECTIONS = [
  ['over lines', overLines],
  ['in memory', inMemory],
] as const;

/** A server on the embedded sandbox and a client that knows forms, speaking message by message. */
async function open(ends: Ends, env: Record<string, string> = {}) {
  const { server, connector } = assemble(
    readConfig(env, knownTools),
    createLog('silent', () => undefined),
  );
  const heard: Message[] = [];
  const waiting: { matches: (message: Message) => boolean; resolve: (message: Message) => void }[] = [];
  const referee = createReferee();
  ends.onMessage((message) => {
    referee.fromServer(message);
    heard.push(message);
    for (const { matches, resolve } of waiting) if (matches(message)) resolve(message);
  });
  await server.connect(ends.transport);
  onTestFinished(async () => {
    await server.close();
    await connector.close();
  });

  const send = (message: Message) => {
    const whole = { jsonrpc: '2.0', ...message };
    referee.toServer(whole);
    ends.send(whole);
  };
  /** Kept with the next message that matches; register before what brings it about. */
  const next = (matches: (message: Message) => boolean) =>
    new Promise<Message>((resolve) => waiting.push({ matches, resolve }));
  const ask = (id: Id, method: string, params: object): Promise<Message> => {
    const answer = next((message) => message['id'] === id && message['method'] === undefined);
    send({ id, method, params });
    return answer;
  };
  const call = (id: Id, name: string, args: object, more: object = {}) =>
    ask(id, 'tools/call', { name, arguments: args, ...more });
  /** Calls `delete_thread`, and waits for its question. */
  const startDeletion = async (id: Id, thread_id: string) => {
    const asked = next(({ method }) => method === 'elicitation/create');
    const answer = call(id, 'delete_thread', { thread_id });
    const question = z.object({ id: z.union([z.string(), z.number()]) }).parse(await asked).id;
    return {
      answer,
      question,
      closed: next((message) => message['method'] === 'notifications/cancelled'),
      sayYes: (as: Id = question) => send({ id: as, result: { action: 'accept', content: { confirm: true } } }),
    };
  };
  const cancel = (requestId: Id) => send({ method: 'notifications/cancelled', params: { requestId } });
  const exists = async (thread_id: string) =>
    !JSON.stringify(await call('members', 'list_thread_members', { thread_id })).includes('Error [');

  const capabilities = { elicitation: {} };
  const clientInfo = { name: 'test', version: '1' };
  await ask('initialize', 'initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo });
  send({ method: 'notifications/initialized' });
  const page = await call('list', 'list_user_threads', { username: SANDBOX_HINTS.users[0], limit: 2 });
  const [one, other] = z
    .object({
      result: z.object({
        structuredContent: z.object({ threads: z.tuple([z.object({ id: z.string() }), z.object({ id: z.string() })]) }),
      }),
    })
    .parse(page).result.structuredContent.threads;
  return { ask, call, cancel, exists, heard, startDeletion, threads: [one.id, other.id] as const };
}

describe.each(CONNECTIONS)('request ids %s', (_name, connection) => {
  it.each([0, 1, '', '0', 'call'])('a call with id %j is answered, and a cancel ends it', async (id) => {
    const { ask, cancel, exists, heard, startDeletion, threads } = await open(connection());
    expect(await ask(id, 'ping', {})).toEqual({ jsonrpc: '2.0', id, result: {} });
    const deletion = await startDeletion(id, threads[0]);
    cancel(id);
    // Clients built on the SDK overlook the cancel of a request with id 0.
    expect(deletion.question).not.toBe(0);
    expect(await deletion.closed).toMatchObject({ params: { requestId: deletion.question } });
    deletion.sayYes();
    expect(await exists(threads[0])).toBe(true);
    expect(heard.filter((message) => message['id'] === id && 'result' in message)).toHaveLength(1);
  });

  it('a yes counts for the question with its id, also where a client sends the id as text', async () => {
    const { startDeletion, threads } = await open(connection());
    const [first, second] = [await startDeletion(0, threads[0]), await startDeletion(1, threads[1])];
    second.sayYes(String(second.question));
    expect(JSON.stringify(await second.answer)).toContain('"status":"deleted"');
    first.sayYes();
    expect(JSON.stringify(await first.answer)).toContain('"status":"deleted"');
  });

  it('an id in flight is refused, and a cancel then ends the earlier call only', async () => {
    const { call, cancel, exists, startDeletion, threads } = await open(connection());
    const first = await startDeletion(5, threads[0]);
    const second = await startDeletion('5', threads[1]);
    const refused = await call(5, 'delete_thread', { thread_id: threads[1] });
    expect(refused).toMatchObject({ id: 5, error: { code: -32600, message: expect.stringContaining('in flight') } });
    cancel(5);
    expect(await first.closed).toMatchObject({ params: { requestId: first.question } });
    first.sayYes();
    second.sayYes();
    expect(JSON.stringify(await second.answer)).toContain('"status":"deleted"');
    expect(await exists(threads[0])).toBe(true);
  });

  it.each([0, 'call'])('the audit log has the id %j as the client sent it', async (id) => {
    const folder = await mkdtemp(join(tmpdir(), 'audit-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'audit.jsonl');
    const { startDeletion, threads } = await open(connection(), { AGORA_THREADS_AUDIT_LOG: file });
    const { answer, sayYes } = await startDeletion(id, threads[0]);
    sayYes();
    await answer;
    const [before] = (await readFile(file, 'utf8')).split('\n');
    expect(JSON.parse(before ?? '')).toMatchObject({ tool: 'delete_thread', request_id: id });
  });

  it.each([0, 'walk'])('progress bears the token %j of its call', async (progressToken) => {
    const { call, heard } = await open(connection());
    const args = { username: SANDBOX_HINTS.users[0], max_scan: 100, limit: 1 };
    await call(0, 'list_user_threads', args, { _meta: { progressToken } });
    const progress = heard.filter(({ method }) => method === 'notifications/progress');
    expect(progress).not.toHaveLength(0);
    for (const { params } of progress) expect(params).toMatchObject({ progressToken });
  });
});

it('a transport is shown the ids of its client beside each message, also after a cancel', async () => {
  const sent: unknown[] = [];
  const transport: Transport = {
    start: async () => undefined,
    send: async (message, options) => void sent.push([message, options]),
    close: async () => undefined,
    sessionId: 'session',
  };
  const edge = renumbered(transport);
  const received: unknown[] = [];
  edge.onmessage = (message) => received.push(message);
  await edge.start();
  expect(edge.sessionId).toBe('session');

  transport.onmessage?.({ jsonrpc: '2.0', id: 0, method: 'tools/call', params: { name: 'x', task: { ttl: 1 } } });
  expect(received).toEqual([{ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x' } }]);
  transport.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 0 } });
  expect(received.at(-1)).toMatchObject({ params: { requestId: 1 } });
  transport.onmessage?.({ jsonrpc: '2.0', id: 0, method: 'ping' });
  expect(received.at(-1)).toEqual({ jsonrpc: '2.0', id: 1, method: 'ping' });
  const relatedRequestId = 1;
  await edge.send({ jsonrpc: '2.0', id: 0, method: 'ping' }, { relatedRequestId, resumptionToken: 'token' });
  await edge.send(
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 0 } },
    { relatedRequestId },
  );
  expect(sent).toEqual([
    [
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { relatedRequestId: 0, resumptionToken: 'token' },
    ],
    [{ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, { relatedRequestId: 0 }],
  ]);
});
