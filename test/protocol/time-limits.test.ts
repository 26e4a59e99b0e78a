import { describe, expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../../src/sandbox/http-server.ts';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, type Recorded, type Reply, recordingServer, refusal } from '../support/http.ts';
import { type ManualClock, manualClock, skippingClock } from '../support/manual-clock.ts';
import { accept, appSettings } from '../support/rehearse.ts';
import { quietness } from '../support/turns.ts';
import { until } from '../support/until.ts';

const GROUP = '210000000000001';
const THREAD = '240000000000009';

type Call = readonly [tool: string, args: Record<string, unknown>];

/** Notes when each request arrives, by the clock of the test. */
async function timed(clock: ManualClock, reply: (request: Recorded, index: number) => Reply) {
  const start = clock.now();
  const times: number[] = [];
  const server = await recordingServer((request, index) => {
    times.push(clock.now() - start);
    return reply(request, index);
  });
  const quiet = await quietness();
  /** Lets time pass, and whatever comes of that come to rest. */
  const pass = async (ms: number) => {
    await quiet();
    clock.advance(ms);
    await quiet();
  };
  return { server, times, pass, quiet };
}

/** Has a promise come to its end? */
function ended(promise: Promise<unknown>): () => boolean {
  let over = false;
  const end = () => {
    over = true;
  };
  promise.then(end, end);
  return () => over;
}

describe('the time limit of an attempt', () => {
  // The vendor's own samples show 12 s for removing members, so changing members has twice as long, up to 30 s.
  const CALLS: readonly (readonly [method: string, limit: number, tries: number, ...Call])[] = [
    ['GET', 7_000, 3, 'list_threads', {}],
    ['PUT', 7_000, 3, 'rename_thread', { thread_id: THREAD, name: 'x' }],
    ['DELETE', 7_000, 3, 'delete_thread', { thread_id: THREAD }],
    ['POST', 7_000, 1, 'create_thread', { group_id: GROUP, msg_id: '1', name: 'x', owner: 'lin' }],
    ['POST', 14_000, 1, 'add_thread_members', { thread_ids: [THREAD], usernames: ['wei'] }],
    ['DELETE', 14_000, 3, 'remove_thread_members', { thread_ids: [THREAD], usernames: ['lin'] }],
  ];

  it.each(CALLS)('%s has %i ms, and %i tries: %s', async (method, limit, tries, tool, args) => {
    const clock = skippingClock();
    const { server, pass, quiet } = await timed(clock, (request) =>
      request.method === method
        ? 'hang'
        : envelope({ data: { affiliations: ['lin'] }, entities: [{ id: THREAD, name: 'x' }] }),
    );
    const env = { ...classicSettings(server.url), AGORA_THREADS_TIMEOUT_MS: '7000' };
    const { call } = await connectClient({ env, clock, form: accept });
    const answer = call(tool, args);
    const over = ended(answer);
    const hanging = () => server.requests.filter((request) => request.method === method).length;
    for (let attempt = 1; attempt <= tries; attempt++) {
      await until(() => hanging() === attempt, `attempt ${attempt}`);
      const before = server.requests.length;
      await pass(limit - 1);
      expect(server.requests).toHaveLength(before); // still waited for: neither sent again nor looked for
      expect(over()).toBe(false);
      clock.advance(1);
    }
    expect((await answer).text).toContain(`did not answer within ${limit / 1_000} s`);
    await quiet();
    expect(hanging()).toBe(tries);
  });

  it('is 30 s where nothing else is set', async () => {
    const clock = skippingClock();
    const { server, pass } = await timed(clock, (_request, index) =>
      index === 0 ? 'hang' : envelope({ entities: [] }),
    );
    const { call } = await connectClient({ env: classicSettings(server.url), clock });
    const answer = call('list_threads');
    await until(() => server.requests.length === 1);
    await pass(29_999);
    expect(server.requests).toHaveLength(1);
    clock.advance(1);
    expect((await answer).isError).toBe(false);
    expect(server.requests).toHaveLength(2);
  });

  it('is 30 s for a change of members too: then it is looked for while the call has time', async () => {
    const clock = skippingClock();
    const { server, pass } = await timed(clock, ({ method }) =>
      method === 'POST' ? 'hang' : envelope({ data: { affiliations: ['wei'] } }),
    );
    const { call } = await connectClient({ env: classicSettings(server.url), clock });
    const answer = call('add_thread_members', { thread_ids: [THREAD], usernames: ['wei'] });
    await until(() => server.requests.length === 1);
    await pass(29_999);
    expect(server.requests).toHaveLength(1);
    clock.advance(1);
    expect((await answer).structured['results']).toMatchObject([{ username: 'wei', status: 'added' }]);
  });

  it('is over with the call: no tool leaves a timer behind', async () => {
    const clock = manualClock();
    const sandbox = await startSandbox({ now: () => clock.now() });
    onTestFinished(() => sandbox.close());
    const env = { ...appSettings(sandbox), AGORA_THREADS_UNDOCUMENTED: '1' };
    const { call } = await connectClient({ env, clock, form: accept });
    const [first, second, third] = [...sandbox.state.threads.keys()];
    const calls: readonly Call[] = [
      ['list_threads', {}],
      ['list_user_threads', { username: 'lin', max_scan: 100 }],
      ['list_user_group_threads', { username: 'lin', group_id: GROUP }],
      ['list_thread_members', { thread_id: first }],
      ['get_thread', { thread_id: first }],
      ['list_group_threads', { group_id: GROUP }],
      ['rename_thread', { thread_id: first, name: 'x' }],
      ['add_thread_members', { thread_ids: [first], usernames: ['lin'] }],
      ['remove_thread_members', { thread_ids: [first], usernames: ['lin'] }],
      ['delete_thread', { thread_id: first }],
      ['delete_threads', { thread_ids: [second, third] }],
      ['rename_thread', { thread_id: first, name: 'x' }], // refused: it is gone
    ];
    for (const [tool, args] of calls) {
      await call(tool, args);
      expect(clock.waiting(), tool).toBe(0);
    }
  });
});

describe('the deadline of a list', () => {
  const settings = (url: string) => ({ ...classicSettings(url), AGORA_THREADS_TIMEOUT_MS: '600000' });

  it('ends a call whose first page never comes after 35 s', async () => {
    const clock = manualClock();
    const { server, pass } = await timed(clock, () => 'hang');
    const { call } = await connectClient({ env: settings(server.url), clock });
    const answer = call('list_user_threads', { username: 'lin', max_scan: 1_000 });
    const over = ended(answer);
    await until(() => server.requests.length === 1);
    await pass(34_999);
    expect(over()).toBe(false);
    clock.advance(1);
    await until(over, 'the end of the call');
    expect((await answer).text).toContain('not one page of the list came within 35 s');
  });

  it('keeps the pages that came', async () => {
    const clock = manualClock();
    const entities = Array.from({ length: 50 }, (_, n) => ({ id: String(n + 1), name: 'x' }));
    const { server, pass } = await timed(clock, (_request, index) =>
      index === 0 ? envelope({ entities, properties: { cursor: 'more' } }) : 'hang',
    );
    const { call } = await connectClient({ env: settings(server.url), clock });
    const answer = call('list_user_threads', { username: 'lin', max_scan: 1_000 });
    const over = ended(answer);
    await until(() => server.requests.length === 2);
    await pass(35_000);
    await until(over, 'the end of the call');
    expect((await answer).structured).toMatchObject({ stopped: 'deadline', scanned: 50, has_more: true });
  });
});

describe('a 429', () => {
  const busy = (after: string): Reply => ({
    ...refusal(429, 'reach_limit', 'This request has reached API limit.'),
    headers: { 'retry-after': after },
  });

  it('makes the next calls wait as long as it says, and then halves their rate', async () => {
    const clock = manualClock();
    // Longer than a call waits by itself, so that it is told to the caller; the pause of the others is bounded by 20 s.
    const { server, times, pass } = await timed(clock, (_request, index) =>
      index === 0 ? busy('21') : envelope({ entities: [{ id: '240000000000009' }] }),
    );
    const env = { ...classicSettings(server.url), AGORA_THREADS_RATE_LIMIT: '12' };
    const { call } = await connectClient({ env, clock });
    expect((await call('list_threads')).text).toContain('Error [rate_limited]');
    const others = Array.from({ length: 12 }, () => call('list_threads'));
    const unpaused = await call('list_user_threads', { username: 'lin' }); // another endpoint
    expect(unpaused.isError).toBe(false);
    expect(times).toEqual([0, 0]);
    await pass(19_999);
    await pass(1);
    await pass(1_000);
    expect((await Promise.all(others)).every(({ isError }) => !isError)).toBe(true);
    expect(times.slice(2)).toEqual([...Array(6).fill(20_000), ...Array(6).fill(21_000)]);
  });

  it.each([
    ['a date', (now: number) => new Date(now + 45_000).toUTCString(), 'Trying again may help in 45 s.'],
    ['seconds', () => '45', 'Trying again may help in 45 s.'],
    ['a date that is over', (now: number) => new Date(now - 45_000).toUTCString(), 'Trying again may help in 1 s.'],
    ['neither', () => 'soon, 45', 'Trying again in a moment may help.'],
  ])('is told with its Retry-After as %s', async (_what, after, told) => {
    const clock = skippingClock();
    const { server } = await timed(clock, () => busy(after(clock.now())));
    const { call } = await connectClient({ env: classicSettings(server.url), clock });
    expect((await call('list_threads')).text).toContain(told);
  });
});

describe('an exchange of credentials', () => {
  const exchanging = (url: string, perSecond: string) => ({
    AGORA_CHAT_HOST: url,
    AGORA_CHAT_APP_KEY: 'acme#helpdesk',
    EASEMOB_CLIENT_ID: 'id-1',
    EASEMOB_CLIENT_SECRET: 'a-client-secret',
    AGORA_THREADS_RATE_LIMIT: perSecond,
  });
  const isExchange = ({ url }: Recorded) => url.endsWith('/token');
  const issued = (access_token: string) => ({ json: { access_token, expires_in: 7_200 } });

  it('takes a place under the rate limit, and gives it back', async () => {
    const clock = manualClock();
    const { server, times, pass } = await timed(clock, (request) =>
      isExchange(request) ? issued('token-one-1') : envelope({ entities: [] }),
    );
    const { call } = await connectClient({ env: exchanging(server.url, '1'), clock });
    const answer = call('list_threads');
    await until(() => server.requests.length === 1);
    await pass(999);
    await pass(1);
    expect((await answer).isError).toBe(false);
    expect(times).toEqual([0, 1_000]);
  });

  it('that is refused with a 429 makes the calls wait, though they have a good token', async () => {
    const clock = manualClock();
    const HOUR = 3_600_000;
    let exchanges = 0;
    const { server, times, pass } = await timed(clock, (request) => {
      if (isExchange(request)) return ++exchanges === 1 ? issued('token-one-1') : busy20();
      return envelope({ entities: [] });
    });
    const { call } = await connectClient({ env: exchanging(server.url, '10'), clock });
    await call('list_threads');
    clock.advance(HOUR); // half of its life
    expect((await call('list_threads')).isError).toBe(false); // while another one is asked for
    await until(() => exchanges === 2);
    const answer = call('list_threads');
    await pass(19_999);
    await pass(1);
    expect((await answer).isError).toBe(false);
    expect(times.at(-1)).toBe(HOUR + 20_000);
  });
  const busy20 = (): Reply => ({ ...refusal(429, 'reach_limit', 'x'), headers: { 'retry-after': '20' } });

  it('that fails does not hide that the change may have been made before it', async () => {
    const clock = skippingClock();
    let exchanges = 0;
    const { server } = await timed(clock, (request, index) => {
      if (isExchange(request)) return ++exchanges === 1 ? issued('token-one-1') : { status: 500, raw: '' };
      return index === 1 ? envelope({ entities: [] }) : index === 2 ? 'reset' : refusal(401, 'unauthorized', 'x');
    });
    const { call } = await connectClient({ env: exchanging(server.url, '50'), clock });
    await call('list_threads');
    clock.advance(61_000); // an exchange is tried once a minute
    const { text } = await call('rename_thread', { thread_id: THREAD, name: 'x' });
    expect(server.requests.map(({ method, url }) => `${method} ${url.split('/').at(-1)}`).slice(2)).toEqual([
      `PUT ${THREAD}`,
      `PUT ${THREAD}`,
      'POST token',
    ]);
    expect(text).toContain('may have been made');
  });
});
