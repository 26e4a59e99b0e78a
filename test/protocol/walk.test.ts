import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walk } from '../../src/lists/walk.ts';
import { connectClient, type TestClient } from '../support/client.ts';
import { tokens } from '../support/count-tokens.ts';
import { classicSettings, envelope, recordingServer } from '../support/http.ts';
import { listServer, type Manner, type ServedThread, servedThreads } from '../support/list-server.ts';
import { type ManualClock, manualClock, skippingClock } from '../support/manual-clock.ts';
import { onAnyPort } from '../support/undated.ts';

const fast = (url: string) => ({ ...classicSettings(url), AGORA_THREADS_RATE_LIMIT: '1000000' });
const idsOf = (structured: Record<string, unknown>): string[] =>
  (structured['threads'] as { id: string }[]).map(({ id }) => id);

async function start(threads: ServedThread[], manner: Manner = 'cursor', between?: () => void) {
  const server = await listServer(threads, manner, between);
  return { server, ...(await connectClient({ env: fast(server.url), clock: skippingClock() })) };
}

/** Follows next_cursor to the end: all ids in the order shown, and the last summary. */
async function readAll({ call }: Pick<TestClient, 'call'>, args: Record<string, unknown>, limits: () => number) {
  const ids: string[] = [];
  let cursor: unknown;
  for (let calls = 0; calls < 3_000; calls++) {
    const { structured, text, isError } = await call('list_user_threads', {
      username: 'lin',
      ...args,
      limit: limits(),
      ...(cursor === undefined ? {} : { cursor }),
    });
    expect(isError, text).toBe(false);
    ids.push(...idsOf(structured));
    cursor = structured['next_cursor'];
    expect(structured['has_more']).toBe(cursor !== undefined);
    if (cursor === undefined) return { ids, text, stopped: structured['stopped'] };
  }
  throw new Error('the list has no end');
}

describe('2,400 threads of 4 users', () => {
  const all = servedThreads(2_400);
  const filters: readonly [string, Record<string, unknown>, (thread: ServedThread) => boolean][] = [
    ['no filter', {}, () => true],
    ['max_scan', { max_scan: 130 }, () => true],
    ['a name', { name_contains: 'REFUND' }, ({ name }) => name.startsWith('Refund')],
    ['an owner', { owner: 'mia' }, ({ owner }) => owner === 'mia'],
    ['an owner and a short scan', { owner: 'mia', max_scan: 90 }, ({ owner }) => owner === 'mia'],
    [
      'a month',
      { created_after: '2026-02-01', created_before: '2026-03-01' },
      ({ created }) => created >= Date.UTC(2026, 1, 1) && created < Date.UTC(2026, 2, 1),
    ],
  ];
  for (const sort of ['asc', 'desc']) {
    for (const limit of [50, 7]) {
      it.each(filters)(`are reached each once, ${sort}, by ${limit}, with %s`, async (_what, args, fits) => {
        const client = await start(all);
        const { ids } = await readAll(client, { ...args, sort }, () => limit);
        const expected = all.filter(fits).map(({ id }) => id);
        expect(ids).toEqual(sort === 'asc' ? expected : expected.reverse());
      });
    }
  }
});

describe('any list', () => {
  const honest = fc.constantFrom<Manner>('cursor', 'no cursor', 'empty cursor', 'null entities', 'short pages');
  const narrowing = fc.constantFrom<Record<string, unknown>>(
    {},
    { owner: 'wei' },
    { name_contains: 'refund' },
    { max_scan: 60 },
    { owner: 'lin', max_scan: 33 },
  );

  it('is read to its end, each thread once, however it ends and whatever the limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 500 }),
        honest,
        narrowing,
        fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
        async (size, manner, args, limits) => {
          const threads = servedThreads(size);
          const client = await start(threads, manner);
          const { ids, stopped } = await readAll(client, { ...args, sort: 'asc' }, () => limits.next().value ?? 7);
          const { owner, name_contains } = args;
          const expected = threads.filter(
            (thread) =>
              (owner === undefined || thread.owner === owner) &&
              (name_contains === undefined || /^refund/i.test(thread.name)),
          );
          expect(ids).toEqual(expected.map(({ id }) => id));
          expect(['end', 'limit', 'page']).toContain(stopped);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that loses and gains threads between pages ends too, and misses none that was there all along', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 50 }),
        narrowing,
        fc.infiniteStream(fc.nat({ max: 999 })),
        async (size, limit, args, random) => {
          const threads = servedThreads(size);
          let added = 0;
          const stays = new Set(threads.map(({ id }) => id));
          const client = await start(threads, 'cursor', () => {
            const lost = threads.splice((random.next().value ?? 0) % Math.max(1, threads.length), 1)[0];
            if (lost) stays.delete(lost.id);
            if (added === 40) return; // or a reader of single rows would never catch up
            added += 1;
            // At the far end, and at the near one, where new threads push on those that were shown.
            const created = added % 2 ? Date.UTC(2025, 0, 1) - added : Date.UTC(2027, 0, 1) + added;
            threads.push({
              id: String(250_000_000_000_000 + added),
              name: 'New',
              owner: 'lin',
              groupId: '1',
              msgId: '1',
              created,
            });
          });
          const { ids } = await readAll(client, { ...args, sort: 'desc' }, () => limit);
          expect(new Set(ids).size).toBe(ids.length);
          if (Object.keys(args).every((key) => key === 'max_scan'))
            expect(ids).toEqual(expect.arrayContaining([...stays]));
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    { limit: 49, owner: 'lin' },
    { limit: 40, owner: 'lin' },
    { limit: 38, owner: 'lin' },
    { limit: 30, owner: 'lin', max_scan: 60 },
    { limit: 20, max_scan: 200 },
    { limit: 30, owner: 'lin', news: 60 },
    { limit: 30, owner: 'lin', news: 60, step: 10 },
    { limit: 7, max_scan: 7, news: 45 },
  ])('whose threads are pushed on by new ones repeats none (%j)', async ({ news = 12, step = 12, ...args }) => {
    const threads = servedThreads(120).map((thread) => ({ ...thread, owner: 'lin' }));
    const old = threads.map(({ id }) => id);
    const client = await start(threads);
    const first = await client.call('list_user_threads', { username: 'lin', ...args });
    const fresh = servedThreads(news).map((thread, n) => ({
      ...thread,
      id: String(260_000_000_000_000 + n),
      owner: 'lin',
      created: Date.UTC(2027, 0, 1) + n,
    }));
    threads.push(...fresh);
    const seen = idsOf(first.structured);
    let cursor = first.structured['next_cursor'];
    while (cursor !== undefined) {
      const { structured } = await client.call('list_user_threads', { username: 'lin', ...args, limit: step, cursor });
      seen.push(...idsOf(structured));
      cursor = structured['next_cursor'];
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(old));
  });

  it('of short pages is read once, whatever limit and max_scan are from call to call', async () => {
    const steps = fc.array(
      fc.record({ limit: fc.integer({ min: 1, max: 25 }), max_scan: fc.option(fc.integer({ min: 1, max: 80 })) }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 80 }), steps, async (size, cycle) => {
        const threads = servedThreads(size);
        const client = await start(threads, 'short pages');
        const seen: string[] = [];
        let cursor: unknown;
        for (let n = 0; n === 0 || cursor !== undefined; n++) {
          const { limit = 1, max_scan } = cycle[n % cycle.length] ?? {};
          const args = { sort: 'asc', limit, ...(max_scan && { max_scan }), ...(cursor !== undefined && { cursor }) };
          const { structured } = await client.call('list_threads', args);
          seen.push(...idsOf(structured));
          cursor = structured['next_cursor'];
        }
        expect(seen).toEqual(threads.map(({ id }) => id));
      }),
      { numRuns: 40 },
    );
  });

  it('that is listed and deleted again and again has a cursor that stays short', async () => {
    const threads = servedThreads(600);
    const client = await start(threads);
    let cursor: unknown;
    let longest = 0;
    let shown = 0;
    do {
      const args = { username: 'lin', max_scan: 1_000, limit: 20, ...(cursor === undefined ? {} : { cursor }) };
      const { structured, text, isError } = await client.call('list_user_threads', args);
      expect(isError, text).toBe(false);
      const ids = idsOf(structured);
      shown += ids.length;
      for (const id of ids)
        threads.splice(
          threads.findIndex((thread) => thread.id === id),
          1,
        );
      cursor = structured['next_cursor'];
      longest = Math.max(longest, String(cursor ?? '').length);
    } while (cursor !== undefined);
    expect(shown).toBe(600);
    expect(longest).toBeLessThan(700);
  });

  it('whose pages overlap shows and counts each thread once', async () => {
    const threads = servedThreads(70);
    const server = await recordingServer(({ url }) => {
      const from = Number(new URL(url, 'http://x').searchParams.get('cursor') ?? 0);
      return envelope({ entities: threads.slice(from, from + 20), properties: { cursor: String(from + 15) } });
    });
    const { call } = await connectClient({ env: fast(server.url), clock: skippingClock() });
    const { structured } = await call('list_user_threads', { username: 'lin', max_scan: 1_000, limit: 50 });
    expect(new Set(idsOf(structured)).size).toBe(50);
    expect(structured).toMatchObject({ scanned: 70, matched: 70, stopped: 'end' });
  });

  it('whose shown threads are deleted goes on where it stopped', async () => {
    const threads = servedThreads(120);
    const all = threads.map(({ id }) => id);
    const client = await start(threads);
    const seen: string[] = [];
    let cursor: unknown;
    do {
      const args = {
        username: 'lin',
        owner: 'mia',
        limit: 4,
        sort: 'asc',
        ...(cursor === undefined ? {} : { cursor }),
      };
      const { structured } = await client.call('list_user_threads', args);
      const shown = idsOf(structured);
      seen.push(...shown);
      for (const id of shown)
        threads.splice(
          threads.findIndex((thread) => thread.id === id),
          1,
        );
      cursor = structured['next_cursor'];
    } while (cursor !== undefined);
    expect(seen).toEqual(
      servedThreads(120)
        .filter(({ owner }) => owner === 'mia')
        .map(({ id }) => id),
    );
    expect(all.length - threads.length).toBe(seen.length);
  });

  it.each([{}, { max_scan: 1_000 }, { owner: 'lin' }])(
    'whose cursor is stuck ends, and claims nothing (%j)',
    async (args) => {
      const client = await start(servedThreads(80), 'stuck');
      const { ids, text } = await readAll(client, args, () => 20);
      // A walk sees that the page came before; one call cannot know what another one has shown.
      if (Object.keys(args).length > 0) expect(new Set(ids).size).toBe(ids.length);
      expect(text).toContain('whether there are others is not known');
      expect(client.server.requests.length).toBeLessThan(10);
    },
  );

  it('whose cursors go round in a circle ends', async () => {
    let page = 0;
    const server = await recordingServer(() => {
      page += 1;
      return envelope({
        entities: [{ id: String(page % 3), name: 'x', owner: 'lin', groupId: '1', created: page }],
        properties: { cursor: String(page % 3) },
      });
    });
    const { call } = await connectClient({ env: fast(server.url), clock: skippingClock() });
    const { structured } = await call('list_user_threads', { username: 'lin', max_scan: 1_000 });
    expect(structured).toMatchObject({ stopped: 'cursor_repeated', scanned: 3 });
    expect(idsOf(structured)).toEqual(['1', '2', '0']);
  });
});

describe('what a model reads', () => {
  const CALLS: readonly [string, Record<string, unknown>][] = [
    ['one page', { limit: 3 }],
    ['a whole walk', { limit: 3, max_scan: 100_000 }],
    ['a walk that is cut', { limit: 3, max_scan: 120 }],
    ['filtered, all found', { name_contains: 'refund 5', owner: 'wei' }],
    ['filtered, cut at the limit', { owner: 'mia', limit: 2, detail: 'full' }],
    ['filtered, cut by max_scan', { name_contains: 'refund 3', max_scan: 60, limit: 2 }],
    ['filtered, nothing found', { msg_id: '1' }],
    [
      'a month of one owner',
      { owner: 'tom', created_after: '2026-01-05', created_before: '2026-01-07T00:00:00+08:00', detail: 'full' },
    ],
  ];
  it.each(CALLS)('%s', async (_what, args) => {
    const { call } = await start(servedThreads(400));
    const { text, structured } = await call('list_user_threads', { username: 'lin', ...args });
    expect(onAnyPort(`${text}\n\n${JSON.stringify(structured)}`)).toMatchSnapshot();
  });

  it('an empty list, and the last page', async () => {
    const empty = await start([]);
    expect((await empty.call('list_user_threads', { username: 'lin' })).text).toMatchSnapshot();
    const { call } = await start(servedThreads(4));
    const first = await call('list_user_threads', { username: 'lin', limit: 3 });
    const cursor = first.structured['next_cursor'];
    const last = await call('list_user_threads', { username: 'lin', limit: 3, cursor });
    expect(onAnyPort(last.text)).toMatchSnapshot();
  });

  it('a walk that met its deadline says how far it came, and goes on from there', async () => {
    const clock: ManualClock = skippingClock();
    const threads = servedThreads(400);
    let pages = 0;
    const server = await listServer(threads, 'cursor', () => {
      pages += 1;
      if (pages === 2) clock.advance(60_000);
    });
    const { call } = await connectClient({ env: fast(server.url), clock });
    const args = { username: 'lin', name_contains: 'refund', sort: 'asc', limit: 50, max_scan: 400 };
    const first = await call('list_user_threads', args);
    expect(first.structured).toMatchObject({ stopped: 'deadline', has_more: true });
    expect(first.text.split('\n')[0]).toMatchSnapshot();
    const rest = await call('list_user_threads', { ...args, limit: 50, cursor: first.structured['next_cursor'] });
    expect(idsOf(rest.structured)[0]).toBe(
      threads.filter(({ name }) => name.startsWith('Refund'))[idsOf(first.structured).length]?.id,
    );
  });

  it.each([
    ['the list', 'list_user_threads', { username: 'lin', max_scan: 100_000, limit: 3 }],
    ['the search', 'list_user_threads', { username: 'lin', name_contains: 'nothing of the kind' }],
    ['the members', 'list_thread_members', { thread_id: '1', max_scan: 100_000, limit: 3 }],
  ])('a page that fails in the middle of a walk keeps what was found, and leads on: %s', async (_what, tool, args) => {
    let broken = true;
    const threads = servedThreads(130);
    const server = await recordingServer(({ url }) => {
      const from = Number(new URL(url, 'http://x').searchParams.get('cursor') ?? 0);
      if (from === 100 && broken) return { status: 500, raw: '' };
      const entities = threads.slice(from, from + 50);
      const affiliations = entities.map(({ id }) => `user-${id}`);
      return envelope({ entities, data: { affiliations }, properties: { cursor: String(from + 50) } });
    });
    const { call } = await connectClient({ env: fast(server.url), clock: skippingClock() });
    const first = await call(tool, args);
    expect(first.isError).toBe(false);
    expect(onAnyPort(`${first.text}\n\n${JSON.stringify(first.structured)}`)).toMatchSnapshot();
    broken = false;
    const { structured } = await call(tool, { ...args, limit: 50, cursor: first.structured['next_cursor'] });
    expect(structured).toMatchObject({ scanned: 'limit' in args ? 127 : 30, stopped: 'end' });
  });

  it.each([
    ['one page', {}, 1],
    ['a whole walk', { max_scan: 100 }, 2],
    ['a scan that ends within a page', { max_scan: 70 }, 2],
    ['matches that fill the limit on the first page', { owner: 'mia', limit: 5 }, 1],
    ['matches that fill it exactly at the end of a page', { owner: 'mia', limit: 25 }, 2],
  ])('%s asks for no page that it does not need', async (_what, args, pages) => {
    const { server, call } = await start(servedThreads(400));
    await call('list_user_threads', { username: 'lin', ...args });
    // By the time of another answer, one that was sent and not waited for has arrived too.
    await call('list_user_threads', { username: 'lin', limit: 1 });
    expect(server.requests).toHaveLength(pages + 1);
  });

  it('asks for what it has shown of a page again together with what is wanted of it', async () => {
    const { server, call } = await start(servedThreads(400));
    const { structured } = await call('list_user_threads', { username: 'lin', max_scan: 10, limit: 5 });
    const cursor = structured['next_cursor'];
    const next = await call('list_user_threads', { username: 'lin', limit: 6, cursor });
    expect(idsOf(next.structured)).toHaveLength(6);
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.url).toContain('limit=11&');
  });

  it('fetches the next page before this one is worked on, where it is surely needed', async () => {
    let fetched = 0;
    const fetchedBy: number[] = [];
    await walk({
      async fetch() {
        fetched += 1;
        return { items: [{ id: `${fetched}0` }, { id: `${fetched}1` }], cursor: String(fetched) };
      },
      start: {},
      shortPageEnds: false,
      limit: 1,
      maxScan: 6,
      fits: () => fetchedBy.push(fetched) > 0,
      clock: manualClock(),
      signal: new AbortController().signal,
    });
    expect(fetchedBy).toEqual([2, 2, 3, 3, 3, 3]);
  });

  it('reports progress', async () => {
    const { call } = await start(servedThreads(130));
    const steps: unknown[] = [];
    await call('list_user_threads', { username: 'lin', max_scan: 1_000 }, { onprogress: (step) => steps.push(step) });
    expect(steps).toMatchObject([{ progress: 50 }, { progress: 100 }, { progress: 130 }]);
  });
});

describe('filters', () => {
  it.each([
    ['ＲＥＦＵＮＤ', 'refund 1', true],
    ['straße', 'STRASSE 7', true],
    ['café', 'CAFE\u0301', true],
    ['退款', '关于退款的问题', true],
    ['ﾘﾌｧﾝﾄﾞ', 'リファンド', true],
    ['refund', 'refnud', false],
  ])('name_contains %j finds %j: %s', async (name_contains, name, found) => {
    const server = await recordingServer(() => envelope({ entities: [{ id: '1', name }] }));
    const { call } = await connectClient({ env: fast(server.url) });
    const { structured } = await call('list_user_threads', { username: 'lin', name_contains });
    expect(structured['matched']).toBe(found ? 1 : 0);
  });

  it.each([
    '2026-01-02',
    '2026-01-02T00:00',
    '2026-01-02T00:00Z',
    '2026-01-02T08:00+08:00',
    '2026-01-02T08:00:00+08:00',
    '2026-01-01T19:00:00.000-05:00',
  ])('a time may be written %s', async (created_after) => {
    const { call } = await start(servedThreads(48));
    const { structured } = await call('list_user_threads', { username: 'lin', created_after, limit: 50 });
    expect(structured['matched']).toBe(24);
  });

  it.each([
    { created_after: '2026-13-01' },
    { created_after: '2026-01-02T08:00+8' },
    { created_after: '2026-01-02T25:00Z' },
    { created_after: '2026-01-02T08Z' },
    { created_after: '2026-02-30' },
    { created_after: 'yesterday' },
    { created_after: '2026-02-01', created_before: '2026-01-01' },
    { name_contains: ' ' },
    { msg_id: 5 },
    { max_scan: 0 },
    { max_scan: 100_001 },
  ])('%j is refused', async (args) => {
    const server = await recordingServer(() => envelope({ entities: [] }));
    const { call } = await connectClient({ env: fast(server.url) });
    const { text } = await call('list_user_threads', { username: 'lin', ...args });
    expect(text).toContain('Error [bad_arguments]');
    expect(server.requests).toEqual([]);
  });

  it('are no part of the ids-only list', async () => {
    const { call } = await start([]);
    expect((await call('list_threads', { owner: 'lin' })).text).toContain('unknown argument "owner"');
  });

  it('leave a cursor to its app', async () => {
    const server = await listServer(servedThreads(100), 'cursor');
    const at = (app: string) =>
      connectClient({ env: { ...fast(server.url), AGORA_CHAT_APP_KEY: app }, clock: skippingClock() });
    const [{ call }, other] = [await at('acme#helpdesk'), await at('acme#other')];
    const { structured } = await call('list_threads', { limit: 2 });
    const cursor = structured['next_cursor'];
    expect((await call('list_threads', { limit: 2, cursor })).isError).toBe(false);
    expect((await other.call('list_threads', { limit: 2, cursor })).text).toContain(
      'it belongs to the list of another user, group, app or host',
    );
  });

  it('change a cursor: used with others it is refused with the reason', async () => {
    const { call } = await start(servedThreads(100));
    const { structured } = await call('list_user_threads', { username: 'lin', owner: 'mia', limit: 2 });
    const cursor = structured['next_cursor'];
    const { text } = await call('list_user_threads', { username: 'lin', owner: 'tom', limit: 2, cursor });
    expect(text).toContain('it was made with other filters');
    expect(
      (await call('list_user_threads', { username: 'lin', owner: 'mia', limit: 9, max_scan: 50, cursor })).isError,
    ).toBe(false);
  });
});

describe('size', () => {
  const WORST = ['𪜶', '👩🏽‍🚀', 'ꙮ', '⟨', 'ﷺ', '\u202e', '"', '\\', 'ß', 'x'];
  it.each(WORST)(
    '50 threads named with 64 characters such as %j stay under 10,000 tokens in either form',
    async (unit) => {
      const name = [...unit.repeat(64)].slice(0, 64).join('');
      const threads = servedThreads(50).map((thread) => ({ ...thread, name, owner: name.slice(0, 30) }));
      for (const detail of ['compact', 'full']) {
        const { call } = await start(threads, 'short pages');
        const { text, structured } = await call('list_user_threads', {
          username: 'lin',
          limit: 50,
          detail,
          max_scan: 50,
        });
        expect(tokens(text)).toBeLessThan(10_000);
        expect(tokens(JSON.stringify(structured))).toBeLessThan(10_000);
        expect(structured['matched']).toBe(50);
        if (structured['stopped'] === 'budget') expect(structured['has_more']).toBe(true);
        else expect(idsOf(structured)).toHaveLength(50);
      }
    },
  );

  it.each(WORST)('50 members named with characters such as %j stay under it too, and none is lost', async (unit) => {
    const ids = Array.from({ length: 50 }, (_, n) => `${n}${unit.repeat(200)}`);
    const server = await recordingServer(({ url }) => {
      const query = new URL(url, 'http://x').searchParams;
      const from = Number(query.get('cursor') ?? 0);
      const affiliations = ids.slice(from, from + Number(query.get('limit')));
      return envelope({ data: { affiliations }, properties: { cursor: String(from + affiliations.length) } });
    });
    const { call } = await connectClient({ env: fast(server.url), clock: skippingClock() });
    const seen: string[] = [];
    let cursor: unknown;
    do {
      const args = { thread_id: '1', limit: 50, ...(cursor === undefined ? {} : { cursor }) };
      const { text, structured } = await call('list_thread_members', args);
      expect(tokens(text)).toBeLessThan(10_000);
      expect(tokens(JSON.stringify(structured))).toBeLessThan(10_000);
      seen.push(...(structured['members'] as string[]).map((id) => id.replace(/\D.*/u, '')));
      cursor = structured['next_cursor'];
    } while (cursor !== undefined);
    expect(seen).toEqual(ids.map((_, n) => String(n)));
  });

  it.each([...WORST, '👩‍👩‍👧‍👦‍👩‍👩‍👧‍👦'])(
    'a walk whose counts name owners such as %j stays under it too',
    async (unit) => {
      const threads = servedThreads(60).map((thread, n) => ({
        ...thread,
        name: unit.repeat(95),
        owner: `${n % 5}${unit.repeat(95)}`,
        groupId: String(n % 7),
      }));
      const { call } = await start(threads);
      const { text, structured } = await call('list_user_threads', { username: 'lin', limit: 50, max_scan: 100 });
      expect(structured['by_owner']).toHaveLength(5);
      expect(tokens(text)).toBeLessThan(10_000);
      expect(tokens(JSON.stringify(structured))).toBeLessThan(10_000);
    },
  );

  it('a server that sends names of any length cannot pass it either, and no row is lost', async () => {
    const threads = servedThreads(50).map((thread) => ({
      ...thread,
      name: '龘'.repeat(5_000),
      owner: '龘'.repeat(500),
    }));
    const client = await start(threads);
    const { ids } = await readAll(client, { sort: 'asc', detail: 'full' }, () => 50);
    expect(ids).toEqual(threads.map(({ id }) => id));
    const { text } = await client.call('list_user_threads', { username: 'lin', limit: 50, detail: 'full' });
    expect(tokens(text)).toBeLessThan(10_000);
    expect(text).toContain('…⟨+');
  });
});
