import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SANDBOX, SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import type { SandboxState } from '../../src/sandbox/state.ts';
import { type Extras, NOW, P, type Reply, type Send, sandboxWith } from './sandbox-client.ts';

const [message, other] = SANDBOX_HINTS.freeMessages;
const valid = { group_id: message.group_id, name: 'Refund question', msg_id: message.id, owner: message.owner };
const create = (send: Send, changes: Record<string, unknown> = {}): Promise<Reply> =>
  send('POST', `${P}/thread`, { body: { ...valid, ...changes } });

const someThread = (state: SandboxState): string => state.created(message.group_id)[0]?.id ?? '';
const messageWhere = (state: SandboxState, what: 'single' | 'in_thread' | 'foreign'): string =>
  [...state.messages.values()].find(({ kind, foreign }) => (what === 'foreign' ? foreign : kind === what))?.id ?? '';

type Row = readonly [
  status: number,
  error: string,
  description: string,
  what: string,
  cause: (send: Send, state: SandboxState) => Promise<Reply>,
];

const eleven = { usernames: Array.from({ length: 11 }, (_, index) => `agent-0${index + 10}`) };
const LISTS = ['/thread', '/threads/user/lin', `/threads/chatgroups/${message.group_id}/user/lin`];

const THREAD_ERRORS: readonly Row[] = [
  ...['51', '0', '-1', '1.5', 'ten', '', '%2050'].flatMap((limit): Row[] => [
    ...LISTS.map(
      (path): Row => [
        400,
        'group_error',
        'query param reaches limit.',
        `limit=${limit} at ${path}`,
        (send) => send('GET', `${P}${path}?limit=${limit}`),
      ],
    ),
    [
      400,
      'group_error',
      'query param reaches limit.',
      `limit=${limit} for members`,
      (send, state) => send('GET', `${P}/thread/${someThread(state)}/users?limit=${limit}`),
    ],
  ]),
  [
    400,
    'group_error',
    'request body reaches limit.',
    'adding 11 users',
    (send, state) => send('POST', `${P}/thread/${someThread(state)}/users`, { body: eleven }),
  ],
  [
    400,
    'group_error',
    'request body reaches limit.',
    'removing 11 users',
    (send, state) => send('DELETE', `${P}/thread/${someThread(state)}/users`, { body: eleven }),
  ],
  [
    400,
    'group_error',
    'thread name limit reached.',
    'creating with 65 characters',
    (send) => create(send, { name: '字'.repeat(65) }),
  ],
  [
    400,
    'group_error',
    'thread name limit reached.',
    'creating with no character',
    (send) => create(send, { name: '' }),
  ],
  [
    400,
    'group_error',
    'thread name limit reached.',
    'renaming to 65 characters',
    (send, state) => send('PUT', `${P}/thread/${someThread(state)}`, { body: { name: 'x'.repeat(65) } }),
  ],
  [
    400,
    'group_error',
    'thread must on group message to create.',
    'a message between two users',
    (send, state) => create(send, { msg_id: messageWhere(state, 'single') }),
  ],
  [
    400,
    'group_error',
    'msg not belong to app.',
    'a message of another app',
    (send, state) => create(send, { msg_id: messageWhere(state, 'foreign') }),
  ],
  [
    400,
    'group_error',
    'msg not belong to group .',
    'a message of another group',
    (send) => create(send, { msg_id: other.id }),
  ],
  [
    400,
    'group_error',
    'thread not nested.',
    'a message in a thread',
    (send, state) => create(send, { msg_id: messageWhere(state, 'in_thread') }),
  ],
  ...[
    '',
    '{"group_id":',
    'null',
    '[]',
    '{}',
    '{"group_id":"1","msg_id":"1","owner":"lin"}',
    '{"group_id":"1","msg_id":"1","owner":1,"name":"n"}',
  ].map(
    (body): Row => [
      400,
      'param_illegal',
      'Failed to read HTTP message',
      `creating with the body ${body}`,
      (send) => send('POST', `${P}/thread`, { body }),
    ],
  ),
  [
    400,
    'param_illegal',
    'Failed to read HTTP message',
    'creating without a body',
    (send) => send('POST', `${P}/thread`),
  ],
  [
    403,
    'group_error',
    'msg already create thread.not allow to create.',
    'a second thread on one message',
    async (send) => {
      expect((await create(send)).status).toBe(200);
      return create(send);
    },
  ],
  [
    403,
    'group_error',
    'thread number has reached limit.',
    "the app's quota",
    (send, state) => {
      state.limits.threadsPerApp = state.threads.size;
      return create(send);
    },
  ],
  [
    403,
    'group_error',
    'user join thread reach limit.',
    "the owner's quota",
    (send, state) => {
      state.limits.threadsPerUser = state.joined('lin').length;
      return create(send);
    },
  ],
  [
    403,
    'group_error',
    'user join thread reach limit.',
    "a new member's quota",
    (send, state) => {
      state.limits.threadsPerUser = 0;
      const thread = state.insert(
        { groupId: message.group_id, msgId: message.id, name: 'n', owner: 'wei' },
        '249',
        NOW,
      );
      return send('POST', `${P}/thread/${thread.id}/users`, { body: { usernames: ['lin'] } });
    },
  ],
  [404, 'group_error', 'user not in group.', 'an owner outside the group', (send) => create(send, { owner: 'priya' })],
  [
    404,
    'group_error',
    'user not in group.',
    'adding a user outside the group',
    (send, state) => send('POST', `${P}/thread/${someThread(state)}/users`, { body: { usernames: ['lin', 'priya'] } }),
  ],
  [
    404,
    'group_error',
    'msg not exist.',
    'an unknown message',
    (send) => create(send, { msg_id: '1180000000000000123' }),
  ],
  [404, 'group_error', 'group not found.', 'an unknown group', (send) => create(send, { group_id: '210000000009999' })],
  [
    404,
    'group_error',
    'group not found.',
    'an unknown group in a list',
    (send) => send('GET', `${P}/threads/chatgroups/1/user/lin`),
  ],
  [
    404,
    'service_resource_not_found',
    'Service resource not found',
    'an unknown user',
    (send) => send('GET', `${P}/threads/user/nobody`),
  ],
  ...(
    [
      ['PUT', '', { name: 'n' }],
      ['DELETE', '', undefined],
      ['GET', '/users', undefined],
      ['POST', '/users', { usernames: ['lin'] }],
      ['DELETE', '/users', { usernames: ['lin'] }],
    ] as const
  ).map(
    ([method, rest, body]): Row => [
      404,
      'group_error',
      'thread not found.',
      `${method} on an unknown thread${rest}`,
      (send) => send(method, `${P}/thread/1${rest}`, { body }),
    ],
  ),
  ...(
    [
      ['POST', '/thread'],
      ['PUT', '/thread/1'],
      ['DELETE', '/thread/1'],
      ...LISTS.map((path) => ['GET', path] as const),
      ['GET', '/thread/1/users'],
      ['POST', '/thread/1/users'],
      ['DELETE', '/thread/1/users'],
    ] as const
  ).map(
    ([method, path]): Row => [
      403,
      'group_error',
      'thread not open.',
      `${method} ${path} without the feature`,
      (send, state) => {
        state.open = false;
        return send(method, `${P}${path}`);
      },
    ],
  ),
];

const GENERAL_ERRORS: readonly Row[] = [
  ...['/acme/Helpdesk', '/other/helpdesk', '/app-id/0123', `/app-id/${SANDBOX.appId.toUpperCase()}`, '/App-Id/x'].map(
    (prefix): Row => [
      404,
      'organization_application_not_found',
      `Could not find application for ${prefix.slice(1)} from URI: ${prefix.slice(1)}/thread`,
      `the app ${prefix}`,
      (send) => send('GET', `${prefix}/thread`),
    ],
  ),
  ...[
    '/Thread',
    '/threads',
    '/thread/',
    '/thread/1/users/',
    '/threads/1/users',
    '/thread/user/lin',
    '/messages',
    '',
  ].map(
    (path): Row => [
      404,
      'resource_not_found',
      'no such address',
      `the address ${path}`,
      (send) => send('GET', `${P}${path}`),
    ],
  ),
  ...(
    [
      ['PATCH', '/thread'],
      ['DELETE', '/thread'],
      ['POST', '/thread/1'],
      ['PUT', '/thread/1/users'],
      ['POST', '/threads/user/lin'],
      ['GET', '/token'],
    ] as const
  ).map(
    ([method, path]): Row => [
      405,
      'method_not_allowed',
      'Method Not Allowed',
      `${method} ${path}`,
      (send) => send(method, `${P}${path}`),
    ],
  ),
  ...[undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonx'].map(
    (type): Row => [
      415,
      'web_application',
      'Unsupported Media Type',
      `a body of the type ${type}`,
      (send) => send('POST', `${P}/thread`, { body: valid, headers: { 'content-type': type } }),
    ],
  ),
  [
    413,
    'request_entity_too_large',
    'Request Entity Too Large',
    'a body above 5 KB',
    (send) => create(send, { more: 'x'.repeat(5_200) }),
  ],
  [400, 'invalid_parameter', 'sort must be asc or desc', 'another sort', (send) => send('GET', `${P}/thread?sort=ASC`)],
  ...['PUT', 'POST', 'DELETE'].flatMap((method): Row[] => {
    const path = method === 'PUT' ? '/thread/1' : '/thread/1/users';
    const via = (extras: Extras) => (send: Send) =>
      send(method === 'PUT' ? 'PUT' : method === 'POST' ? 'POST' : 'DELETE', `${P}${path}`, extras);
    return [
      [400, 'param_illegal', 'Failed to read HTTP message', `${method} ${path} without a body`, via({})],
      [400, 'param_illegal', 'Failed to read HTTP message', `${method} ${path} without the field`, via({ body: {} })],
      [
        400,
        'param_illegal',
        'Failed to read HTTP message',
        `${method} ${path} with numbers`,
        via({ body: { name: 1, usernames: [1] } }),
      ],
      [
        400,
        'param_illegal',
        'Failed to read HTTP message',
        `${method} ${path} with nobody`,
        via({ body: { usernames: [] } }),
      ],
    ];
  }),
];

/** Numbers stand only where the web SDKs map exactly one to the meaning. */
const NUMBERS: Record<string, number> = { 'thread not open.': 40000, 'thread not found.': 40011 };

describe.each([
  ['an error of the thread endpoints', THREAD_ERRORS],
  ['a general error', GENERAL_ERRORS],
])('%s', (_kind, rows) => {
  it.each(rows)('%i %s "%s": %s', async (status, error, error_description, _what, cause) => {
    const { sandbox, send } = await sandboxWith();
    const reply = await cause(send, sandbox.state);
    const number = NUMBERS[error_description];
    expect(reply.status).toBe(status);
    expect(reply.json).toEqual({
      error,
      exception: expect.any(String),
      timestamp: NOW,
      duration: 0,
      ...(number === undefined ? {} : { error_code: number }),
      error_description,
    });
  });
});

describe('what was refused', () => {
  it('has changed nothing', async () => {
    const { sandbox, send } = await sandboxWith();
    const { state } = sandbox;
    const thread = someThread(state);
    const before = state.members(thread);
    const threads = state.created();
    await send('POST', `${P}/thread/${thread}/users`, { body: { usernames: ['sara', 'mia', 'priya'] } });
    await create(send, { owner: 'priya' });
    await send('PUT', `${P}/thread/${thread}`, { body: { name: '' } });
    expect(state.members(thread)).toEqual(before);
    expect(state.created()).toEqual(threads);
  });

  it('as malformed JSON is json_parse, except where creating has a row of its own', async () => {
    const { sandbox, send } = await sandboxWith();
    const reply = await send('PUT', `${P}/thread/${someThread(sandbox.state)}`, { body: '{"name":' });
    expect(reply).toMatchObject({ status: 400, json: { error: 'json_parse', error_description: expect.any(String) } });
  });

  it('as far too large is answered before all of it has come', async () => {
    const { send } = await sandboxWith();
    const { status } = await create(send, { more: 'x'.repeat(3 * 1024 * 1024) });
    expect(status).toBe(413);
  });

  it('accepts the content type with a character set', async () => {
    const { send } = await sandboxWith();
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await send('POST', `${P}/thread`, { body: valid, headers })).status).toBe(200);
  });
});

describe('the limit of calls a second', () => {
  it('holds for each endpoint, on a window that slides', async () => {
    let time = NOW;
    const { send } = await sandboxWith({ now: () => time, callsPerSecond: 3 });
    const list = () => send('GET', `${P}/thread?limit=1`);
    const at = async (ms: number) => {
      time = NOW + ms;
      return (await list()).status;
    };
    expect([await at(0), await at(400), await at(900), await at(999)]).toEqual([200, 200, 200, 429]);
    expect((await send('GET', `${P}/threads/user/lin?limit=1`)).status).toBe(200);
    // Only the first has left the window; a second that started afresh would admit three.
    expect([await at(1000), await at(1001), await at(1399), await at(1400)]).toEqual([200, 429, 429, 200]);
    const refused = await list();
    expect(refused).toMatchObject({
      status: 429,
      json: { error: 'reach_limit', error_description: 'This request has reached API limit.' },
    });
  });

  it('is 100 by default', async () => {
    const { send } = await sandboxWith();
    const replies = await Promise.all(Array.from({ length: 103 }, () => send('GET', `${P}/thread?limit=1`)));
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(3);
  });
});

describe('bytes that are no HTTP', () => {
  it('end that connection alone', async () => {
    const { sandbox, send } = await sandboxWith();
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.end('nonsense\r\n\r\n').resume();
    await ended;
    expect((await send('GET', `${P}/thread?limit=1`)).status).toBe(200);
  });
});
