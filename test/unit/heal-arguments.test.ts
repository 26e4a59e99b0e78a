import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { healArguments } from '../../src/toolkit/heal-arguments.ts';
import { catalogue, undocumented } from '../../tools/index.ts';
import { argumentValues } from '../support/argument-values.ts';

const ID = '240000000000001';
const OTHER = '240000000000002';

function toolNamed(name: string) {
  const tool = catalogue.find((one) => one.name === name);
  if (!tool) throw new Error(`There is no tool ${name}.`);
  return tool;
}
const heal = (tool: string, args: unknown): unknown => healArguments(args, toolNamed(tool).inputSchema());
const refused = (tool: string, args: unknown) =>
  expect(toolNamed(tool).prepare(heal(tool, args))).rejects.toThrow(z.ZodError);

type Arguments = Record<string, unknown>;

const HEALED: readonly (readonly [what: string, tool: string, given: Arguments, meant: Arguments])[] = [
  ['null for an optional argument', 'list_threads', { limit: null, cursor: null }, {}],
  ['an empty text for an optional argument', 'list_threads', { cursor: '', sort: '' }, {}],
  ['an empty code', 'delete_thread', { thread_id: ID, confirmation_code: '' }, { thread_id: ID }],
  ['a code of blanks', 'delete_thread', { thread_id: ID, confirmation_code: ' ' }, { thread_id: ID }],
  ['an empty filter', 'list_user_threads', { username: 'lin', owner: '', msg_id: null }, { username: 'lin' }],
  [
    'JSON text of a list',
    'add_thread_members',
    { thread_ids: `["${ID}","${OTHER}"]`, usernames: ' ["mia", "tom"]' },
    { thread_ids: [ID, OTHER], usernames: ['mia', 'tom'] },
  ],
  [
    'one value for a list',
    'remove_thread_members',
    { thread_ids: ID, usernames: 'mia' },
    { thread_ids: [ID], usernames: ['mia'] },
  ],
  ['digits for a whole number', 'list_threads', { limit: '20', max_scan: ' 500 ' }, { limit: 20, max_scan: 500 }],
  [
    'outer blanks of ids, codes and cursors',
    'delete_threads',
    { thread_ids: [` ${ID}`, `${OTHER}\n`], confirmation_code: ' ABCD2345 ' },
    { thread_ids: [ID, OTHER], confirmation_code: 'ABCD2345' },
  ],
  [
    'outer blanks of user ids',
    'list_user_group_threads',
    { username: ' lin', group_id: ' 21', owner: 'mia ', cursor: ' 1.x ' },
    { username: 'lin', group_id: '21', owner: 'mia', cursor: '1.x' },
  ],
  ['thread_id for thread_ids', 'delete_threads', { thread_id: ID }, { thread_ids: [ID] }],
  [
    'a list in thread_id',
    'add_thread_members',
    { thread_id: [ID, OTHER], usernames: ['mia'] },
    { thread_ids: [ID, OTHER], usernames: ['mia'] },
  ],
  [
    'keys that hosts add',
    'delete_thread',
    { thread_id: ID, wait_for_previous: true, toolCallId: 'x', sessionId: 'y', _meta: {} },
    { thread_id: ID },
  ],
  [
    'keys that n8n adds beside them',
    'delete_thread',
    { thread_id: ID, sessionId: 'y', action: 'sendMessage', chatInput: 'x', tool: 'delete_thread' },
    { thread_id: ID },
  ],
];

describe('what is healed', () => {
  it.each(HEALED)('%s', async (_what, tool, given, meant) => {
    expect(heal(tool, given)).toEqual(meant);
    await expect(toolNamed(tool).prepare(heal(tool, given))).resolves.toBeTypeOf('function');
  });
});

describe('what stays as it is', () => {
  it('blanks within and around names', () => {
    const args = { thread_id: ID, name: ' Refund  question ' };
    expect(heal('rename_thread', args)).toEqual(args);
    const filter = { username: 'lin', name_contains: ' refund ' };
    expect(heal('list_user_threads', filter)).toEqual(filter);
  });

  it.each([undefined, null, 'text', 5, [ID]])('arguments that are no object: %j', (args) => {
    expect(heal('list_threads', args)).toBe(args);
  });
});

const REFUSED: readonly (readonly [what: string, tool: string, args: Arguments])[] = [
  ['an id as a number', 'delete_thread', { thread_id: 240000000000001 }],
  ['an id as a number for a list', 'delete_threads', { thread_ids: 240000000000001 }],
  ['numbers in a list of ids', 'delete_threads', { thread_ids: [240000000000001] }],
  ['numbers in JSON text of a list', 'delete_threads', { thread_ids: '[240000000000001]' }],
  ['an id with a #', 'delete_thread', { thread_id: `#${ID}` }],
  ['an id with leading zeros', 'delete_thread', { thread_id: `0${ID}` }],
  ['leading zeros in a list', 'delete_threads', { thread_ids: [ID, '007'] }],
  ['two ids in one text', 'delete_threads', { thread_ids: `${ID},${OTHER}` }],
  ['two ids in one text, apart', 'delete_threads', { thread_ids: `${ID} ${OTHER}` }],
  ['a list for one id', 'delete_thread', { thread_id: [ID] }],
  ['JSON text of a list for one id', 'delete_thread', { thread_id: `["${ID}"]` }],
  ['both thread_id and thread_ids', 'delete_threads', { thread_id: ID, thread_ids: [ID] }],
  ['thread_ids where one is due', 'delete_thread', { thread_ids: [ID] }],
  ['nothing for what is required', 'delete_thread', { thread_id: '' }],
  ['null for what is required', 'list_user_threads', { username: null }],
  ['blanks for what is required', 'list_user_threads', { username: ' ' }],
  ['an empty list', 'delete_threads', { thread_ids: '[]' }],
  ['null in a list', 'add_thread_members', { thread_ids: [ID], usernames: ['mia', null] }],
  ['half a list', 'delete_threads', { thread_ids: `["${ID}"` }],
  ['a loose date', 'list_user_threads', { username: 'lin', created_after: 'yesterday' }],
  ['a number with a fraction', 'list_threads', { limit: '20.5' }],
  ['a number with a sign', 'list_threads', { limit: '+20' }],
  ['a number in words', 'list_threads', { limit: 'twenty' }],
  ['a blank name filter', 'list_user_threads', { username: 'lin', name_contains: ' ' }],
  ['an unknown key', 'delete_thread', { thread_id: ID, force: true }],
  ['an unknown key without a value', 'delete_thread', { thread_id: ID, force: null }],
  ...['action', 'chatInput', 'tool'].map(
    (key) => [`${key} alone`, 'delete_thread', { thread_id: ID, [key]: 'x' }] as const,
  ),
];

describe('what stays refused, since it could mean two things', () => {
  it.each(REFUSED)('%s', (_what, tool, args) => refused(tool, args));
});

describe('for any arguments', () => {
  const tool = fc.constantFrom(...catalogue.map(({ name }) => name));
  const names = [...new Set(catalogue.flatMap(({ argumentNames }) => argumentNames))];
  const key = fc.oneof(fc.constantFrom(...names, 'toolCallId', 'action'), fc.string({ maxLength: 8 }));
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('', ' ', ID, ` ${ID}`, `["${ID}"]`, '20', '[', null, [ID], ['', null]),
  );
  const args = fc.dictionary(key, value, { maxKeys: 6 });

  it('healing twice changes nothing more', () => {
    fc.assert(
      fc.property(tool, args, (name, given) => {
        expect(heal(name, heal(name, given))).toEqual(heal(name, given));
      }),
    );
  });

  it('no argument is made up, and none that counts is dropped', () => {
    fc.assert(
      fc.property(tool, args, (name, given) => {
        const healed = z.record(z.string(), z.unknown()).parse(heal(name, given));
        for (const key of Object.keys(healed)) {
          expect(key in given || (key === 'thread_ids' && 'thread_id' in given)).toBe(true);
        }
        const isBlank = (one: unknown) => one === null || (typeof one === 'string' && one.trim() === '');
        for (const key of toolNamed(name).argumentNames) {
          if (Object.hasOwn(given, key) && !isBlank(given[key])) expect(healed).toHaveProperty(key);
        }
      }),
    );
  });
});

describe('for any way to write the same arguments', () => {
  /** The ways that hosts and models are known to write a value. */
  const spellings = (value: unknown): fc.Arbitrary<unknown> => {
    if (typeof value === 'number') return fc.constantFrom<unknown>(value, String(value), ` ${value}`);
    if (typeof value === 'string') return fc.constantFrom(value, ` ${value}`, `${value}\n`);
    if (!Array.isArray(value)) return fc.constant(value);
    return fc.constantFrom<unknown>(value, JSON.stringify(value), ...(value.length === 1 ? [value[0]] : []));
  };
  const extras = fc.constantFrom<Arguments>(
    {},
    { confirmation_code: '' },
    { toolCallId: 'x' },
    { _meta: {}, tool: 'y' },
  );

  it('the call is the same', () => {
    const id = fc.bigInt({ min: 1n, max: 10n ** 18n }).map(String);
    const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        ids.chain((thread_ids) => fc.tuple(fc.constant(thread_ids), spellings(thread_ids))),
        extras,
        fc.constantFrom('thread_ids', 'thread_id'),
        ([thread_ids, spelled], more, name) => {
          expect(heal('delete_threads', { [name]: spelled, ...more })).toEqual({ thread_ids });
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }).chain((limit) => fc.tuple(fc.constant(limit), spellings(limit))),
        id.chain((group_id) => fc.tuple(fc.constant(group_id), spellings(group_id))),
        ([limit, spelledLimit], [group_id, spelledId]) => {
          const given = { username: 'lin', limit: spelledLimit, group_id: spelledId, owner: null };
          expect(heal('list_user_group_threads', given)).toEqual({ username: 'lin', limit, group_id });
        },
      ),
    );
  });
});

describe('healing never changes a valid call', () => {
  const inputSchema = z.object({ required: z.array(z.string()).optional() });

  it.each([...catalogue, ...undocumented])('of $name', async (tool) => {
    const { required = [] } = inputSchema.parse(tool.inputSchema());
    const values = Object.fromEntries(
      tool.argumentNames.map((argument) => [argument, argumentValues(tool.name, argument).valid]),
    );
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(fc.record(values, { requiredKeys: required }), async (args) => {
        // Some arguments are valid only together: a limit of 0 with a filter, a span that is in order.
        const isValid = await tool.prepare(args).then(
          () => true,
          () => false,
        );
        if (!isValid) return;
        checked += 1;
        expect(healArguments(args, tool.inputSchema())).toEqual(args);
      }),
      { numRuns: 200 },
    );
    expect(checked).toBeGreaterThan(50);
  });
});
