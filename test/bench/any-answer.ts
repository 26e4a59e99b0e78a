import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';

/** A service that answers with any bytes. */
export interface AnyAnswer {
  readonly url: string;
  /** The number of requests by method. */
  readonly seen: Record<string, number>;
  close(): Promise<void>;
}

const thread = {
  id: '240000000000009',
  name: 'Refund',
  owner: 'lin',
  msgId: '1180000000000000123',
  groupId: '210000000000001',
  created: 1_735_689_600_123,
};
/** Valid answers; most bodies are one of them with one value replaced. */
const GOOD: readonly object[] = [
  {
    action: 'get',
    timestamp: 1,
    entities: [thread, { ...thread, id: '240000000000010' }],
    properties: { cursor: 'b3Bh' },
  },
  { entities: [{ id: '240000000000009' }], properties: { cursor: 'b3Bh' } },
  { entities: [], properties: {} },
  { data: { affiliations: ['lin', 'wei'] }, properties: { cursor: 'x' } },
  { data: { affiliations: [] } },
  { data: { thread_id: '240000000000011' } },
  { data: { name: 'Refund' } },
  { data: { status: 'ok' } },
  {
    entities: [
      { result: true, user: 'mia' },
      { result: false, user: 'tom' },
    ],
  },
  { error: 'group_error', error_description: 'thread not found.', error_code: 40011 },
  { error: 'unauthorized', error_description: 'Unable to authenticate (OAuth)' },
  { access_token: 'abc', expires_in: 0 },
];

/** Replaces one part of a JSON value. */
function put(value: unknown, steps: readonly number[], instead: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || typeof value !== 'object' || value === null) return instead;
  const entries = Object.entries(value);
  const at = step % Math.max(1, entries.length);
  const changed = entries.map(([key, part], n) => [key, n === at ? put(part, rest, instead) : part] as const);
  return Array.isArray(value) ? changed.map(([, part]) => part) : Object.fromEntries(changed);
}

const wrong = fc
  .tuple(fc.constantFrom(...GOOD), fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }))
  .map(([good, steps, instead]) => JSON.stringify(put(good, steps, instead)));

const body: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 8, arbitrary: wrong },
  { weight: 4, arbitrary: fc.constantFrom(...GOOD).map((good) => JSON.stringify(good)) },
  { weight: 2, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: fc.tuple(wrong, fc.nat(200)).map(([json, length]) => json.slice(0, length)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '\ufeff{}',
      '<html>502</html>',
      'null',
      '['.repeat(50_000),
      '{"entities":'.repeat(5_000),
    ),
  },
);

const STATUS = fc.oneof(
  { weight: 40, arbitrary: fc.constant(200) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(201, 204, 206, 299, 301, 302, 307, 308, 304, 400, 401, 403, 404, 405, 408, 413),
  },
  { weight: 1, arbitrary: fc.constantFrom(500, 501, 502, 503, 504, 599, 600, 999, 0, 100, 101) },
);

const header = fc.oneof(
  fc.constantFrom(
    'content-type: application/json',
    'content-encoding: gzip',
    'transfer-encoding: chunked',
    'retry-after: soon',
    'date: never',
    // Addresses reserved for documentation (RFC 5737): nothing may connect there.
    'location: http://192.0.2.1/',
    'location: https://example.com/steal',
    'connection: close',
    'connection: upgrade',
    'set-cookie: a=b',
    'content-length: -1',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 40 }),
  fc.nat(3).map((size) => `x-long: ${'h'.repeat(10 ** size)}`),
);

type Length = 'right' | 'short' | 'long' | 'none';

/** The bytes that a request is answered with, and whether the connection then ends. */
interface Reply {
  readonly bytes: Uint8Array;
  readonly after: 'keep' | 'end' | 'reset';
}

const reply: fc.Arbitrary<Reply> = fc
  .tuple(
    fc.nat(199),
    STATUS,
    fc.array(header, { maxLength: 2 }),
    body,
    fc.constantFrom<Length>('right', 'right', 'right', 'right', 'right', 'right', 'right', 'short', 'long', 'none'),
    fc.uint8Array({ maxLength: 100 }),
  )
  .map(([dice, status, headers, content, length, noise]) => {
    // Rarely: here the server waits for its time limit, or delays all calls for a while.
    if (dice === 0) return { bytes: new Uint8Array(), after: 'keep' };
    if (dice < 3) return { bytes: new Uint8Array(), after: 'reset' };
    if (dice < 6) return { bytes: noise, after: 'end' };
    const raw = Buffer.from(content);
    const says = { right: raw.length, short: Math.floor(raw.length / 2), long: raw.length + 10, none: undefined }[
      length
    ];
    const wellFormed =
      dice < 150 ? headers.filter((one) => !/length|chunked|encoding/.test(one) && dice > 40) : headers;
    const head = [
      `HTTP/1.1 ${status} OK`,
      ...wellFormed,
      ...(says === undefined ? [] : [`content-length: ${says}`]),
    ].join('\r\n');
    return {
      bytes: Buffer.concat([Buffer.from(`${head}\r\n\r\n`), raw]),
      after: length === 'right' ? 'keep' : 'end',
    };
  });

const REPLIES = 4_000;

/** Starts it on loopback. It uses plain TCP, to be able to send what is not HTTP. */
export async function startAnyAnswer(seed: number): Promise<AnyAnswer> {
  const replies = fc.sample(reply, { numRuns: REPLIES, seed });
  const sockets = new Set<Socket>();
  const seen: Record<string, number> = {};
  let next = 0;

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let got = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      got += text;
      for (;;) {
        const end = got.indexOf('\r\n\r\n');
        if (end === -1) return;
        const head = got.slice(0, end);
        const whole = end + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
        if (got.length < whole) return;
        got = got.slice(whole);
        const method = head.split(' ', 1)[0] ?? '';
        seen[method] = (seen[method] ?? 0) + 1;
        const answer = replies[next++ % REPLIES];
        if (!answer || socket.destroyed) return;
        if (answer.after === 'reset') socket.resetAndDestroy();
        else if (answer.after === 'end') socket.end(answer.bytes);
        else socket.write(answer.bytes);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
