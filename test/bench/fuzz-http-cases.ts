import type { Random } from '../../src/sandbox/random.ts';
import { initializeParams } from './peer.ts';

/** A session that the cases use or abuse. */
export interface Victim {
  readonly id: string;
  readonly token: string;
}

/** What cases are made of. */
export interface Stock {
  readonly random: Random;
  /** Tokens that count. */
  readonly tokens: readonly [string, ...string[]];
  readonly victims: () => readonly Victim[];
  /** A line that was made for the server's stdin: JSON-RPC, nearly JSON-RPC, or anything. */
  readonly line: () => string | Uint8Array;
}

/** The bytes of one connection. */
export interface HttpCase {
  readonly kind: string;
  readonly bytes: Uint8Array;
  /** Is it a whole request, or what no request begins with? Then it must be answered, with a status line. */
  readonly whole: boolean;
  /** Is the connection broken off behind the bytes? */
  readonly breakOff?: boolean;
  /** The session in which a question may come back. */
  readonly victim?: Victim;
}

type Headers = readonly (readonly [name: string, value: string])[];

/** What the server takes, in bytes. */
const LARGEST_BODY = 1024 * 1024;
const ACCEPT = 'application/json, text/event-stream';

/** A request as it goes over the wire. */
export function requestBytes(
  method: string,
  path: string,
  headers: Headers,
  body: string | Uint8Array = '',
): Uint8Array {
  const head = [`${method} ${path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), Buffer.from(body)]);
}

/** The headers of an honest client. */
export const honest = (token: string, session: string | undefined, body: string | Uint8Array): Headers => [
  ['host', '127.0.0.1'],
  ['authorization', `Bearer ${token}`],
  ['content-type', 'application/json'],
  ['accept', ACCEPT],
  ...(session === undefined ? [] : ([['mcp-session-id', session]] as const)),
  ['content-length', String(Buffer.byteLength(body))],
  ['connection', 'close'],
];

const PING = '{"jsonrpc":"2.0","id":"p","method":"ping"}';
const METHODS = [
  'GET',
  'POST',
  'DELETE',
  'PUT',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'BREW',
  'get',
] as const;
const PATHS = [
  '/mcp',
  '/mcp/',
  '/mcp?x=1',
  '/MCP',
  '//mcp',
  '/../mcp',
  '/%6dcp',
  '/',
  '*',
  '/healthz',
  '/readyz',
  '/metrics',
  'http://other.test/mcp',
] as const;

/** For each header what else it may hold. `undefined` leaves it out, and a list sends it several times. */
const OTHER_VALUES: Readonly<
  Record<string, readonly [string | undefined | readonly string[], ...(string | undefined | readonly string[])[]]>
> = {
  host: [
    undefined,
    '',
    'evil.test',
    '127.0.0.1.evil.test',
    'localhost:1',
    '[::1]',
    '127.0.0.1:99999',
    'a b',
    ['127.0.0.1', 'evil.test'],
  ],
  authorization: [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer x',
    `Bearer att_${'A'.repeat(43)}`,
    'Basic eDp5',
    'bearer  x',
    `Bearer ${'x'.repeat(8_000)}`,
    'Bearer \u00e9',
  ],
  'content-type': [
    undefined,
    '',
    'text/plain',
    'application/json; charset=utf-16',
    'application/jsonx',
    'multipart/form-data; boundary=x',
  ],
  accept: [undefined, '', '*/*', 'application/json', 'text/event-stream', 'text/html;q=0.9', ';;;,,,'],
  'mcp-session-id': [
    undefined,
    '',
    'x',
    'a.',
    '.',
    `a.${'0'.repeat(36)}`,
    'x'.repeat(8_000),
    '__proto__',
    '../../etc/passwd',
    ['a.1', 'b.2'],
  ],
  'content-length': [undefined, '', '0', '1', '-1', '1e3', '0x10', '999999999999999999999', '+5', ['5', '6']],
  connection: ['keep-alive', 'upgrade', 'close, te', ''],
};

/** Headers that an honest client does not send. */
const MORE_HEADERS: Headers = [
  ['origin', 'https://evil.test'],
  ['origin', 'null'],
  ['origin', 'http://localhost:3000'],
  ['mcp-protocol-version', '1999-01-01'],
  ['mcp-protocol-version', '2025-03-26'],
  ['last-event-id', '1'],
  ['last-event-id', 'x'.repeat(2_000)],
  ['transfer-encoding', 'chunked'],
  ['transfer-encoding', 'gzip'],
  ['content-encoding', 'gzip'],
  ['expect', '100-continue'],
  ['expect', 'the unexpected'],
  ['upgrade', 'websocket'],
  ['upgrade', 'h2c'],
  ['x-forwarded-host', 'evil.test'],
  ['x-forwarded-for', '10.0.0.1'],
  ['cookie', 'x'.repeat(4_000)],
  ['x'.repeat(500), 'x'],
  ['x-many', 'x'.repeat(20_000)],
];

/** Bytes that are no request, or only nearly one. */
const NO_REQUESTS = [
  'GET /mcp\r\n\r\n',
  'GET / HTTP/0.9\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'POST /mcp HTTP/1.1\n\n',
  'POST /mcp HTTP/9.9\r\nhost: 127.0.0.1\r\n\r\n',
  'POST /mcp HTTP/1.1\r\nhost 127.0.0.1\r\n\r\n',
  'POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\n\x00: x\r\n\r\n',
  'POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n',
  'POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n\r\n',
  'POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '{"jsonrpc":"2.0","id":1,"method":"ping"}\n',
  ' \r\n\r\n',
] as const;

/** What a POST may hold beside lines. */
function oddBody(random: Random): string | Uint8Array {
  const size = random.int(1, 150);
  return random.pick<() => string | Uint8Array>([
    () => '',
    () => '[]',
    () => '[[]]',
    () => 'null',
    () => `[${Array.from({ length: size }, (_, n) => PING.replace('"p"', `"p${n}"`)).join(',')}]`,
    () => `[${PING},${PING}]`,
    () => `[${PING},1,{}]`,
    () => '['.repeat(20_000),
    () => `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}}`,
    () => Buffer.from([0xff, 0xfe, 0x7b, 0x00]),
    () => Buffer.from(PING, 'utf16le'),
    () => `\ufeff${PING}`,
    () => PING.slice(0, random.int(1, PING.length - 1)),
    () => '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"p"}}',
    () => '{"jsonrpc":"2.0","id":"__proto__","method":"tools/list"}',
  ])();
}

/** Rare, since each is a megabyte. */
const tooLarge = (): Uint8Array => Buffer.alloc(LARGEST_BODY + 1, ' ');

/** Makes one case after the other. */
export function createHttpCases({ random, tokens, victims, line }: Stock): () => HttpCase {
  const pick = <T>(items: readonly T[]): T | undefined => items[random.int(0, items.length - 1)];

  function inSession(kind: string, body: string | Uint8Array): HttpCase {
    const victim = pick(victims());
    const bytes = requestBytes('POST', '/mcp', honest(victim?.token ?? '', victim?.id, body), body);
    // A server that refuses a large body may close the connection before all of it has come, and the answer is lost.
    const whole = Buffer.byteLength(body) <= LARGEST_BODY;
    return { kind, whole, bytes, ...(victim && { victim }) };
  }

  function otherHeaders(): HttpCase {
    const victim = pick(victims());
    // As often as not the token of somebody else.
    const token = random.int(0, 1) === 0 ? random.pick(tokens) : (victim?.token ?? '');
    let headers = [...honest(token, random.int(0, 4) === 0 ? undefined : victim?.id, PING)];
    let whole = true;
    for (let n = random.int(1, 3); n > 0; n--) {
      const name = pick(Object.keys(OTHER_VALUES)) ?? 'host';
      const value = pick(OTHER_VALUES[name] ?? []);
      headers = headers.filter(([other]) => other !== name);
      for (const one of value === undefined ? [] : typeof value === 'string' ? [value] : value)
        headers.push([name, one]);
      // A server waits for a body that is announced and does not come.
      if (name === 'content-length' || name === 'connection') whole = false;
    }
    if (random.int(0, 2) === 0) {
      const [name, value] = pick(MORE_HEADERS) ?? ['x', 'y'];
      headers.push([name, value]);
      if (name === 'transfer-encoding' || name === 'upgrade' || name === 'expect') whole = false;
    }
    const method = random.int(0, 4) === 0 ? random.pick(['GET', 'DELETE']) : 'POST';
    const path = random.int(0, 4) === 0 ? random.pick(PATHS) : '/mcp';
    return { kind: 'headers', whole, bytes: requestBytes(method, path, headers, PING) };
  }

  function otherRequest(): HttpCase {
    const headers = [
      ['host', '127.0.0.1'],
      ['authorization', `Bearer ${random.pick(tokens)}`],
      ['connection', 'close'],
    ] as const;
    return { kind: 'request', whole: true, bytes: requestBytes(random.pick(METHODS), random.pick(PATHS), headers) };
  }

  function noRequest(): HttpCase {
    const noise = Buffer.from(Array.from({ length: random.int(1, 300) }, () => random.int(0, 255)));
    const bytes = random.int(0, 1) === 0 ? noise : Buffer.from(random.pick(NO_REQUESTS), 'latin1');
    return { kind: 'no_request', whole: false, bytes };
  }

  function newSession(): HttpCase {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initializeParams({}) });
    return {
      kind: 'new_session',
      whole: true,
      bytes: requestBytes('POST', '/mcp', honest(random.pick(tokens), undefined, body), body),
    };
  }

  function brokenOff(): HttpCase {
    const { bytes } = inSession('', line());
    return {
      kind: 'broken_off',
      whole: false,
      breakOff: true,
      bytes: bytes.subarray(0, random.int(1, bytes.byteLength)),
    };
  }

  return () => {
    const face = random.int(0, 999);
    if (face < 550) return inSession('line', line());
    if (face < 720) return otherHeaders();
    if (face < 800) return otherRequest();
    if (face < 860) return noRequest();
    if (face < 920) return inSession('odd_body', oddBody(random));
    if (face < 950) return newSession();
    if (face < 951) return inSession('too_large', tooLarge());
    return brokenOff();
  };
}
