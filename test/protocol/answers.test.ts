import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openConnections } from '../../src/agora/dispatcher.ts';
import { AgoraError } from '../../src/agora/errors.ts';
import { createSendOnce } from '../../src/agora/send-once.ts';
import { createThreads, type Threads } from '../../src/agora/threads.ts';
import { systemClock } from '../../src/base/clock.ts';
import { connectClient } from '../support/client.ts';
import { type Answer, classicSettings, recordingServer } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';
import { accept } from '../support/rehearse.ts';

// Whatever a server answers: a parsed result or an AgoraError, and no id that the server did not send.

const ID = '240000000000009';
const signal = new AbortController().signal;

/** Each call, with a good answer to start from. */
const CALLS: readonly [string, (threads: Threads) => Promise<unknown>, unknown][] = [
  [
    'create',
    (threads) => threads.create({ groupId: '1', msgId: '2', name: 'x', owner: 'lin' }, signal),
    { action: 'post', data: { thread_id: ID } },
  ],
  ['rename', (threads) => threads.rename(ID, 'x', signal), { data: { name: 'x' } }],
  ['delete', (threads) => threads.delete(ID, signal), { data: { status: 'ok' } }],
  [
    'list',
    (threads) => threads.list({ limit: 50 }, signal),
    {
      action: 'get',
      entities: [
        {
          id: ID,
          name: 'a',
          owner: 'acme#helpdesk_lin',
          msgId: '1180000000000000123',
          groupId: '21',
          created: 1_735_689_600_123,
        },
      ],
      properties: { cursor: 'abc' },
    },
  ],
  [
    'members',
    (threads) => threads.listMembers(ID, { limit: 50 }, signal),
    { data: { affiliations: ['lin', 'wei'] }, properties: {} },
  ],
  ['add', (threads) => threads.addMembers(ID, ['lin'], signal), { data: { status: 'ok' } }],
  ['remove', (threads) => threads.removeMembers(ID, ['lin'], signal), { entities: [{ result: true, user: 'lin' }] }],
  ['get', (threads) => threads.get(ID, signal), { data: { id: ID, name: 'a', affiliations_count: 3 } }],
];

/** Puts something else in the place of one part of a JSON value. */
const mutated = (good: unknown): fc.Arbitrary<string> =>
  fc.record({ at: fc.nat({ max: 30 }), value: fc.jsonValue() }).map(({ at, value }) => {
    let left = at;
    const walk = (node: unknown): unknown => {
      if (left-- === 0) return value;
      if (Array.isArray(node)) return node.map(walk);
      if (node !== null && typeof node === 'object') {
        return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)]));
      }
      return node;
    };
    return JSON.stringify(walk(good));
  });

const bodies = (good: unknown): fc.Arbitrary<string> =>
  fc.oneof(
    mutated(good),
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.nat({ max: 200 }).map((length) => JSON.stringify(good).slice(0, length)),
    fc.constantFrom(
      '',
      ' ',
      'null',
      '[]',
      '0',
      '<html></html>',
      '{"entities":[{"id":1e400}]}',
      '{"data":{"thread_id":240000000000000000009}}',
    ),
  );

it.each(CALLS)('%s', async (_name, call, good) => {
  let answer: Answer = {};
  const server = await recordingServer(() => answer);
  const connections = await openConnections(server.url, true, {});
  const attempt = createSendOnce({
    origin: server.url,
    prefix: ['acme', 'helpdesk'],
    timeoutMs: 10_000,
    clock: systemClock,
    userAgent: 'test',
    dispatcher: connections.dispatcher,
  });
  const threads = createThreads((request, abort) => attempt(request, 'x', abort));

  answer = { json: good };
  await call(threads); // the answer that all the others are made from is a good one

  const status = fc.oneof(
    { weight: 4, arbitrary: fc.constant(200) },
    fc.constantFrom(201, 204, 400, 401, 403, 404, 429, 500, 503, 600, 999),
  );
  await fc.assert(
    fc.asyncProperty(bodies(good), status, async (raw, code) => {
      answer = { raw: code === 204 ? '' : raw, status: code };
      try {
        const result = await call(threads);
        expect([200, 201]).toContain(code);
        for (const [id] of JSON.stringify(result ?? null).matchAll(/\d{5,}/g)) expect(raw).toContain(id);
      } catch (error) {
        if (!(error instanceof AgoraError)) throw error;
        expect(error.code).toMatch(/^[a-z_]+$/);
      }
    }),
    { numRuns: 300 },
  );
  await connections.close();
});

/** Calls of whole tools: what is written, shown and returned must bear any answer too. */
const TOOLS: readonly [string, Record<string, unknown>, unknown][] = [
  ['create_thread', { group_id: '1', msg_id: '2', name: 'x', owner: 'lin' }, { data: { thread_id: ID } }],
  ['rename_thread', { thread_id: ID, name: 'x' }, { data: { name: 'x' } }],
  ['delete_thread', { thread_id: ID }, { data: { status: 'ok', affiliations: ['lin'] }, entities: [{ id: ID }] }],
  [
    'list_user_threads',
    { username: 'lin', max_scan: 60, detail: 'full' },
    {
      entities: [{ id: ID, name: 'a', owner: 'lin', msgId: '118', groupId: '21', created: 1_735_689_600_123 }],
      properties: { cursor: 'abc' },
    },
  ],
  ['list_threads', {}, { entities: [{ id: ID }], properties: {} }],
  ['list_thread_members', { thread_id: ID }, { data: { affiliations: ['lin', 'wei'] }, properties: {} }],
  ['add_thread_members', { thread_id: ID, usernames: ['lin'] }, { data: { status: 'ok', affiliations: ['lin'] } }],
  [
    'remove_thread_members',
    { thread_id: ID, usernames: ['lin'] },
    { data: { affiliations: ['lin'] }, entities: [{ result: true, user: 'lin' }] },
  ],
];

/** Bytes that are no UTF-8, within a good answer and alone. */
const bytes = (good: unknown): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .record({ at: fc.nat({ max: 120 }), broken: fc.uint8Array({ min: 0x80, minLength: 1, maxLength: 4 }) })
      .map(({ at, broken }) => {
        const text = Buffer.from(JSON.stringify(good));
        return Buffer.concat([text.subarray(0, at), broken, text.subarray(at)]);
      }),
  );

it.each(TOOLS)('%s gives a result or an error, whatever is answered', async (tool, args, good) => {
  let answer: Answer = {};
  const server = await recordingServer(() => answer);
  const { call } = await connectClient({
    env: { ...classicSettings(server.url), AGORA_THREADS_RATE_LIMIT: '1000000' },
    clock: skippingClock(),
    form: accept,
  });
  const raw = fc.oneof(bytes(good), bodies(good));
  const status = fc.oneof({ weight: 4, arbitrary: fc.constant(200) }, fc.constantFrom(201, 400, 404, 500));
  await fc.assert(
    fc.asyncProperty(raw, status, async (body, code) => {
      answer = { raw: body, status: code };
      // The client holds each result against the schema of its tool, and each error against the form of errors.
      const { text, structured, isError } = await call(tool, args);
      expect(text).toBe(text.toWellFormed());
      if (isError) expect(text).not.toContain('internal_error');
      const sent = `${Buffer.from(body).toString('utf8')} ${JSON.stringify(args)}`;
      for (const [id] of JSON.stringify(structured).matchAll(/(?<=_id":"|"id":")\d{5,}/g)) expect(sent).toContain(id);
    }),
    { numRuns: 30 },
  );
});
