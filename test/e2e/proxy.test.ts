import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callBinary } from '../support/binary.ts';

const pem = (name: string): string => fileURLToPath(new URL(`../support/tls/${name}.pem`, import.meta.url));

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
};

/** A service on TLS that nobody reaches but through the proxy, and a proxy that keeps what it was asked for. */
async function start(refuse = false) {
  const tls = createHttpsServer(
    { key: readFileSync(pem('key')), cert: readFileSync(pem('cert')) },
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"action":"get","entities":[]}');
    },
  );
  const port = await listen(tls);
  const asked: string[] = [];
  const proxy = createHttpServer();
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    if (refuse) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const side of [onward, socket]) side.on('error', () => undefined);
  });
  const HTTPS_PROXY = `http://127.0.0.1:${await listen(proxy)}`;
  const settings = {
    AGORA_CHAT_HOST: 'chat.test',
    AGORA_CHAT_APP_KEY: 'acme#helpdesk',
    AGORA_CHAT_APP_TOKEN: 'a-token-for-the-test',
    HTTPS_PROXY,
  };
  return { settings, asked };
}

describe('a proxy', () => {
  it('is honoured, and so is a certificate authority of one’s own', async () => {
    const { settings, asked } = await start();
    const text = await callBinary('list_threads', {}, { ...settings, NODE_EXTRA_CA_CERTS: pem('cert') });
    expect(text).toContain('Threads of the app acme#helpdesk: none');
    expect(asked).toEqual(['chat.test:443']);
  });

  it('does not make a certificate good', async () => {
    const { settings } = await start();
    expect(await callBinary('list_threads', {}, settings)).toContain('Error [tls_error]');
  });

  it('that refuses is named', async () => {
    const { settings } = await start(true);
    expect(await callBinary('list_threads', {}, settings)).toContain('Error [proxy_refused]');
  });

  it('is passed by for the hosts of NO_PROXY', async () => {
    const { settings, asked } = await start();
    const text = await callBinary('list_threads', {}, { ...settings, NO_PROXY: 'chat.test' });
    expect(text).toContain('Error [host_not_found]'); // chat.test exists nowhere
    expect(asked).toEqual([]);
  });

  it('never sees the sandbox', async () => {
    const { settings, asked } = await start();
    const env = { HTTPS_PROXY: settings.HTTPS_PROXY, HTTP_PROXY: settings.HTTPS_PROXY };
    expect(await callBinary('list_threads', { limit: 1 }, env)).toMatch(/^\[sandbox\]/);
    expect(asked).toEqual([]);
  });
});
