import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { callBinary, runBinary } from '../support/binary.ts';
import { FAKE_DNS, NO_NETWORK } from '../support/preloads.ts';
import { appSettings } from '../support/rehearse.ts';
import { shownRun } from '../support/shown-run.ts';

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
  return { settings, asked, port };
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

describe('a proxy that cannot be used', () => {
  const HTTPS_PROXY = 'socks5://proxy.test:1';
  const list = ['call', 'list_threads', 'limit=1'];

  it('blocks nothing on loopback', async () => {
    const sandbox = await startSandbox({ now: () => Date.UTC(2026, 10, 23, 8) });
    onTestFinished(() => sandbox.close());
    const run = await runBinary(list, { ...appSettings(sandbox), HTTPS_PROXY, HTTP_PROXY: 'nonsense://' });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('[sandbox] Threads of the app acme#helpdesk: 1 shown');
  });

  it('blocks nothing for the hosts of NO_PROXY', async () => {
    const { settings, port } = await start();
    const run = await runBinary(list, {
      ...settings,
      AGORA_CHAT_HOST: `chat.test:${port}`,
      HTTPS_PROXY,
      NO_PROXY: 'chat.test',
      NODE_EXTRA_CA_CERTS: pem('cert'),
      NODE_OPTIONS: FAKE_DNS,
    });
    expect(shownRun(run)).toMatchInlineSnapshot(`
      "exit code 0
      --- stdout
      Threads of the app acme#helpdesk: none found; the whole list was read, there are no others. As of NOW.

      --- stderr
      "
    `);
  });

  /** What a call to an IPv6 address says where there is no network. */
  const alone = async (NO_PROXY: string): Promise<string> => {
    const { settings } = await start();
    const env = { ...settings, AGORA_CHAT_HOST: 'https://[2001:db8::1]', NODE_OPTIONS: NO_NETWORK };
    return shownRun(await runBinary(list, { ...env, HTTPS_PROXY, NO_PROXY }));
  };

  it('blocks nothing for an IPv6 address that NO_PROXY has without brackets: the call goes out', async () => {
    expect(await alone('::1,2001:db8::1')).toMatchInlineSnapshot(`
      "exit code 1
      --- stdout

      --- stderr
      Error [network_unreachable]: list_threads failed: no network route to the host (https://[2001:db8::1]).
      Trying again in a moment may help.
      Next: Ask the operator to check the network.
      "
    `);
  });

  it('is told where NO_PROXY has another address', async () => {
    expect(await alone('2001:db8::12')).toMatchInlineSnapshot(`
      "exit code 2
      --- stdout

      --- stderr
      Error [not_configured]: list_threads cannot be called with the settings of this server. HTTPS_PROXY must be the address of an HTTP proxy: write it as http://host:port.
      Nothing was sent. Trying again does not help before the operator has corrected the settings and restarted the server.
      Next: tell the user which setting is missing or wrong.
      "
    `);
  });
});
