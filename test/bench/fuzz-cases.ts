import fc from 'fast-check';

/** One line sent to the server. */
export interface Case {
  readonly kind: 'line' | 'call' | 'cancelled';
  readonly bytes: string | Uint8Array;
  /** The id that must be answered exactly once; not set if the line may be ignored. */
  readonly id?: string;
}

/** Ids that exist, so that some cases get past the first checks. */
export interface Known {
  readonly threads: readonly string[];
  readonly groups: readonly string[];
  readonly users: readonly string[];
  readonly messages: readonly string[];
}

const LARGE = 10 * 1024 * 1024;
/** One case in this many is a line around the maximum length. */
const LARGE_EVERY = 5_000;

const METHODS = [
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'notifications/initialized',
  'notifications/progress',
  'notifications/roots/list_changed',
  'resources/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'tasks/list',
  'server/discover',
  '__proto__',
  'constructor',
];

/** Any code units, lone surrogates included; JSON escapes those. */
const wild = (maxLength: number) =>
  fc
    .array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff }), fc.nat(0x7f)), { maxLength })
    .map((units) => String.fromCharCode(...units));

const text = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  wild(80),
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '../..',
    '%2e%2e',
    '\0',
    '\n',
    '\r\n',
    '\u2028',
    '\u202e',
    'a/b?c#d',
    '__proto__',
  ),
  fc.nat(3).map((size) => 'x'.repeat(10 ** (size + 1))),
);

const nested = fc
  .tuple(fc.constantFrom('[', '{"a":'), fc.constantFrom(2, 30, 500, 8_000, 100_000))
  .map(
    ([open, depth]) =>
      open.repeat(depth) +
      (open === '[' ? ']' : '1}').repeat(open === '[' ? depth : 1) +
      (open === '[' ? '' : '}'.repeat(depth - 1)),
  );

/** JSON text of any shape; too deeply nested for JSON.stringify. */
const anyJson = fc.oneof(
  { weight: 6, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)) },
  { weight: 3, arbitrary: text.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: fc.constantFrom('null', 'true', '-0', '1e999', '9007199254740993', '0.1', '{}', '[]', '""') },
  { weight: 1, arbitrary: nested },
);

const id = fc.oneof(
  fc.constantFrom('null', '1.5', '-1', '""', '{}', '[]', 'true', '1e400', '"a"', '0', '9007199254740993'),
  text.map((value) => JSON.stringify(value)),
);

/** An object as JSON text: undefined members are left out, and one member may appear twice. */
const members = (parts: readonly (readonly [string, string | null])[]): string =>
  `{${parts.flatMap(([name, json]) => (json === null ? [] : [`${JSON.stringify(name)}:${json}`])).join(',')}}`;

const maybe = (arbitrary: fc.Arbitrary<string>) => fc.option(arbitrary, { freq: 6 });

/** JSON-RPC messages, valid or with one fault. */
const envelope = fc
  .tuple(
    maybe(fc.constantFrom('"2.0"', '"2.0"', '"2.0"', '"2.0"', '"1.0"', '2', 'null')),
    fc.option(id, { freq: 4 }),
    maybe(
      fc.oneof(
        fc.constantFrom(...METHODS).map((method) => JSON.stringify(method)),
        anyJson,
      ),
    ),
    fc.option(anyJson, { freq: 3 }),
    fc.option(anyJson, { freq: 1 }),
    fc.option(anyJson, { freq: 1 }),
  )
  .map(([jsonrpc, id, method, params, result, error]) =>
    members([
      ['jsonrpc', jsonrpc],
      ['id', id],
      ['method', method],
      ['params', params],
      // Answers to questions that were never asked; none of them is a yes.
      ['result', method === null ? result : null],
      ['error', method === null ? error : null],
    ]),
  );

const good = fc
  .constantFrom(...METHODS)
  .chain((method) => anyJson.map((params) => `{"jsonrpc":"2.0","id":"x","method":"${method}","params":${params}}`));

/** A message with one part removed, doubled or overwritten. */
const broken = fc
  .tuple(fc.oneof(good, envelope), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), text)
  .map(([line, where, length, instead]) => {
    const at = Math.floor(where * line.length);
    return line.slice(0, at) + instead + line.slice(at + length);
  });

const line: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: envelope },
  { weight: 3, arbitrary: broken },
  { weight: 2, arbitrary: good },
  { weight: 2, arbitrary: anyJson },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(good, envelope), { maxLength: 5 }).map((batch) => `[${batch.join(',')}]`) },
  { weight: 1, arbitrary: nested },
);

/** Lines around the maximum length: a text, only brackets, and a long argument. */
const largeLine = fc
  .tuple(fc.constantFrom(-100, 0, 1, LARGE / 2), fc.constantFrom('text', 'brackets', 'argument', 'noise'))
  .map(([more, of]) => {
    const size = LARGE + more;
    if (of === 'text') return `{"jsonrpc":"2.0","id":"x","method":"${'y'.repeat(size - 50)}"}`;
    if (of === 'brackets') return '['.repeat(size);
    if (of === 'noise') return Buffer.alloc(size, 'z');
    const head =
      '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"list_threads","arguments":{"cursor":"';
    return `${head}${'c'.repeat(size - head.length - 4)}"}}}`;
  });

/** Plausible arguments for each tool; calls with a code use the second half of the threads. */
function toolArguments(known: Known): Record<string, Record<string, fc.Arbitrary<string>>> {
  const json = <T>(arbitrary: fc.Arbitrary<T>) => arbitrary.map((value) => JSON.stringify(value));
  const one = (values: readonly string[]) => fc.constantFrom(...values);
  const thread_id = json(one(known.threads));
  const group_id = json(one(known.groups));
  const user = fc.oneof({ weight: 5, arbitrary: one(known.users) }, { weight: 1, arbitrary: text });
  const username = json(user);
  const name = json(text);
  const usernames = json(fc.array(user, { minLength: 1, maxLength: 24 }));
  const list = {
    limit: json(fc.integer({ min: 1, max: 50 })),
    cursor: json(fc.oneof(text, fc.base64String())),
    sort: json(fc.constantFrom('asc', 'desc')),
    max_scan: json(fc.constantFrom(1, 20, 100, 500)),
    detail: json(fc.constantFrom('compact', 'full')),
  };
  const filter = {
    name_contains: json(text),
    owner: username,
    msg_id: json(one(known.messages)),
    created_after: json(fc.oneof(fc.date({ noInvalidDate: true }).map(String), fc.constant('2026-10-01'))),
    created_before: json(
      fc.oneof(
        fc.date({ noInvalidDate: true }).map((date) => date.toJSON()),
        text,
      ),
    ),
  };
  // Codes have eight of 32 letters, so an invented one is never right.
  const confirmation_code = json(
    fc.oneof(fc.string({ unit: fc.constantFrom(...'23456789ABCDEFGH'), minLength: 8, maxLength: 8 }), text),
  );
  return {
    create_thread: { group_id, msg_id: json(one(known.messages)), name, owner: username, members: usernames },
    rename_thread: { thread_id, name },
    delete_thread: { thread_id, confirmation_code },
    delete_threads: {
      thread_ids: json(fc.array(one(known.threads), { minLength: 1, maxLength: 8 })),
      confirmation_code,
    },
    restore_thread: { thread_id, owner: username },
    list_threads: list,
    list_user_threads: { username, ...list, ...filter },
    list_user_group_threads: { group_id, username, ...list, ...filter },
    list_thread_members: { thread_id, limit: list.limit, cursor: list.cursor, max_scan: list.max_scan },
    add_thread_members: { thread_id, usernames },
    remove_thread_members: { thread_id, usernames, confirmation_code },
    // An approval has 192 bits, so an invented one is never right either.
    answer_confirmation: {
      approval: json(fc.oneof(fc.base64String({ minLength: 32, maxLength: 32 }), text)),
      answer: json(fc.constantFrom('shown', 'yes', 'no')),
    },
  };
}

const NEEDED = /^(thread_ids?|group_id|msg_id|name|owner|usernames?|approval|answer)$/;

/**
 * Tool calls as JSON text.
 *
 * @param wildness the percentage of arguments that can be anything
 */
function calls(known: Known, wildness: number): fc.Arbitrary<string> {
  const tools = Object.entries(toolArguments(known)).map(([tool, shape]) => {
    const parts = Object.entries(shape).map(([name, fitting]) =>
      fc.tuple(fc.nat(99), fitting, anyJson).map(([dice, fits, any]): [string, string | null] => {
        if (dice < wildness) return [name, any];
        // Required arguments are rarely left out, optional ones often.
        return [name, dice > (NEEDED.test(name) ? 97 : 70) ? null : fits];
      }),
    );
    const extra = fc
      .tuple(fc.nat(99), text, anyJson)
      .map(([dice, name, any]): [string, string | null] => [name, dice < wildness / 4 ? any : null]);
    return fc.tuple(...parts, extra).map((given) => `"name":${JSON.stringify(tool)},"arguments":${members(given)}`);
  });
  const shapeless = fc
    .tuple(fc.oneof(fc.constantFrom(...Object.keys(toolArguments(known))), text), anyJson)
    .map(([tool, any]) => `"name":${JSON.stringify(tool)},"arguments":${any}`);
  const token = fc.option(fc.constantFrom('1', '"t"', '"\\ud800"'), { freq: 2 });
  return fc
    .tuple(
      fc.oneof({ weight: 24, arbitrary: fc.oneof(...tools) }, { weight: wildness === 0 ? 0 : 1, arbitrary: shapeless }),
      token,
    )
    .map(([call, token]) => `${call}${token === null ? '' : `,"_meta":{"progressToken":${token}}`}`);
}

/**
 * `count` cases, the same for the same seed.
 *
 * @param hostile whether the service is the one that answers anything; the calls are then valid
 */
export function makeCases(known: Known, hostile: boolean, count: number, seed: number): Case[] {
  const numRuns = count;
  const lines = fc.sample(line, { numRuns, seed });
  const large = fc.sample(largeLine, { numRuns: Math.ceil(count / LARGE_EVERY) + 1, seed });
  const asked = fc.sample(calls(known, hostile ? 0 : 25), { numRuns, seed });
  const dice = fc.sample(fc.nat(99), { numRuns, seed: seed + 1 });
  return dice.map((face, n): Case => {
    const bytes = n % LARGE_EVERY === LARGE_EVERY / 2 ? large[Math.floor(n / LARGE_EVERY)] : undefined;
    if (bytes !== undefined) return { kind: 'line', bytes };
    if (face < (hostile ? 10 : 50)) return { kind: 'line', bytes: lines[n] ?? '' };
    const id = `case-${n}`;
    const call = `{"jsonrpc":"2.0","id":"${id}","method":"tools/call","params":{${asked[n]}}}`;
    if (face < 97) return { kind: 'call', bytes: call, id };
    const cancel = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"${id}"}}`;
    return { kind: 'cancelled', bytes: `${call}\n${cancel}` };
  });
}
