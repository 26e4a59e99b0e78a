import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Fault, parseFaults } from '../../src/sandbox/faults.ts';
import { ENDPOINTS, type Endpoint } from '../../src/sandbox/find-call.ts';
import { SANDBOX, SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { P, readPage, type Send, sandboxWith, threadIdOf } from './sandbox-client.ts';

const [message] = SANDBOX_HINTS.freeMessages;
const body = { group_id: message.group_id, name: 'Refund question', msg_id: message.id, owner: message.owner };
const create = (send: Send, signal?: AbortSignal) =>
  send('POST', `${P}/thread`, { body, ...(signal ? { signal } : {}) });
const list = (send: Send) => send('GET', `${P}/thread?limit=1`);

/** How a request without an answer fails, by the code of undici or Node. */
async function failureOf(request: Promise<unknown>): Promise<string> {
  const error: unknown = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return z.object({ code: z.string() }).parse(error).code;
}

/** Goes on when the sandbox has seen so many requests. */
async function seen(requests: readonly unknown[], count: number): Promise<void> {
  while (requests.length < count) await new Promise((resolve) => setImmediate(resolve));
}

describe('a fault that comes in place of an answer', () => {
  it.each([
    ['reset_before', false],
    ['reset_after', true],
  ] as const)('%s breaks the connection; done: %s', async (kind, done) => {
    const { sandbox, send } = await sandboxWith({ faults: [{ on: 'create', kind, times: 1 }] });
    expect(await failureOf(create(send))).toMatch(/^(ECONNRESET|UND_ERR_SOCKET)$/);
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(done);
    expect(sandbox.state.requests).toMatchObject([{ method: 'POST', status: 0 }]);
    expect((await create(send)).status).toBe(done ? 403 : 200);
  });

  it.each([
    ['no_answer_before', false],
    ['no_answer', true],
  ] as const)('%s leaves the client waiting; done: %s', async (kind, done) => {
    const { sandbox, send } = await sandboxWith({ faults: [{ on: 'create', kind }] });
    const giveUp = new AbortController();
    let answered = false;
    const request = create(send, giveUp.signal).finally(() => {
      answered = true;
    });
    await seen(sandbox.state.requests, 1);
    // Another request on the way there and back shows that the first one is not merely slow.
    expect((await list(send)).status).toBe(200);
    expect(answered).toBe(false);
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(done);
    giveUp.abort();
    await expect(request).rejects.toThrow();
    expect(sandbox.state.requests[0]).toMatchObject({ method: 'POST', status: 0 });
  });

  it('cut_body breaks off in the middle, after the work', async () => {
    const { sandbox, send } = await sandboxWith({ faults: [{ on: 'create', kind: 'cut_body', times: 1 }] });
    expect(await failureOf(create(send))).toMatch(/^(ECONNRESET|UND_ERR_SOCKET)$/);
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(true);
    expect(sandbox.state.requests).toMatchObject([{ status: 200 }]);
  });
});

describe('a fault that comes as another answer', () => {
  it('status refuses with the words given', async () => {
    const faults: Fault[] = [
      { on: 'create', kind: 'status', status: 503, times: 1 },
      {
        on: 'create',
        kind: 'status',
        status: 400,
        error: 'x',
        description: 'too many queries',
        times: 1,
        retry_after: 7,
      },
      { on: 'create', kind: 'status', status: 500, body: 'plain words', times: 1 },
      { on: 'create', kind: 'status', status: 200, body: { data: null }, times: 1 },
    ];
    const { sandbox, send } = await sandboxWith({ faults });
    expect(await create(send)).toMatchObject({
      status: 503,
      json: { error: 'server_error', error_description: 'scripted status 503' },
    });
    const second = await create(send);
    expect(second).toMatchObject({ status: 400, json: { error: 'x', error_description: 'too many queries' } });
    expect(second.headers['retry-after']).toBe('7');
    expect(await create(send)).toMatchObject({ status: 500, text: 'plain words' });
    expect(await create(send)).toMatchObject({ status: 200, text: '{"data":null}' });
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(false);
  });

  it('rate_limit refuses in the words of the real one', async () => {
    const when = 'Mon, 23 Nov 2026 12:00:05 GMT';
    const { sandbox, send } = await sandboxWith({ faults: [{ on: 'create', kind: 'rate_limit', retry_after: when }] });
    const reply = await create(send);
    expect(reply).toMatchObject({
      status: 429,
      json: { error: 'reach_limit', error_description: 'This request has reached API limit.' },
    });
    expect(reply.headers['retry-after']).toBe(when);
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(false);
  });

  it.each([
    [undefined, 200],
    [502, 502],
  ])('html gives a page with the status %s, without the work', async (status, expected) => {
    const { sandbox, send } = await sandboxWith({ faults: [{ on: 'create', kind: 'html', status }] });
    const reply = await create(send);
    expect(reply.status).toBe(expected);
    expect(reply.headers['content-type']).toBe('text/html');
    expect(reply.text).toMatch(/^<!DOCTYPE html>/);
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(false);
  });

  it('expired_token refuses a good token', async () => {
    const { sandbox, send } = await sandboxWith({ faults: [{ on: '*', kind: 'expired_token', times: 1 }] });
    expect(await create(send)).toMatchObject({
      status: 401,
      json: { error: 'unauthorized', error_description: 'Unable to authenticate due to expired access token' },
    });
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(false);
    expect((await create(send)).status).toBe(200);
  });

  it('empty_body does the work and says nothing', async () => {
    const { sandbox, send } = await sandboxWith({ faults: [{ on: 'create', kind: 'empty_body' }] });
    expect(await create(send)).toMatchObject({ status: 200, text: '' });
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(true);
  });

  it('stuck_cursor gives back the cursor that it was asked with', async () => {
    const { send } = await sandboxWith();
    const { send: sendStuck } = await sandboxWith({ faults: [{ on: 'list_user', kind: 'stuck_cursor' }] });
    const path = `${P}/threads/user/lin?limit=5`;
    const first = readPage(await sendStuck('GET', path));
    expect(first).toEqual(readPage(await send('GET', path)));
    const next = `${path}&cursor=${encodeURIComponent(first.cursor ?? '')}`;
    const second = readPage(await sendStuck('GET', next));
    expect(second).toEqual({ ids: readPage(await send('GET', next)).ids, cursor: first.cursor });
    // A refusal stays what it is.
    expect((await sendStuck('GET', `${path}&cursor=x`)).status).toBe(400);
  });

  it('latency answers after the wait, with the work done then', async () => {
    const waits: number[] = [];
    let go = (): void => undefined;
    const { sandbox, send } = await sandboxWith({
      faults: [{ on: 'create', kind: 'latency', ms: 12_412, times: 1 }],
      wait: (ms) => {
        waits.push(ms);
        return new Promise((resolve) => {
          go = resolve;
        });
      },
    });
    const request = create(send);
    await seen(waits, 1);
    expect(waits).toEqual([12_412]);
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(false);
    go();
    expect((await request).status).toBe(200);
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(true);
  });

  it('latency does the work also where the client has left', async () => {
    let go = (): void => undefined;
    const waits: number[] = [];
    const { sandbox, send } = await sandboxWith({
      faults: [{ on: 'create', kind: 'latency', ms: 1, times: 1 }],
      wait: (ms) => {
        waits.push(ms);
        return new Promise((resolve) => {
          go = resolve;
        });
      },
    });
    const giveUp = new AbortController();
    const request = create(send, giveUp.signal);
    await seen(waits, 1);
    giveUp.abort();
    await expect(request).rejects.toThrow();
    go();
    expect((await list(send)).status).toBe(200);
    expect(sandbox.state.threadOfMessage.has(message.id)).toBe(true);
  });

  it('latency ends with the sandbox', async () => {
    const { sandbox, send } = await sandboxWith({ faults: [{ on: '*', kind: 'latency', ms: 600_000 }] });
    const failure = failureOf(list(send));
    await seen(sandbox.state.requests, 1);
    await sandbox.close();
    expect(await failure).toMatch(/^(ECONNRESET|UND_ERR_SOCKET)$/);
  });
});

describe('which request a fault strikes', () => {
  const status = (on: Fault['on'], code: number, more: { times?: number; skip?: number } = {}): Fault => ({
    on,
    kind: 'status',
    status: code,
    ...more,
  });
  const statuses = async (send: Send, count: number) => {
    const all: number[] = [];
    for (let index = 0; index < count; index++) all.push((await list(send)).status);
    return all;
  };

  it('is counted by times and skip', async () => {
    const { send } = await sandboxWith({ faults: [status('list', 500, { skip: 1, times: 2 })] });
    expect(await statuses(send, 5)).toEqual([200, 500, 500, 200, 200]);
  });

  it('is settled by the first that matches, in order', async () => {
    const faults = [
      status('create', 500),
      status('list', 501, { times: 1 }),
      status('*', 502, { skip: 1, times: 1 }),
      status('list', 503),
    ];
    const { send } = await sandboxWith({ faults });
    // The third skips the second request, which falls to the fourth.
    expect(await statuses(send, 4)).toEqual([501, 503, 502, 503]);
  });

  it('is any while the sandbox runs: faults are added and cleared', async () => {
    const { sandbox, send } = await sandboxWith();
    expect(await statuses(send, 1)).toEqual([200]);
    sandbox.faults.push(status('list', 500));
    expect(await statuses(send, 2)).toEqual([500, 500]);
    sandbox.faults.splice(0);
    expect(await statuses(send, 1)).toEqual([200]);
  });

  it('can be each of the calls, and with * also one to no known address', async () => {
    const requests = {
      create: ['POST', '/thread'],
      rename: ['PUT', '/thread/1'],
      delete: ['DELETE', '/thread/1'],
      list: ['GET', '/thread'],
      list_user: ['GET', '/threads/user/lin'],
      list_user_group: ['GET', '/threads/chatgroups/1/user/lin'],
      members: ['GET', '/thread/1/users'],
      add_members: ['POST', '/thread/1/users'],
      remove_members: ['DELETE', '/thread/1/users'],
      token: ['POST', '/token'],
      get: ['GET', '/thread/1'],
      list_group: ['GET', '/threads/chatgroups/1'],
      list_groups: ['GET', '/chatgroups'],
      list_user_groups: ['GET', '/chatgroups/user/lin'],
      list_joined_groups: ['GET', '/users/lin/joined_chatgroups'],
      group_members: ['GET', '/chatgroups/1/users'],
      get_groups: ['GET', '/chatgroups/1,2'],
      get_user: ['GET', '/users/lin'],
    } as const satisfies Record<Endpoint, readonly [method: string, path: string]>;
    for (const [index, on] of ENDPOINTS.entries()) {
      const { send } = await sandboxWith({
        faults: [...ENDPOINTS.map((each, at) => status(each, 560 + at)), status('*', 599)],
      });
      const [method, path] = requests[on];
      expect((await send(method, `${P}${path}`)).status).toBe(560 + index);
      expect((await send('GET', '/nowhere')).status).toBe(599);
    }
  });
});

describe('a faults file', () => {
  it('is read as it was written', () => {
    const faults: Fault[] = [
      { on: '*', kind: 'latency', ms: 50 },
      { on: 'create', kind: 'status', status: 503, error: 'e', description: 'd', retry_after: 3, body: { x: [1] } },
      { on: 'list', kind: 'rate_limit', times: 2, skip: 1 },
      { on: 'token', kind: 'html', status: 502 },
      ...(
        [
          'reset_before',
          'reset_after',
          'no_answer',
          'no_answer_before',
          'cut_body',
          'expired_token',
          'stuck_cursor',
          'empty_body',
        ] as const
      ).map((kind): Fault => ({ on: 'get', kind })),
    ];
    expect(parseFaults(JSON.parse(JSON.stringify(faults)))).toEqual(faults);
    expect(parseFaults([])).toEqual([]);
  });

  it.each([
    [{}, 'faults: expected an array of faults'],
    [null, 'faults: expected an array of faults'],
    [['x'], 'faults[0]: expected an object'],
    [
      [{ on: 'list', kind: 'explode' }],
      'faults[0].kind: expected one of latency, status, rate_limit, html, reset_before',
    ],
    [[{ on: 'list' }], 'faults[0].kind: expected one of'],
    [[{ on: 'lists', kind: 'html' }], 'faults[0].on: Invalid option: expected one of "create"|"rename"'],
    [
      [
        { on: 'list', kind: 'html' },
        { on: 'list', kind: 'latency' },
      ],
      'faults[1].ms: Invalid input: expected number',
    ],
    [[{ on: 'list', kind: 'status', status: 99 }], 'faults[0].status: Too small: expected number to be >=200'],
    [[{ on: 'list', kind: 'no_answer', ms: 5 }], 'faults[0]: Unrecognized key: "ms"'],
    [[{ on: 'list', kind: 'html', times: 0 }], 'faults[0].times: Too small'],
    [
      [{ on: 'list', kind: 'rate_limit', retry_after: true }],
      'faults[0].retry_after: expected seconds or an HTTP date',
    ],
  ])('is refused as %j', (json, message) => {
    expect(() => parseFaults(json)).toThrow(`The faults cannot be used:\n  ${message}`);
  });

  it('works on the sandbox as it was read', async () => {
    const faults = parseFaults(JSON.parse('[{"on":"create","kind":"reset_after","times":1}]'));
    const { sandbox, send } = await sandboxWith({ faults });
    await expect(create(send)).rejects.toThrow();
    expect(await create(send)).toMatchObject({
      status: 403,
      json: { error_description: 'msg already create thread.not allow to create.' },
    });
    const [made] = readPage(await list(send)).ids;
    expect(sandbox.state.threads.get(made ?? '')?.msgId).toBe(message.id);
    expect(
      (await send('DELETE', `${P}/thread/${made}`, { headers: { authorization: `Bearer ${SANDBOX.appToken}` } }))
        .status,
    ).toBe(200);
    expect(threadIdOf(await create(send))).not.toBe(made);
  });
});
