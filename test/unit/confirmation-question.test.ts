import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/base/display-width.ts';
import { visible } from '../../src/base/escape.ts';
import { LANGUAGES } from '../../src/base/language.ts';
import { breakMarkup } from '../../src/base/markup-joints.ts';
import { confirmationQuestion, type QuestionSubject } from '../../src/toolkit/confirmation-question.ts';
import type { QuestionThread } from '../../src/toolkit/question-parts.ts';
import { anyText } from '../support/any-text.ts';
import { HOSTS } from '../support/drawn-question.ts';

const APP = { app: 'acme#support', host: 'a41.chat.agora.io', sandbox: false };

const users = (count: number): string[] => Array.from({ length: count }, (_, index) => `user-${index + 1}`);
const thread = (number: number, more: Partial<QuestionThread> = {}): QuestionThread => ({
  id: String(240_000_000_000_000 + number),
  name: `Refund question ${number}`,
  verified: true,
  group_id: '205441826062337',
  group: 'Refunds',
  owner: 'lin',
  created_at: '2025-01-01T08:00:00Z',
  members: { ids: users(120), complete: true },
  ...more,
});
const several = (count: number, more: (index: number) => Partial<QuestionThread> = () => ({})): QuestionThread[] =>
  Array.from({ length: count }, (_, index) => thread(index + 1, more(index)));

const QUESTIONS: Readonly<Record<string, QuestionSubject>> = {
  'one thread': { ...APP, threads: [thread(1)] },
  'one thread with a long name that is not verified, in the sandbox': {
    ...APP,
    sandbox: true,
    threads: [thread(1, { name: 'Refund question of a customer who has been waiting for weeks now', verified: false })],
  },
  'one thread with a Chinese name': {
    ...APP,
    threads: [thread(1, { name: '客户多次询问退款何时到账，请尽快核实并回复，谢谢大家的配合' })],
  },
  'one thread of which nothing is known': { ...APP, threads: [{ id: '240000000000001', verified: false }] },
  'three threads, one not verified and one gone': {
    ...APP,
    threads: [thread(1), thread(2, { verified: false, created_at: '2025-03-09T08:00:00Z' }), thread(3, { gone: true })],
  },
  'twelve threads of three groups': {
    ...APP,
    threads: several(12, (index) => ({
      group_id: String(index % 3),
      group: undefined,
      owner: `owner-${index % 2}`,
      created_at: `2025-${String(index + 1).padStart(2, '0')}-01T08:00:00Z`,
      verified: index > 6,
    })),
  },
  'fifty threads with long names': {
    ...APP,
    threads: several(50, (index) => ({ name: `${index + 1}. question about a refund that has not arrived` })),
  },
  'one user from one thread': { ...APP, threads: [thread(1)], users: ['mia'] },
  'many users, the owner among them, from one thread': { ...APP, threads: [thread(1)], users: [...users(99), 'lin'] },
  'three users from seven threads': {
    ...APP,
    threads: several(7, (index) => ({ verified: index > 1 })),
    users: users(3),
  },
};

const ask = (
  subject: QuestionSubject,
  language: (typeof LANGUAGES)[number],
): { lines: string[]; title: string; message: string } => {
  const { message, title } = confirmationQuestion(subject, language);
  return { lines: message.split('\n'), message, title };
};

describe.each(Object.entries(QUESTIONS))('%s', (_, subject) => {
  it.each(LANGUAGES)('reads well in %s', (language) => {
    const { message, title } = ask(subject, language);
    expect(`${message}\n☐ ${title}`).toMatchSnapshot();
  });
});

/** 64 characters each, as the service takes them. */
const LONGEST: Readonly<Record<string, string>> = {
  Latin: 'W'.repeat(64),
  words: 'Refund question '.repeat(4),
  Chinese: '退款问题核实'.repeat(11).slice(0, 64),
  Arabic: 'مرحبا بالعالم '.repeat(5).slice(0, 64),
  'emoji families': '👨‍👩‍👧‍👦'.repeat(64),
  'combining marks': `e${'\u0301'.repeat(8)}`.repeat(64),
  'Indic conjuncts': 'क्षि'.repeat(64),
  'ambiguous width': 'Ж①é…'.repeat(16),
  hidden: '\u202e\u200b'.repeat(32),
  'quotes and backslashes': '"\\'.repeat(32),
  markup: '[x](https://x.test)<b>![y]'.repeat(3).slice(0, 64),
};
const MARKS: Readonly<Record<string, (index: number) => Partial<QuestionThread>>> = {
  none: () => ({}),
  'not verified': () => ({ verified: false }),
  'nothing known': () => ({
    verified: false,
    name: undefined,
    group_id: undefined,
    owner: undefined,
    created_at: undefined,
    members: undefined,
  }),
  'half known': (index) =>
    index % 2 === 0
      ? { members: undefined, created_at: undefined, owner: `owner-${index}` }
      : { verified: false, group_id: undefined, name: undefined },
  'some gone': (index) => ({
    gone: index % 3 === 1,
    verified: index % 3 !== 0,
    created_at: undefined,
    owner: `o${index}`,
  }),
  'all different': (index) => ({
    group_id: `20544182606233700${index}`,
    group: undefined,
    owner: `owner-of-a-long-name-${index}`,
    created_at: `20${10 + (index % 20)}-12-31T08:00:00Z`,
    verified: index === 0,
    members: { ids: users(500), complete: false },
  }),
};

const contract = ({ lines, title }: { lines: string[]; title: string }, threads: number): string[] => [
  ...lines.filter((line) => columnsOf(line) > 74).map((line) => `${columnsOf(line)} columns: ${line}`),
  ...((threads === 1 ? lines.length === 4 : lines.length <= 14) ? [] : [`${lines.length} lines`]),
  ...(columnsOf(title) <= 40 ? [] : [`title: ${title}`]),
  ...(lines.every((line) => line.trim() !== '' && breakMarkup(line) === line) ? [] : ['an empty line, or markup']),
];

const CANNOT_BE_UNDONE = { en: /cannot be undone/i, zh: /无法撤销/ } as const;

describe.each(LANGUAGES)('in %s', (language) => {
  const cells = Object.entries(LONGEST).flatMap(([script, raw]) =>
    Object.entries(MARKS).flatMap(([marks, more]) =>
      [1, 3, 12, 50].flatMap((count) =>
        [undefined, 1, 100].map((removed) => {
          const name = visible(raw, 600);
          const threads = several(count, (index) => ({
            id: `24000000000000000000${index}`,
            name,
            group_id: '205441826062337000',
            group: name,
            owner: name,
            ...more(index),
          }));
          const asked = ask(
            {
              threads,
              users: removed === undefined ? undefined : [name, ...users(100)].slice(0, removed),
              app: 'a-company-of-a-long-name#an-app-of-a-long-name',
              host: 'a-host-of-a-long-name.chat.agora.io:8443',
              sandbox: true,
            },
            language,
          );
          return { cell: `${script}, ${marks}, ${count} threads, ${removed ?? 'no'} users`, count, removed, asked };
        }),
      ),
    ),
  );

  it('each question keeps its lines, with the longest names of any script', () => {
    const faults = cells.flatMap(({ cell, count, asked }) =>
      contract(asked, count).map((fault) => `${cell}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });

  it.each(Object.entries(HOSTS))('%s shows what is lost, where, for good, and both choices', (_, draw) => {
    const faults = cells.flatMap(({ cell, removed, asked: { lines, message } }) => {
      const { rows, bothChoices } = draw(message, columnsOf);
      const shown = [
        rows.includes(lines[0] ?? ''),
        rows.some((row) => /a-company.*long-name.*a-host.*:8443/.test(row)),
        removed !== undefined || rows.some((row) => CANNOT_BE_UNDONE[language].test(row)),
        bothChoices,
      ];
      return shown.every(Boolean) ? [] : [`${cell}: ${shown}`];
    });
    expect(faults).toEqual([]);
  });

  it('each question keeps its lines, and draws no markup, with any text', () => {
    const raw = fc.oneof(
      anyText(70),
      fc.string({ unit: 'grapheme', maxLength: 70 }),
      fc.string({
        unit: fc.constantFrom('[', ']', '(', '<', '!', ':', 'a', '"', '\\', '退', '\u0301', '👍', ' '),
        maxLength: 70,
      }),
    );
    const text = raw.map((one) => visible(one, 600));
    const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
    const wild: fc.Arbitrary<QuestionThread> = fc.record({
      id: text,
      name: optional(text),
      verified: fc.boolean(),
      group_id: optional(text),
      group: optional(text),
      owner: optional(text),
      created_at: optional(fc.constantFrom('2025-01-01T08:00:00Z', '2025-12-31T08:00:00Z')),
      members: optional(fc.record({ ids: fc.constantFrom(users(1), users(500)), complete: fc.boolean() })),
      gone: fc.boolean(),
    });
    const subjects = fc.record({
      threads: fc.array(wild, { minLength: 1, maxLength: 50, size: 'max' }),
      users: optional(fc.array(text, { minLength: 1, maxLength: 20 })),
      app: text,
      host: text,
      sandbox: fc.boolean(),
    });
    fc.assert(
      fc.property(subjects, (subject) => {
        // A question is asked only where something is left to lose.
        const [first, ...others] = subject.threads;
        const threads = first === undefined ? [] : [{ ...first, gone: false }, ...others];
        const asked = ask({ ...subject, threads }, language);
        expect(contract(asked, threads.length)).toEqual([]);
        expect(asked.message.isWellFormed()).toBe(true);
        expect(asked.message.replace(/⟨(?:U\+[0-9A-F]{4,6}|\+\d+(?: or more)?)⟩/g, '')).not.toContain('⟨');
        expect(asked.message.startsWith('[sandbox] ')).toBe(subject.sandbox);
      }),
      { numRuns: 300 },
    );
  });
});
