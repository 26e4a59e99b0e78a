import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/cli/call-arguments.ts';
import { settingFlags } from '../../src/cli/flags.ts';
import { createProgressBar } from '../../src/cli/progress-bar.ts';
import { catalogue, undocumented } from '../../tools/index.ts';

const all = [...catalogue, ...undocumented];
function toolOf(name: string) {
  const tool = all.find((known) => known.name === name);
  if (!tool) throw new Error(`There is no tool ${name}.`);
  return tool;
}

describe('the words behind a tool', () => {
  // A schema of a kind that is not read here would end `call` with a stack.
  it.each(all)('$name: every argument can be given as KEY=VALUE', (tool) => {
    for (const name of tool.argumentNames) expect(readArguments([`${name}=1`], tool)).toHaveProperty(name);
  });

  it.each([
    [['username=lin', 'limit=5'], { username: 'lin', limit: 5 }],
    [['username=42'], { username: '42' }],
    [['msg_id=1882277349226622683'], { msg_id: '1882277349226622683' }],
    [['limit=five'], { limit: 'five' }],
    [['limit='], { limit: '' }],
    [['name_contains=a=b, c'], { name_contains: 'a=b, c' }],
    [['name_contains=true'], { name_contains: 'true' }],
    [['{"username":"lin"}'], { username: 'lin' }],
    [[' {"limit":5}'], { limit: 5 }],
    [[], {}],
  ])('%j', (words, expected) => {
    expect(readArguments(words, toolOf('list_user_threads'))).toEqual(expected);
  });

  it.each([
    [
      ['usernames=lin, wei', 'usernames=mia'],
      ['lin', 'wei', 'mia'],
    ],
    [['usernames=007'], ['007']],
    [['usernames='], []],
  ])('%j is a list', (words, expected) => {
    expect(readArguments(words, toolOf('add_thread_members'))).toEqual({ usernames: expected });
  });

  it.each([[['=x']], [['limit']], [['__proto__=x']], [['toString=x']], [['[1]']], [['{"limit":5}', 'sort=asc']]])(
    '%j is refused',
    (words) => {
      expect(() => readArguments(words, toolOf('list_threads'))).toThrow();
    },
  );
});

it('no two settings have the same flag, and no flag carries a secret', () => {
  expect(new Set(settingFlags.map(({ name }) => name)).size).toBe(settingFlags.length);
  for (const { name, variable, setting } of settingFlags) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(variable).toBe(setting.secret ? `${setting.name}_FILE` : setting.name);
  }
});

it.each([
  [0, 10, '························   0%'],
  [5, 10, '━━━━━━━━━━━━············  50%'],
  [11, 10, '━━━━━━━━━━━━━━━━━━━━━━━━ 100%'],
  [7, undefined, '························'],
])('a bar at %s of %s', (progress, total, expected) => {
  let screen = '';
  const bar = createProgressBar((text) => {
    screen += text;
  });
  bar.show({ progress, total });
  expect(screen).toBe(`\r\u001b[2K${expected} `);
});

it('a bar does not draw over a question', () => {
  let screen = '';
  const bar = createProgressBar((text) => {
    screen += text;
  });
  bar.show({ progress: 1, total: 2, message: 'of 2' });
  bar.pause();
  const asked = screen;
  bar.show({ progress: 1.001, message: "Waiting for the user's answer" });
  bar.pause();
  expect(screen).toBe(asked);
  bar.resume();
  bar.show({ progress: 2, total: 2, message: 'of 2' });
  expect(screen.split('\r\u001b[2K').slice(1)).toEqual([
    '━━━━━━━━━━━━············  50% of 2',
    '',
    '━━━━━━━━━━━━━━━━━━━━━━━━ 100% of 2',
  ]);
});
