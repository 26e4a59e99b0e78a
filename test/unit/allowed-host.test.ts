import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/base/loopback.ts';
import { refusedHeader } from '../../src/http/allowed-host.ts';

const PUBLIC = 'https://threads.example.com/mcp';

describe('refusedHeader', () => {
  it.each([
    // Loopback, with and without an address for clients.
    [undefined, 'localhost', undefined, undefined],
    [undefined, '127.0.0.1:8080', undefined, undefined],
    [undefined, '127.8.9.10:1', undefined, undefined],
    [undefined, '[::1]:8080', undefined, undefined],
    [PUBLIC, 'localhost:8080', undefined, undefined],
    [undefined, 'localhost:8080', 'http://localhost:3000', undefined],
    // The address that clients use: a proxy may leave out its port, or name that of TLS.
    [PUBLIC, 'threads.example.com', undefined, undefined],
    [PUBLIC, 'THREADS.example.com:443', undefined, undefined],
    [PUBLIC, 'threads.example.com', 'https://threads.example.com', undefined],
    ['https://threads.example.com:8443', 'threads.example.com:8443', undefined, undefined],
    ['http://10.0.0.5:8080', '10.0.0.5:8080', undefined, undefined],
    // Anything else.
    [undefined, undefined, undefined, 'Host'],
    [undefined, '', undefined, 'Host'],
    [undefined, 'threads.example.com', undefined, 'Host'],
    [undefined, '10.0.0.5:8080', undefined, 'Host'],
    [undefined, '127.0.0.1.evil.example', undefined, 'Host'],
    [undefined, 'localhost.evil.example', undefined, 'Host'],
    [PUBLIC, 'evil.example', undefined, 'Host'],
    [PUBLIC, 'threads.example.com.evil.example', undefined, 'Host'],
    [PUBLIC, 'threads.example.com:8443', undefined, 'Host'],
    [PUBLIC, 'threads.example.com', 'https://evil.example', 'Origin'],
    [PUBLIC, 'threads.example.com', 'http://threads.example.com', 'Origin'],
    [PUBLIC, 'threads.example.com', 'null', 'Origin'],
    [PUBLIC, 'threads.example.com', '', 'Origin'],
    [undefined, 'localhost:8080', 'https://localhost.evil.example', 'Origin'],
  ])('clients use %s: Host %j, Origin %j: refused for %s', (url, host, origin, refused) => {
    expect(refusedHeader(host, origin, url === undefined ? undefined : new URL(url))).toBe(refused);
  });
});

it('no other name or address passes, whatever it looks like', () => {
  const host = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().map((ip) => `[${ip}]`),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(host, (name) => {
      fc.pre(!URL.canParse(`http://${name}`) || !isLoopback(new URL(`http://${name}`).hostname));
      expect(refusedHeader(name, undefined, new URL('https://threads.invalid'))).toBe('Host');
    }),
  );
});
