import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newToken, tokenLine } from '../../src/http/token-line.ts';
import { catalogue } from '../../tools/index.ts';
import { runBinary } from '../support/binary.ts';
import { noWaitOver } from '../support/preloads.ts';
import {
  answerTo,
  bearer,
  beginSession,
  connectOverHttp,
  hello,
  post,
  startServing,
  toolCall,
} from '../support/serving.ts';
import { until } from '../support/until.ts';

const PEOPLE = { lin: ['read', 'write', 'delete'], rita: ['read'], walt: ['write'], dee: ['delete'] } as const;
const KINDS = { read: ['read'], write: ['create', 'update'], delete: ['delete'] } as const;
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

describe('who gets in', () => {
  it('is nobody without a token, whatever they send', async () => {
    const serving = await startServing();
    for (const [headers, challenge] of [
      [{}, 'Bearer'],
      [{ authorization: 'Basic bGluOmxpbg==' }, 'Bearer'],
      [{ authorization: serving.tokenOf('lin') }, 'Bearer'],
      [bearer('att_made-up'), 'Bearer error="invalid_token"'],
      [bearer(serving.tokenOf('lin').slice(0, -1)), 'Bearer error="invalid_token"'],
    ] as const) {
      for (const message of [hello(), LIST, toolCall(1, 'list_threads')]) {
        const answer = await post(serving, message, headers);
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toBe(challenge);
        expect(answer.headers.get('mcp-session-id')).toBeNull();
      }
      for (const method of ['GET', 'DELETE', 'PUT', 'OPTIONS']) {
        expect((await fetch(`${serving.origin}/mcp`, { method, headers })).status).toBe(401);
      }
      expect((await fetch(`${serving.origin}/metrics`, { headers })).status).toBe(401);
    }
  });

  it('may be in a file of the home folder', async () => {
    const home = await mkdtemp(join(tmpdir(), 'home-'));
    onTestFinished(() => rm(home, { recursive: true }));
    const token = newToken();
    await writeFile(join(home, 'tokens.txt'), tokenLine({ subject: 'lin', scopes: new Set(['read']) }, token));
    const serving = await startServing({
      env: { HOME: home, USERPROFILE: home, AGORA_THREADS_HTTP_TOKENS_FILE: '~/tokens.txt' },
    });
    expect((await post(serving, hello(), bearer(token))).status).toBe(200);
  });

  it('sees and calls exactly the tools of the scopes of their token', async () => {
    const serving = await startServing({ people: PEOPLE });
    for (const name of ['rita', 'walt', 'dee', 'lin'] as const) {
      const allowed = PEOPLE[name].flatMap((scope): readonly string[] => KINDS[scope]);
      const { client } = await connectOverHttp(serving, name);
      const { tools } = await client.listTools();
      const names = catalogue.filter(({ kind }) => allowed.includes(kind)).map((tool) => tool.name);
      expect(tools.map((tool) => tool.name)).toEqual(names);
      for (const { name: other } of catalogue.filter(({ kind }) => !allowed.includes(kind))) {
        await expect(client.callTool({ name: other, arguments: {} })).rejects.toThrow('There is no tool of that name');
      }
      const limits = client.getInstructions()?.match(/Only tools to .*/)?.[0];
      expect(limits).toBe(name === 'lin' ? undefined : `Only tools to ${PEOPLE[name].join()}, by the user's token.`);
    }
  });

  it("cannot use somebody else's session, nor their own with other scopes", async () => {
    const serving = await startServing({ people: PEOPLE });
    const session = await beginSession(serving, 'lin');
    expect((await post(serving, LIST, session)).status).toBe(200);
    for (const name of ['rita', 'dee']) {
      const stolen = { ...session, ...bearer(serving.tokenOf(name)) };
      const answer = await post(serving, LIST, stolen);
      expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ id: null })]);
      for (const method of ['GET', 'DELETE']) {
        const headers = { ...stolen, accept: 'text/event-stream' };
        expect((await fetch(`${serving.origin}/mcp`, { method, headers })).status).toBe(404);
      }
    }
    expect((await post(serving, LIST, session)).status).toBe(200);
  });

  it('is nobody any more within two seconds of the end of their token, in an open session too', async () => {
    const serving = await startServing({ people: PEOPLE, flags: noWaitOver(1_000) });
    const headers = await beginSession(serving, 'dee', { elicitation: {} });
    const stream = await fetch(`${serving.origin}/mcp`, { headers: { ...headers, accept: 'text/event-stream' } });
    expect(stream.status).toBe(200);
    await serving.keepTokensOf('lin');
    // The stream of the session ends, so what is under way in it has ended too.
    await stream.text();
    const answer = await post(serving, LIST, headers);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
    expect((await post(serving, LIST, await beginSession(serving, 'lin'))).status).toBe(200);
  });

  it('is whoever is in the file now', async () => {
    const serving = await startServing({ people: PEOPLE, flags: noWaitOver(1_000) });
    await serving.keepTokensOf();
    await until(() => serving.stderr().includes('holds no token'));
    expect((await fetch(`${serving.origin}/readyz`)).status).toBe(503);
    expect((await post(serving, hello(), bearer(serving.tokenOf('lin')))).status).toBe(401);
    await serving.keepTokensOf('rita');
    const begins = async () => (await post(serving, hello(), bearer(serving.tokenOf('rita')))).status;
    await expect.poll(begins).toBe(200);
  });
});

describe('where it listens', () => {
  it('is loopback only, unless somebody has a token', async () => {
    for (const env of [{}, { AGORA_THREADS_HTTP_TOKENS_FILE: '/nowhere/tokens.txt' }]) {
      const { code, stderr } = await runBinary(['serve', '--http', '--listen', '0.0.0.0', '--port', '0'], env);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /AGORA_THREADS_HTTP_TOKENS_FILE (is not set|names a file without a token).*loopback only/s,
      );
    }
  });

  it('is not where somebody listens already, and says so', async () => {
    const { origin } = await startServing();
    const { code, stderr } = await runBinary(['serve', '--http', '--port', new URL(origin).port]);
    expect(code).toBe(2);
    expect(stderr).toContain('EADDRINUSE');
  });

  it('starts on loopback without a token, and lets nobody in', async () => {
    const serving = await startServing({ people: {} });
    expect(serving.stderr()).toContain('nobody can connect');
    expect((await post(serving, hello(), {})).status).toBe(401);
    const ready = await fetch(`${serving.origin}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, why: 'no tokens', redis: 'not set' }]);
  });

  it('is said wrongly without --http, or with a port that is none', async () => {
    expect((await runBinary(['--port', '80'])).stderr).toContain('--listen and --port belong to --http');
    expect((await runBinary(['serve', '--http', '--port', '80000'])).stderr).toContain('from 0 to 65535');
  });
});

/** A GET with any header, which fetch() would not send. */
function statusOf(origin: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, origin), { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject).end();
  });
}

describe('a request for another host', () => {
  it('is refused before its token is looked at; health and metrics answer by any address', async () => {
    const serving = await startServing({ env: { AGORA_THREADS_HTTP_URL: 'https://threads.example.com/mcp' } });
    const status = (path: string, headers: Record<string, string>) => statusOf(serving.origin, path, headers);
    expect(await status('/mcp', { host: 'evil.example' })).toBe(403);
    expect(await status('/mcp', { host: 'threads.example.com', origin: 'https://evil.example' })).toBe(403);
    expect(await status('/mcp', { host: 'threads.example.com', origin: 'null' })).toBe(403);
    expect(await status('/mcp', { host: 'threads.example.com' })).toBe(401);
    expect(await status('/mcp', { host: 'threads.example.com', origin: 'https://threads.example.com' })).toBe(401);
    expect(await status('/mcp', { 'x-forwarded-host': 'threads.example.com', host: 'evil.example' })).toBe(403);
    expect(await status('/elsewhere', bearer(serving.tokenOf('lin')))).toBe(404);
    expect(await status('/healthz', { host: '10.0.0.5' })).toBe(200);
    expect(await status('/readyz', { host: '10.0.0.5' })).toBe(200);
    expect(await status('/metrics', { host: '10.0.0.5', ...bearer(serving.tokenOf('lin')) })).toBe(200);
  });
});

describe('a request that no session should see', () => {
  it('is refused with the reason, and nothing answers a browser of another site', async () => {
    const serving = await startServing();
    const session = await beginSession(serving);
    const big = JSON.stringify(toolCall(1, 'find_threads', { name_contains: 'x'.repeat(1024 * 1024) }));
    const REFUSED: readonly [string, unknown, Record<string, string>, number][] = [
      ['a body over 1 MB', big, session, 413],
      ['no JSON', '{"jsonrpc":', session, 400],
      ['no JSON-RPC', { hello: 'world' }, session, 400],
      ['an empty batch', [], session, 400],
      ['a large batch', Array.from({ length: 101 }, (_, id) => ({ ...LIST, id })), session, 400],
      ['an id twice in a batch', [LIST, LIST], session, 400],
      ['no session', LIST, bearer(serving.tokenOf('lin')), 400],
      ['a session that is over', LIST, { ...session, 'mcp-session-id': 'main.gone' }, 404],
      ['a second hello', hello(), session, 400],
      ['another type', LIST, { ...session, 'content-type': 'text/plain' }, 415],
      ['no stream accepted', LIST, { ...session, accept: 'application/json' }, 406],
      ['a version of the future', LIST, { ...session, 'mcp-protocol-version': '2099-01-01' }, 400],
    ];
    for (const [what, body, headers, status] of REFUSED) {
      const answer = await post(serving, body, headers);
      expect(answer.status, what).toBe(status);
      expect(await answer.json(), what).toHaveProperty('error.message');
    }
    const preflight = await fetch(`${serving.origin}/mcp`, {
      method: 'OPTIONS',
      headers: { ...bearer(serving.tokenOf('lin')), 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(405);
    expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    // None of these has harmed the session.
    expect(await answerTo(await post(serving, LIST, session), 1)).toHaveProperty('result.tools');
  });

  it('as the method CONNECT gets an answer too', async () => {
    const { origin } = await startServing();
    const status = await new Promise((resolve, reject) => {
      const sent = request({ ...addressOf(origin), method: 'CONNECT', path: 'threads.example.com:443' });
      sent
        .on('connect', (answer) => resolve(answer.statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(405);
  });
});

const addressOf = (origin: string) => ({ host: '127.0.0.1', port: new URL(origin).port });
