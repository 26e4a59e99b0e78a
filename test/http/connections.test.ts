import { execFileSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import {
  bearer,
  beginSession,
  EVERYTHING,
  hello,
  post,
  rawRequest,
  type Serving,
  startServing,
} from '../support/serving.ts';
import { until } from '../support/until.ts';

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };

/** A connection on which a test writes what no HTTP client would. */
async function connection({ origin }: Serving): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, received: () => received };
}

const sessionsIn = async ({ origin }: Serving, headers: Readonly<Record<string, string>>): Promise<string> =>
  (await (await fetch(`${origin}/metrics`, { headers })).text()).match(/^agora_threads_sessions (\d+)$/m)?.[1] ?? '';

it('counts a session as idle again when its connection ends with a request waiting behind another', async () => {
  const serving = await startServing();
  const lin = bearer(serving.tokenOf('lin'));
  for (let at = 0; at < 200; at++) {
    const session = await beginSession(serving);
    const { socket, received } = await connection(serving);
    // The answer to the second waits until the stream of the first ends.
    socket.write(rawRequest('GET', session) + rawRequest('POST', session, JSON.stringify(PING)));
    await until(() => received().includes('200 OK'));
    socket.destroy();
  }
  // Ends the one that is idle longest.
  await expect.poll(async () => (await post(serving, hello(), lin)).status).toBe(200);
  expect(await sessionsIn(serving, lin)).toBe('200');
});

it('answers many requests on one connection in their order, without a warning', async () => {
  const serving = await startServing();
  const session = await beginSession(serving);
  const { socket, received } = await connection(serving);
  const asked = Array.from({ length: 40 }, (_, id) => id);
  socket.write(asked.map((id) => rawRequest('POST', session, JSON.stringify({ ...PING, id }))).join(''));
  await until(() => received().includes('"id":39'));
  expect([...received().matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id))).toEqual(asked);
  expect(serving.stderr()).not.toContain('Warning');
});

it('does not serve a request whose token was revoked while its body came', async () => {
  const serving = await startServing({ people: { lin: EVERYTHING, mia: EVERYTHING } });
  const begins = await connection(serving);
  const first = JSON.stringify(hello());
  const [lin, mia] = [bearer(serving.tokenOf('lin')), bearer(serving.tokenOf('mia'))];
  begins.socket.write(rawRequest('POST', lin, first).slice(0, -5));
  await serving.keepTokensOf('mia');
  while ((await post(serving, hello(), lin)).status !== 401);
  // Those that were begun meanwhile end with the token.
  await expect.poll(() => sessionsIn(serving, mia)).toBe('0');
  begins.socket.write(first.slice(-5));
  await until(() => begins.received() !== '');
  expect(begins.received()).toMatch(/^HTTP\/1\.1 401 .*error="invalid_token"/s);
  expect(await sessionsIn(serving, mia)).toBe('0');
});

it.each([
  ['http://127.0.0.1/mcp', '127.0.0.1', '200 OK'],
  ['HTTP://localhost:1?x=/mcp', '127.0.0.1', '404 Not Found'],
  ['http://evil.example/mcp', '127.0.0.1', '403 Forbidden'],
  ['http://127.0.0.1/mcp', 'evil.example', '200 OK'],
])('takes the host of a target in absolute form, %s, in place of the header %s: %s', async (target, host, status) => {
  const serving = await startServing();
  const { socket, received } = await connection(serving);
  const headers = { ...bearer(serving.tokenOf('lin')), host };
  socket.write(rawRequest('POST', headers, JSON.stringify(hello()), target));
  await until(() => received() !== '');
  expect(received().split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
});

// The number of files that a running process may open can be changed on Linux only.
it.skipIf(process.platform !== 'linux')('goes on with the tokens read last while it can open no file', async () => {
  const serving = await startServing({ env: { AGORA_THREADS_LOG_LEVEL: 'info' } });
  const mayOpen = (limit: string) => execFileSync('prlimit', [`--pid=${serving.child.pid}`, `--nofile=${limit}`]);
  const session = await beginSession(serving);
  const { socket, received } = await connection(serving);
  socket.write(rawRequest('POST', session, JSON.stringify(PING)));
  await until(() => received().includes('"id":1'), 'a connection that is accepted');
  mayOpen('3:');
  await until(() => serving.stderr().includes('(EMFILE), so the tokens read before go on counting.'), 'EMFILE');
  socket.write(rawRequest('POST', session, JSON.stringify({ ...PING, id: 2 })));
  await until(() => received().includes('"id":2'), 'an answer');
  mayOpen('1000:');
  await until(() => serving.stderr().includes('was read again; tokens in it: 1.'), 'the file');
  expect(received().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
});
