import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ApiCall } from '../../src/agora/api-call.ts';
import { openConnections } from '../../src/agora/dispatcher.ts';
import type { AgoraError } from '../../src/agora/errors.ts';
import { createSendOnce } from '../../src/agora/send-once.ts';
import { connectClient } from '../support/client.ts';
import { envelope, recordingServer, refusal } from '../support/http.ts';
import { manualClock, skippingClock } from '../support/manual-clock.ts';
import { quietness } from '../support/turns.ts';
import { until } from '../support/until.ts';

const create: ApiCall<unknown> = { endpoint: 'create', body: {}, answer: (json) => json };

/** A server of raw sockets. */
async function listen(open: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    open(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, sockets };
}

/** Sends a create with a time limit of ten seconds by the clock of the test. */
async function send(origin: string, proxyPort?: number) {
  const clock = manualClock();
  const proxy = proxyPort === undefined ? {} : { httpProxy: `http://127.0.0.1:${proxyPort}` };
  const connections = await openConnections(origin, proxyPort === undefined, proxy);
  onTestFinished(() => connections.close());
  const attempt = createSendOnce({
    origin,
    prefix: ['acme', 'helpdesk'],
    timeoutMs: 10_000,
    clock,
    userAgent: 'test',
    dispatcher: connections.dispatcher,
  });
  const failure = attempt(create, 'a-token-of-the-test', new AbortController().signal).then(
    () => Promise.reject(new Error('it went well')),
    (error: AgoraError) => error.facts,
  );
  return { clock, failure };
}

describe('a refusal is told by its status, whatever becomes of its body', () => {
  const head = (status: string, more = '') => `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\n${more}`;
  const large = `content-length: ${2 * 1024 * 1024}\r\n\r\n${'x'.repeat(1024 * 1024 + 1)}`;
  const unfinished = 'content-length: 100\r\n\r\n{';

  it.each([
    ['404', 'too large', large, 'address_not_found'],
    ['401', 'too large', large, 'unauthorized'],
    ['404', 'cut short', unfinished, 'address_not_found'],
    ['429', 'cut short', `retry-after: 20\r\n${unfinished}`, 'rate_limited'],
    ['401', 'never ending', unfinished, 'unauthorized'],
    ['429', 'never ending', `retry-after: 20\r\n${unfinished}`, 'rate_limited'],
  ])('%s, with a body that is %s', async (status, how, rest, code) => {
    const { port, sockets } = await listen((socket) => {
      socket.once('data', () => {
        socket.write(head(`${status} X`, rest));
        if (how === 'cut short') socket.end();
      });
    });
    const { clock, failure } = await send(`http://127.0.0.1:${port}`);
    const quiet = await quietness();
    await until(() => (sockets[0]?.bytesWritten ?? 0) > 0);
    await quiet();
    if (how === 'never ending') clock.advance(10_000);
    const facts = await failure;
    expect(facts).toMatchObject({ code, landed: 'no', status: Number(status) });
    if (status === '429') expect(facts.retryAfterMs).toBe(20_000);
  });
});

it('a token that is refused at the third try is not renewed for a fourth', async () => {
  const fine = envelope({ entities: [] });
  const answers = [fine, { status: 503 }, { status: 503 }, refusal(401, 'unauthorized', 'no'), fine];
  const server = await recordingServer((_request, index) => answers[index] ?? {});
  const credentials = {
    AGORA_CHAT_HOST: server.url,
    AGORA_APP_ID: '970ca35de60c44645bbae8a215061b33',
    AGORA_APP_CERTIFICATE: '5cfd2fd1755d40ecb72977518be15d3b',
  };
  const clock = skippingClock();
  const { call } = await connectClient({ env: credentials, clock });
  await call('list_threads');
  clock.advance(120_000); // one that is new would not be renewed in any case
  expect((await call('list_threads')).text).toContain('Error [unauthorized]');
  expect(server.requests).toHaveLength(4);
});

describe('what was never written has not landed', () => {
  it('where a proxy does not answer', async () => {
    const seen: string[] = [];
    const proxy = await listen((socket) => socket.on('data', (data) => seen.push(String(data))));
    const { clock, failure } = await send('http://chat.example.test', proxy.port);
    await until(() => seen.length > 0);
    clock.advance(10_000);
    expect(await failure).toMatchObject({ code: 'connection_timed_out', landed: 'no', retry: 'later' });
    // Should it answer after all, nothing is sent.
    const quiet = await quietness();
    proxy.sockets[0]?.write('HTTP/1.1 200 OK\r\n\r\n');
    await quiet();
    await quiet();
    expect(seen.join('')).not.toContain('POST');
  });

  it.each(['SSH-2.0-OpenSSH\r\n', 'HTTP/1.1 400 X\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'])(
    'where the far end speaks first (%j), and it is not called without end',
    async (banner) => {
      const target = await listen((socket) => void socket.write(banner));
      const proxy = await listen((socket) => {
        socket.once('data', () => {
          const far = connect(target.port, '127.0.0.1', () => {
            socket.write('HTTP/1.1 200 OK\r\n\r\n');
            far.pipe(socket).pipe(far);
          });
          far.on('error', () => undefined);
        });
      });
      const { failure } = await send('http://chat.example.test', proxy.port);
      expect(await failure).toMatchObject({ code: 'proxy_refused', landed: 'no' });
      expect(proxy.sockets.length).toBeLessThan(20);
      const quiet = await quietness();
      await quiet();
      const calls = proxy.sockets.length;
      await quiet();
      expect(proxy.sockets.length).toBe(calls);
    },
  );
});
