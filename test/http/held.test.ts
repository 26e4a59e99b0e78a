import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { classicSettings } from '../support/http.ts';
import { bearer, beginSession, EVERYTHING, hello, post, startServing, toolCall } from '../support/serving.ts';
import { threadService, threadsOf } from '../support/thread-service.ts';
import { until } from '../support/until.ts';

const PEOPLE = { lin: EVERYTHING, mia: EVERYTHING };
const LIST = { jsonrpc: '2.0', id: 'list', method: 'tools/list' };
const INITIALIZED = { jsonrpc: '2.0', method: 'notifications/initialized' };

it('has at most 200 requests of a name under way, and those of others go on', async () => {
  const service = await threadService(threadsOf('lin', 1), { before: () => 'hang' });
  const serving = await startServing({ people: PEOPLE, env: classicSettings(service.url) });
  const [first, second] = [await beginSession(serving), await beginSession(serving)];
  const mia = await beginSession(serving, 'mia');
  const batch = Array.from({ length: 100 }, (_, id) => toolCall(id, 'list_threads'));
  expect((await post(serving, batch, first)).status).toBe(200);
  expect((await post(serving, batch.slice(1), second)).status).toBe(200);
  expect((await post(serving, LIST, second)).status).toBe(200);
  await post(serving, toolCall('last', 'list_threads'), second);
  for (const [message, headers] of [
    [LIST, first],
    [hello(), bearer(serving.tokenOf('lin'))],
  ] as const) {
    const refused = await post(serving, message, headers);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.text()).toContain('Too many requests of this token are under way');
  }
  expect((await post(serving, INITIALIZED, first)).status).toBe(202);
  expect((await post(serving, LIST, mia)).status).toBe(200);
  await fetch(`${serving.origin}/mcp`, { method: 'DELETE', headers: first });
  expect((await post(serving, LIST, second)).status).toBe(200);
});

it('reads few large bodies of a name at a time', async () => {
  const serving = await startServing({ people: PEOPLE });
  const size = 1024 * 1024;
  /** Announces a body that does not come. @returns the status line of the answer, or of the word to go on */
  async function announce(): Promise<{ line: string; leave: () => void }> {
    const socket = connect(Number(new URL(serving.origin).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const headers = {
      host: '127.0.0.1',
      ...bearer(serving.tokenOf('lin')),
      'content-length': size,
      expect: '100-continue',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    socket.write(`POST /mcp HTTP/1.1\r\n${lines.join('')}\r\n`);
    await until(() => received !== '', 'an answer');
    return { line: received.split('\r\n')[0] ?? '', leave: () => void socket.destroy() };
  }
  const begun = [];
  for (let at = 0; at < 12; at++) begun.push(await announce());
  expect(begun.map(({ line }) => line)).toEqual(Array(12).fill('HTTP/1.1 100 Continue'));
  const large = JSON.stringify(hello()).padEnd(size);
  const statusOf = async (name: string): Promise<number> =>
    (await post(serving, large, bearer(serving.tokenOf(name)))).status;
  expect(await statusOf('lin')).toBe(429);
  expect(await statusOf('mia')).toBe(200);
  expect((await post(serving, hello(), bearer(serving.tokenOf('lin')))).status).toBe(200);
  for (const { leave } of begun) leave();
  while ((await statusOf('lin')) !== 200);
});
