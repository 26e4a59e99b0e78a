import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { catalogue, undocumented } from '../../tools/index.ts';
import { connectClient, type Outcome } from '../support/client.ts';
import { tokens } from '../support/count-tokens.ts';
import { type Answer, classicSettings, envelope, type Recorded, recordingServer } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';
import { accept } from '../support/rehearse.ts';

/* No result and no error is longer than a model can read, whatever is asked and whatever the service answers. */

const MOST_TOKENS = 10_000;

/** Characters that cost many tokens, or grow when they are escaped. */
const UNITS = ['👩‍👩‍👧‍👦', 'ﷺ', '\u202e', '"', 'q'] as const;
/** A deletion of 50 threads makes some 300 requests. */
const FEW = ['👩‍👩‍👧‍👦', 'q'] as const;

/** As many as fit so many UTF-8 bytes. */
const filled = (unit: string, bytes: number): string =>
  unit.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(unit))));
/** Mixed ASCII: hardly two characters make a token. */
const mixed = (n: number, length: number): string =>
  Array.from({ length }, (_, i) => 'aZ3_xQ9-kW7.mP1'.charAt((n * 7 + i * 11 + (i % 5)) % 15)).join('');

/** 32 digits: the longest id. */
const idOf = (n: number): string => String(10n ** 31n + BigInt(n * 7_919_317));

/** What stands in every field that a service fills in. */
const hostileText = (unit: string, n: number): string => `${n}${unit.repeat(600)}`;
const hostileThread = (unit: string, n: number) => ({
  id: idOf(n),
  name: hostileText(unit, n),
  owner: hostileText(unit, n % 7),
  groupId: idOf(n % 9),
  msgId: idOf(n),
  created: 1_735_689_600_000 + n,
});

type Service = (request: Recorded) => Answer | 'reset';

const usersOf = z.object({ usernames: z.array(z.string()) });

/** Answers with as much as it may, in every field that any call reads. */
const generous =
  (unit: string): Service =>
  ({ method, url, body }) => {
    if (method !== 'GET') {
      const users = usersOf.safeParse(body === '' ? {} : JSON.parse(body)).data?.usernames ?? [];
      const data = { status: 'ok', thread_id: idOf(60), name: hostileText(unit, 1) };
      return envelope({ data, entities: users.map((user) => ({ user, result: true })) });
    }
    const fifty = Array.from({ length: 50 }, (_, n) => n);
    const texts = fifty.map((n) => hostileText(unit, n));
    const groups = fifty.map((n) => ({
      groupid: idOf(n),
      groupname: hostileText(unit, n),
      owner: hostileText(unit, n),
    }));
    const cursor = hostileText('x', 1);
    if (url.includes('chatgroups')) return envelope({ data: groups, entities: groups, cursor });
    const thread = url.includes('/threads/') ? hostileThread(unit, 3) : {};
    return envelope({
      entities: fifty.map((n) => hostileThread(unit, n)),
      data: { affiliations: texts, ...thread },
      properties: { cursor },
    });
  };

/** Refuses with a body of 100 KB. */
const refuses =
  (status: number, unit: string): Service =>
  () => ({ status, json: { error: hostileText(unit, 1), error_description: unit.repeat(50_000) } });

/** Reads well, and refuses what would change something. */
const refusesWrites =
  (status: number, unit: string): Service =>
  (request) =>
    request.method === 'GET' ? generous(unit)(request) : refuses(status, unit)(request);

/** Reads well, and loses the answer of what changes something. */
const losesWrites =
  (unit: string): Service =>
  (request) =>
    request.method === 'GET' ? generous(unit)(request) : 'reset';

const SERVICES: readonly (readonly [what: string, make: (unit: string) => Service])[] = [
  ['answers with all it has', generous],
  ['refuses at length', (unit) => refuses(403, unit)],
  ['does not know anything, at length', (unit) => refuses(404, unit)],
  ['refuses every write at length', (unit) => refusesWrites(403, unit)],
  ['loses the answer of every write', losesWrites],
];

/** The most that each argument takes, in the costliest way. */
function largest(argument: string, unit: string, wide: boolean): unknown {
  // 200 pairs: 50 threads and 4 users, or 2 threads and 100 users.
  const [threads, users] = wide ? [50, 4] : [2, 100];
  const user = (n: number) =>
    unit === 'q' ? mixed(n, 64) : `${n}-${filled(unit === '"' || unit === ' ' ? 'x' : unit, 58)}`;
  switch (argument) {
    case 'thread_ids':
      return Array.from({ length: threads }, (_, n) => idOf(n));
    case 'usernames':
      return Array.from({ length: users }, (_, n) => user(n));
    case 'members':
      return Array.from({ length: 100 }, (_, n) => user(n));
    case 'username':
    case 'owner':
      return user(1);
    case 'name':
      return [...unit.repeat(64)]
        .slice(0, 64)
        .join('')
        .replace(/\p{Cc}/gu, 'x');
    case 'name_contains':
      return [...unit.repeat(64)].slice(0, 64).join('');
    case 'thread_id':
    case 'group_id':
    case 'msg_id':
      return idOf(3);
    case 'limit':
      return 50;
    case 'max_scan':
      return 200;
    case 'detail':
      return 'full';
    case 'created_after':
      return '2020-01-01';
    default:
      return undefined;
  }
}

const argumentsOf = (names: readonly string[], unit: string, wide: boolean): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, largest(name, unit, wide)]).filter(([, value]) => value !== undefined));

const TOOLS = [...catalogue, ...undocumented];

function expectReadable({ text, structured }: Outcome, question = ''): void {
  for (const form of [text, JSON.stringify(structured), question])
    expect(tokens(form), form.slice(0, 300)).toBeLessThan(MOST_TOKENS);
}

/** @param slow how long each write takes by the clock of the call, in milliseconds */
async function start(service: Service, slow = 0, form = true) {
  const clock = skippingClock();
  const server = await recordingServer((request) => {
    if (request.method !== 'GET') clock.advance(slow);
    return service(request);
  });
  let question = '';
  const env = {
    ...classicSettings(server.url),
    AGORA_THREADS_UNDOCUMENTED: '1',
    AGORA_THREADS_RATE_LIMIT: '1000000',
  };
  const client = await connectClient({
    env,
    clock,
    ...(form && {
      form: (message: string) => {
        question = message;
        return accept(message, undefined as never, undefined as never);
      },
    }),
  });
  return { ...client, questionOf: () => question };
}

describe.each(SERVICES)('a service that %s', (_what, make) => {
  it.each(TOOLS)('$name', async ({ name, argumentNames, kind }) => {
    for (const unit of kind === 'delete' ? FEW : UNITS) {
      for (const wide of argumentNames.includes('usernames') ? [true, false] : [true]) {
        const { call, questionOf } = await start(make(unit));
        const args = argumentsOf(argumentNames, unit, wide);
        expectReadable(await call(name, args), questionOf());
        if (kind !== 'delete') continue;
        // Without a form: a preview, with a code.
        const coded = await start(make(unit), 0, false);
        expectReadable(await coded.call(name, args));
      }
    }
  });
});

describe('a service so slow that most is not tried', () => {
  it.each(TOOLS.filter(({ kind }) => kind !== 'read'))('$name', async ({ name, argumentNames, kind }) => {
    for (const unit of kind === 'delete' ? FEW : UNITS) {
      for (const wide of [true, false]) {
        const { call, questionOf } = await start(generous(unit), 12_000);
        expectReadable(await call(name, argumentsOf(argumentNames, unit, wide)), questionOf());
      }
    }
  });
});

describe('arguments that are wrong', () => {
  const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`key-${n}-${'👩‍👩‍👧‍👦'.repeat(3)}`, n]));
  const deep = Array.from({ length: 500 }).reduce<unknown>((inner) => ({ inner }), 1);

  it.each(TOOLS)(
    '20,000 unknown keys, and the longest values in every argument: $name',
    async ({ name, argumentNames }) => {
      const { call } = await start(generous('用'));
      expectReadable(await call(name, unknown));
      for (const value of [
        '⟨'.repeat(100_000),
        deep,
        Array.from({ length: 1_000 }, () => '\u202e'.repeat(100)),
        1e308,
      ]) {
        expectReadable(await call(name, Object.fromEntries(argumentNames.map((argument) => [argument, value]))));
      }
    },
  );
});
