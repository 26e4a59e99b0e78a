import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { assembleForTeam } from '../../src/app/build-server.ts';
import { knownTools } from '../../src/app/tool-registry.ts';
import { createLog } from '../../src/base/log.ts';
import { startTeamServer } from '../../src/http/team-server.ts';
import { newToken, tokenLine } from '../../src/http/token-line.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import { classicSettings } from '../support/http.ts';
import { manualClock } from '../support/manual-clock.ts';
import { noWaitOver } from '../support/preloads.ts';
import {
  answerTo,
  bearer,
  beginSession,
  EVERYTHING,
  FORMS,
  hello,
  messagesOf,
  post,
  rawRequest,
  type Serving,
  type StreamMessage,
  startServing,
  structureOf,
  toolCall,
  YES,
} from '../support/serving.ts';
import { type ServiceOptions, threadService, threadsOf } from '../support/thread-service.ts';
import { until } from '../support/until.ts';

/** @param longest no wait of the server longer than this ends, in milliseconds: SIGTERM ends it within that time */
async function servingThreads(count: number, longest: number, options: ServiceOptions = {}) {
  const service = await threadService(threadsOf('lin', count), options);
  const log = join(tmpdir(), `audit-${crypto.randomUUID()}.jsonl`);
  onTestFinished(() => rm(log, { force: true }));
  const env = { ...classicSettings(service.url), AGORA_THREADS_AUDIT_LOG: log };
  const serving = await startServing({ env, flags: noWaitOver(longest) });
  const auditLines = async (): Promise<readonly string[]> =>
    (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  return { service, serving, ids: [...service.threads.keys()], auditLines };
}

/** Sends SIGTERM. @returns the exit code */
function terminate({ child, exit }: Serving): Promise<number | null> {
  child.kill('SIGTERM');
  return exit;
}

it('gives clients five seconds to read their answers', async () => {
  const clock = manualClock();
  const config = readConfig({}, knownTools);
  const folder = await mkdtemp(join(tmpdir(), 'drain-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const tokensFile = join(folder, 'tokens.txt');
  const token = newToken();
  await writeFile(tokensFile, tokenLine({ subject: 'lin', scopes: new Set(EVERYTHING) }, token));
  const log = createLog('error', () => undefined);
  const server = await startTeamServer({
    address: '127.0.0.1',
    port: 0,
    mayBeEmpty: false,
    replica: 'main',
    publicUrl: undefined,
    tokensFile,
    clock,
    log,
    newServer: assembleForTeam(config, log).newServer,
    redact: (text) => text,
    redactedJson: (value) => JSON.stringify(value),
    state: () => ({ configured: true, redis: 'not set' }),
  });
  const serving = { origin: `http://127.0.0.1:${server?.port}`, tokenOf: () => token };
  const headers = await beginSession(serving);
  const socket = connect(server?.port ?? 0, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.setEncoding('utf8').on('data', (text) => {
    received += text;
  });
  socket.once('data', () => socket.pause());
  // More than the buffers of the system hold.
  for (const from of [0, 50, 100, 150]) {
    const lists = Array.from({ length: 50 }, (_, at) => ({ jsonrpc: '2.0', id: from + at, method: 'tools/list' }));
    socket.write(rawRequest('POST', headers, JSON.stringify(lists)));
  }
  await until(() => received !== '', 'the first bytes');
  const ended = server?.close();
  // The session has ended once nothing is left to answer.
  while ((await post(serving, [], headers)).status !== 404);
  clock.advance(4_999);
  expect(answered()).toBeLessThan(200);
  socket.resume();
  await ended;
  await once(socket, 'close');
  expect(answered()).toBe(200);

  function answered(): number {
    return received.split('"result":{"tools"').length - 1;
  }
});

// Windows has no signals: kill() ends a process there without a word.
describe.skipIf(process.platform === 'win32')('SIGTERM', () => {
  it('ends a server at once where nothing is under way, open streams included', async () => {
    const { serving } = await servingThreads(1, 1_000);
    const headers = await beginSession(serving);
    const stream = await fetch(`${serving.origin}/mcp`, { headers: { ...headers, accept: 'text/event-stream' } });
    expect(await terminate(serving)).toBe(0);
    expect(await stream.text()).toBe('');
  });

  it('answers an open question: not deleted, the server is ending', async () => {
    const { serving, service, ids, auditLines } = await servingThreads(2, 1_000);
    const headers = await beginSession(serving, 'lin', FORMS);
    const stream = await post(serving, toolCall(1, 'delete_thread', { thread_id: ids[0] }), headers);
    let ended: Promise<number | null> | undefined;
    let last: StreamMessage | undefined;
    const seen: (string | undefined)[] = [];
    for await (const message of messagesOf(stream)) {
      last = message;
      seen.push(message.method);
      if (message.method === 'elicitation/create') ended = terminate(serving);
    }
    expect(seen).toEqual(['elicitation/create', 'notifications/cancelled', undefined]);
    expect(structureOf(last)).toMatchObject({ status: 'declined' });
    expect(structureOf(last).summary).toBe(
      'Nothing was deleted: the server is ending and withdrew the question. Call again in a moment: this server, restarted, or another one will ask.',
    );
    expect(await ended).toBe(0);
    expect(service.deleted).toEqual([]);
    expect(await auditLines()).toEqual([]);
  });

  it('lets what was sent be answered, tries nothing new, and begins no session meanwhile', async () => {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { serving, service, ids, auditLines } = await servingThreads(12, 1_000, {
      async after({ endpoint }) {
        if (endpoint === 'delete') await answered;
        return undefined;
      },
    });
    const headers = await beginSession(serving, 'lin', FORMS);
    const stream = await post(serving, toolCall(1, 'delete_threads', { thread_ids: ids }), headers);
    const messages = messagesOf(stream);
    const { value: question } = await messages.next();
    await post(serving, { jsonrpc: '2.0', id: question?.id, result: YES }, headers);
    // Eight are deleted at the same time.
    await until(() => service.deleted.length === 8, 'eight deletions');
    const ended = terminate(serving);
    await until(() => serving.child.killed);
    let ready = 200;
    while (ready === 200) ready = (await fetch(`${serving.origin}/readyz`)).status;
    expect(ready).toBe(503);
    expect((await fetch(`${serving.origin}/healthz`)).status).toBe(200);
    const refused = await post(serving, hello(), bearer(serving.tokenOf('lin')));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    const late = await answerTo(await post(serving, toolCall(2, 'list_user_threads', { username: 'lin' }), headers), 2);
    expect(JSON.stringify(late)).toContain('Error [server_ending]: list_user_threads failed: the server is ending');
    answer();
    let last: StreamMessage | undefined;
    for await (const message of messages) last = message;
    const result = structureOf(last);
    const rows = z.object({ results: z.object({ status: z.string() }).array() }).parse(result).results;
    expect(rows.filter(({ status }) => status === 'deleted')).toHaveLength(8);
    expect(rows.filter(({ status }) => status === 'not_tried')).toHaveLength(4);
    expect(result).not.toHaveProperty('confirmation_code');
    expect(result.summary).toContain('The server is ending, so the rest was not tried');
    expect(await ended).toBe(0);
    // Each line before has its line after, and each outcome is what happened.
    const lines = (await auditLines()).map((line) => z.looseObject({ phase: z.string() }).parse(JSON.parse(line)));
    expect(lines.filter(({ phase }) => phase === 'before')).toHaveLength(8);
    expect(lines.filter(({ phase, outcome }) => phase === 'after' && outcome === 'ok')).toHaveLength(8);
    expect(service.deleted).toHaveLength(8);
  });

  it('ends within six seconds though the service never answers, and the audit log says that nobody knows', async () => {
    const { serving, service, ids, auditLines } = await servingThreads(1, 5_000, {
      before: ({ endpoint }) => Promise.resolve(endpoint === 'delete' ? 'hang' : undefined),
    });
    const headers = await beginSession(serving, 'lin', FORMS);
    const stream = await post(serving, toolCall(1, 'delete_thread', { thread_id: ids[0] }), headers);
    const messages = messagesOf(stream);
    const { value: question } = await messages.next();
    await post(serving, { jsonrpc: '2.0', id: question?.id, result: YES }, headers);
    await until(() => service.requests.some(({ endpoint }) => endpoint === 'delete'), 'a deletion');
    expect(await terminate(serving)).toBe(0);
    const lines = (await auditLines()).map((line) => z.looseObject({ phase: z.string() }).parse(JSON.parse(line)));
    expect(lines).toMatchObject([{ phase: 'before' }, { phase: 'after', outcome: 'cancelled', may_have_landed: true }]);
  });
});
