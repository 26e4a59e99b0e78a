import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { classicSettings } from '../support/http.ts';
import { appSettings } from '../support/rehearse.ts';
import {
  answerTo,
  beginSession,
  connectOverHttp,
  EVERYTHING,
  FORMS,
  firstOf,
  messagesOf,
  post,
  type StreamMessage,
  startServing,
  structureOf,
  toolCall,
  YES,
} from '../support/serving.ts';
import { threadService, threadsOf } from '../support/thread-service.ts';
import { until } from '../support/until.ts';

const [free] = SANDBOX_HINTS.freeMessages;

const question = z.object({
  result: z.object({ _meta: z.object({ 'agora-threads/view': z.object({ approval: z.string() }) }) }),
});
const isQuestion = ({ method }: StreamMessage): boolean => method === 'elicitation/create';

/** A service with threads, and a server of it over HTTP. */
async function servingThreads(count: number, env: Record<string, string> = {}) {
  const service = await threadService(threadsOf('lin', count));
  const people = { lin: EVERYTHING, mia: EVERYTHING };
  const serving = await startServing({ env: { ...classicSettings(service.url), ...env }, people });
  return { service, serving, ids: [...service.threads.keys()] };
}

describe('a session over HTTP', () => {
  it('bears the name of the replica, lists, asks by form in the stream of its call, and has prompts', async () => {
    const serving = await startServing({ env: { AGORA_THREADS_REPLICA: 'blue-2' } });
    const asked: string[] = [];
    const { client, transport } = await connectOverHttp(serving, 'lin', (message) => {
      asked.push(message);
      return YES;
    });
    expect(transport.sessionId).toMatch(/^blue-2\.[0-9a-f]{8}-[0-9a-f-]{27}$/);
    const { id: msg_id, group_id, owner } = free;
    const args = { msg_id, group_id, owner, name: 'To be lost' };
    const made = await client.callTool({ name: 'create_thread', arguments: args });
    const { thread_id } = z.object({ thread_id: z.string() }).parse(made.structuredContent);
    const result = await client.callTool({ name: 'delete_thread', arguments: { thread_id } });
    expect(result.structuredContent).toMatchObject({ status: 'deleted', confirmed_by: 'form' });
    expect(asked).toEqual([expect.stringContaining('"To be lost"')]);
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toContain('triage_user_threads');
    const prompt = await client.getPrompt({ name: 'triage_user_threads', arguments: { username: 'lin' } });
    expect(JSON.stringify(prompt)).toContain('lin');
  });

  it('reports progress in the stream of its call', async () => {
    const { serving, ids } = await servingThreads(5);
    const { client } = await connectOverHttp(serving, 'lin', () => YES);
    const seen: (string | undefined)[] = [];
    const result = await client.callTool({ name: 'delete_threads', arguments: { thread_ids: ids } }, undefined, {
      onprogress: ({ message }) => void seen.push(message),
    });
    expect(result.structuredContent).toMatchObject({ status: 'done' });
    expect(seen).toContain('5 of 5 threads');
  });

  it('ends a cancelled call: no answer, the stream is closed, and its id is free again', async () => {
    const { serving, service, ids } = await servingThreads(2);
    const headers = await beginSession(serving, 'lin', FORMS);
    const stream = await post(serving, toolCall(7, 'delete_thread', { thread_id: ids[0] }), headers);
    const messages = messagesOf(stream);
    expect((await messages.next()).value).toHaveProperty('method', 'elicitation/create');
    const twice = await post(serving, toolCall(7, 'list_user_threads', { username: 'lin' }), headers);
    expect([twice.status, JSON.stringify(await twice.json())]).toEqual([400, expect.stringContaining('in flight')]);
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
    expect((await post(serving, cancel, headers)).status).toBe(202);
    // The question is taken back, and then the stream ends.
    const rest = [];
    for await (const message of messages) rest.push(message.method);
    expect(rest.filter((method) => method !== 'notifications/cancelled')).toEqual([]);
    const again = await post(serving, toolCall(7, 'list_user_threads', { username: 'lin' }), headers);
    expect(structureOf(await answerTo(again, 7)).summary).toContain('Threads of user');
    expect(service.deleted).toEqual([]);
  });

  it('answers what is left of a batch of which one request was cancelled, and closes its stream', async () => {
    const { serving, ids } = await servingThreads(1);
    const headers = await beginSession(serving, 'lin', FORMS);
    const batch = [toolCall('a', 'delete_thread', { thread_id: ids[0] }), { jsonrpc: '2.0', id: 'b', method: 'ping' }];
    const stream = await post(serving, batch, headers);
    const seen: unknown[] = [];
    for await (const { id, method } of messagesOf(stream)) {
      seen.push(method ?? id);
      if (method !== 'elicitation/create') continue;
      const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'a' } };
      expect((await post(serving, cancel, headers)).status).toBe(202);
    }
    expect(seen).toEqual(expect.arrayContaining(['b', 'elicitation/create']));
    expect(seen).not.toContain('a');
  });

  it('takes a yes although the stream of the call is gone, and the next call names what was deleted', async () => {
    const { serving, service, ids } = await servingThreads(2);
    const [thread_id = ''] = ids;
    const headers = await beginSession(serving, 'lin', FORMS);
    const leave = new AbortController();
    const stream = await post(serving, toolCall(1, 'delete_thread', { thread_id }), headers, leave.signal);
    const { id } = await firstOf(stream, isQuestion);
    leave.abort();
    expect((await post(serving, { jsonrpc: '2.0', id, result: YES }, headers)).status).toBe(202);
    await until(() => service.deleted.length > 0, 'a deletion');
    const next = await post(serving, toolCall(2, 'delete_thread', { thread_id }), headers);
    const { status, summary } = structureOf(await answerTo(next, 2));
    expect(status).toBe('already_gone');
    expect(summary.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, 'NOW')).toBe(
      `Nothing was deleted in app "acme#helpdesk": thread ${thread_id} "Thread 0" does not exist. This session deleted it at NOW UTC.`,
    );
    // Another session, even of the same person, did not delete it.
    const other = await beginSession(serving, 'lin', FORMS);
    const told = await answerTo(await post(serving, toolCall(1, 'delete_thread', { thread_id }), other), 1);
    expect(structureOf(told).summary).toContain('It may have been deleted before.');
    expect(service.deleted).toEqual([thread_id]);
  });

  it('neither takes an answer to the question of another session, nor its code', async () => {
    const { serving, service, ids } = await servingThreads(2);
    const [thread_id = ''] = ids;
    const [asking, other] = [await beginSession(serving, 'lin', FORMS), await beginSession(serving, 'lin', FORMS)];
    const stream = await post(serving, toolCall(1, 'delete_thread', { thread_id }), asking);
    const { id } = await firstOf(stream, isQuestion);
    expect((await post(serving, { jsonrpc: '2.0', id, result: YES }, other)).status).toBe(202);

    const [giving, taking] = [await beginSession(serving), await beginSession(serving)];
    const given = structureOf(
      await answerTo(await post(serving, toolCall(1, 'delete_thread', { thread_id }), giving), 1),
    );
    const { confirmation_code } = given;
    expect(confirmation_code).toMatch(/^\w{8}$/);
    const args = { thread_id, confirmation_code };
    const taken = structureOf(await answerTo(await post(serving, toolCall(1, 'delete_thread', args), taking), 1));
    expect(taken).toMatchObject({ status: 'confirmation_required' });
    expect(service.deleted).toEqual([]);
    const own = structureOf(await answerTo(await post(serving, toolCall(2, 'delete_thread', args), giving), 2));
    expect(own).toMatchObject({ status: 'deleted', confirmed_by: 'code' });
  });

  it('asks in a view, and takes a click with an approval of its own only', async () => {
    const { serving, service, ids } = await servingThreads(1);
    const views = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } } };
    const [asking, other] = [await beginSession(serving, 'lin', views), await beginSession(serving, 'lin', views)];
    const ask = async (session: Record<string, string>, name: string, args: Record<string, unknown>) =>
      answerTo(await post(serving, toolCall(1, name, args), session), 1);
    const asked = await ask(asking, 'delete_thread', { thread_id: ids[0] });
    const { approval } = question.parse(asked).result._meta['agora-threads/view'];
    const elsewhere = await ask(other, 'answer_confirmation', { approval, answer: 'yes' });
    expect(structureOf(elsewhere)).toMatchObject({ state: 'unknown' });
    expect(service.deleted).toEqual([]);
    expect(structureOf(await ask(asking, 'answer_confirmation', { approval, answer: 'shown' }))).toMatchObject({
      state: 'open',
    });
    const yes = structureOf(await ask(asking, 'answer_confirmation', { approval, answer: 'yes' }));
    expect(yes).toMatchObject({ status: 'deleted', confirmed_by: 'click' });
    expect(service.deleted).toEqual(ids);
  });

  it('is one of 200 at most of a subject: one more ends the one that was idle longest', async () => {
    const { serving } = await servingThreads(1);
    const list = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const first = await beginSession(serving);
    const second = await beginSession(serving);
    await Promise.all(Array.from({ length: 198 }, () => beginSession(serving)));
    await (await post(serving, list, first)).text();
    const last = await beginSession(serving);
    const statuses = [];
    for (const session of [first, second, last]) {
      const answer = await post(serving, list, session);
      statuses.push(answer.status);
      await answer.text();
    }
    expect(statuses).toEqual([200, 404, 200]);
    expect((await post(serving, list, await beginSession(serving, 'mia'))).status).toBe(200);
  });

  it('shares what was read of the app with the sessions of others', async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const serving = await startServing({ env: appSettings(sandbox), people: { lin: EVERYTHING, mia: ['read'] } });
    const { requests } = sandbox.state;
    const calls = [];
    for (const name of ['lin', 'mia']) {
      const { client } = await connectOverHttp(serving, name);
      const before = requests.length;
      const { structuredContent } = await client.callTool({ name: 'find_threads', arguments: { owner: 'lin' } });
      expect(structuredContent).toMatchObject({ has_more: false });
      calls.push(requests.length - before);
    }
    const [first = 0, second = 0] = calls;
    expect(first).toBeGreaterThan(3);
    expect(second).toBeLessThan(first / 2);
  });

  it('ends at a DELETE, and its question with it', async () => {
    const { serving, service, ids } = await servingThreads(1);
    const headers = await beginSession(serving, 'lin', FORMS);
    const stream = await post(serving, toolCall(1, 'delete_thread', { thread_id: ids[0] }), headers);
    const { id } = await firstOf(stream, isQuestion);
    expect((await fetch(`${serving.origin}/mcp`, { method: 'DELETE', headers })).status).toBe(200);
    expect((await post(serving, { jsonrpc: '2.0', id, result: YES }, headers)).status).toBe(404);
    expect(service.deleted).toEqual([]);
  });

  it('counts deletions by subject, and names subject and replica in the audit log', async () => {
    const log = join(tmpdir(), `audit-${crypto.randomUUID()}.jsonl`);
    onTestFinished(() => rm(log, { force: true }));
    const env = { AGORA_THREADS_MAX_DELETES: '1', AGORA_THREADS_AUDIT_LOG: log, AGORA_THREADS_REPLICA: 'blue' };
    const { serving, service, ids } = await servingThreads(4, env);
    const outcomes = [];
    for (const [at, name] of ['lin', 'lin', 'mia'].entries()) {
      const { client } = await connectOverHttp(serving, name, () => YES);
      const { isError, content } = await client.callTool({ name: 'delete_thread', arguments: { thread_id: ids[at] } });
      outcomes.push(isError === true ? JSON.stringify(content).match(/\[(\w+)\]/)?.[1] : 'deleted');
    }
    expect(outcomes).toEqual(['deleted', 'cap_reached', 'deleted']);
    expect(service.deleted).toHaveLength(2);
    const line = z.looseObject({ phase: z.string(), subject: z.string(), replica: z.string() }).array();
    const written = (await readFile(log, 'utf8')).trimEnd().split('\n');
    const before = line.parse(written.map((one) => JSON.parse(one)).filter(({ phase }) => phase === 'before'));
    expect(before.map(({ subject, replica }) => [subject, replica])).toEqual([
      ['lin', 'blue'],
      ['mia', 'blue'],
    ]);
    const metrics = await fetch(`${serving.origin}/metrics`, {
      headers: { authorization: `Bearer ${serving.tokenOf('lin')}` },
    });
    expect(await metrics.text()).toEqual(
      expect.stringMatching(
        /calls_total\{tool="delete_thread",outcome="ok"\} 2\n.*"cap_reached"\} 1\n.*deletions_total\{outcome="done"\} 2\n/s,
      ),
    );
  });

  it('never sends a secret, whoever else knows it', async () => {
    const secret = 'a-secret-of-the-app-0123456789';
    const service = await threadService(threadsOf('lin', 1).map((thread) => ({ ...thread, name: `say ${secret}` })));
    const env = { ...classicSettings(service.url), AGORA_CHAT_APP_TOKEN: secret };
    const serving = await startServing({ env });
    const headers = await beginSession(serving);
    const stream = await post(serving, toolCall(1, 'list_user_threads', { username: 'lin' }), headers);
    const text = await stream.text();
    expect(text).toContain('say [redacted]');
    expect(text).not.toContain(secret);
    const refused = await post(serving, toolCall(1, secret), { ...headers, 'mcp-protocol-version': secret });
    expect(await refused.text()).not.toContain(secret);
  });
});
