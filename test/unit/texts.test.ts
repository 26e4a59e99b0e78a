import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/base/display-width.ts';
import { LANGUAGES } from '../../src/base/language.ts';
import { textsOf } from '../../src/present/texts.ts';

/** Each text by its path, functions with what they make of numbers that stand for their parameters. */
function leaves(table: unknown, path = ''): [path: string, text: string][] {
  if (typeof table === 'string') return [[path, table]];
  if (typeof table === 'function') {
    const args = Array.from({ length: table.length }, (_, index) => 701 + index);
    return [[path, String(Reflect.apply(table, undefined, args))]];
  }
  return Object.entries(Object(table)).flatMap(([key, part]) => leaves(part, path === '' ? key : `${path}.${key}`));
}

const english = leaves(textsOf('en'));

describe.each(LANGUAGES)('the texts in %s', (language) => {
  const texts = leaves(textsOf(language));

  it('are complete', () => {
    expect(texts.map(([path]) => path).sort()).toEqual(english.map(([path]) => path).sort());
    expect(texts.filter(([, text]) => text === '')).toEqual([]);
  });

  it('say each number and name that the English ones say', () => {
    const said = (text: string | undefined): string[] => (text?.match(/70\d/g) ?? []).sort();
    const other = texts.filter(
      ([path, text]) => `${said(text)}` !== `${said(english.find(([known]) => known === path)?.[1])}`,
    );
    expect(other).toEqual([]);
  });

  it('have a title that no host cuts', () => {
    const { deletion, removal } = textsOf(language);
    for (const title of [deletion.title, deletion.titleSeveral(50), removal.title(100, 50), removal.title(1, 1)])
      expect(columnsOf(title)).toBeLessThanOrEqual(40);
  });
});

it('are written in the letters of their language', () => {
  const HAN = /\p{Script=Han}/u;
  expect(english.filter(([, text]) => HAN.test(text))).toEqual([]);
  expect(leaves(textsOf('zh')).filter(([, text]) => /[A-Za-z]{2,}/.test(text))).toEqual([['locale', 'zh-CN']]);
});
