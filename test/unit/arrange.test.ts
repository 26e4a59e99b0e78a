import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arranged, SORTABLE } from '../../views/arrange.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const thread = fc.record({ id: text, name: text, group: text, owner: text, created: text, members: text });
const threads = fc.array(thread, { maxLength: 12 });
const order = fc.record({ by: fc.constantFrom(...SORTABLE), down: fc.boolean() });
const tag = fc.constantFrom('en', 'zh-CN');

it('without words and order all threads stay as they came', () => {
  fc.assert(
    fc.property(threads, tag, (all, lang) => {
      expect(arranged(all, '', undefined, lang)).toEqual(all);
    }),
  );
});

it('loses and doubles no thread, and changes none of what it was given', () => {
  fc.assert(
    fc.property(threads, order, tag, (all, by, lang) => {
      const before = structuredClone(all);
      const sorted = arranged(all, '', by, lang);
      expect(new Set(sorted)).toEqual(new Set(all));
      expect(sorted).toHaveLength(all.length);
      expect(all).toEqual(before);
    }),
  );
});

it('puts neighbours in order, up and down', () => {
  fc.assert(
    fc.property(threads, order, tag, (all, by, lang) => {
      const { compare } = new Intl.Collator(lang, { numeric: true });
      const fields = arranged(all, '', by, lang).map((one) => one[by.by]);
      for (const [i, field] of fields.slice(1).entries()) {
        expect(compare(fields[i] ?? '', field) * (by.down ? -1 : 1)).toBeLessThanOrEqual(0);
      }
    }),
  );
});

it('finds a thread by a part of any of its fields, whatever the case and width', () => {
  fc.assert(
    fc.property(threads, thread, fc.constantFrom('id', 'name', 'group', 'owner'), (others, one, field) => {
      const words = one[field].normalize('NFKC').toUpperCase().toLowerCase();
      const lower = { ...one, [field]: words };
      expect(arranged([...others, lower], words, undefined, 'en')).toContain(lower);
      const none = 'in no field of any thread';
      expect(arranged([...others, lower], none, undefined, 'en')).toEqual([]);
    }),
  );
});

it('sorts numbers in names by their value, and Chinese names by pronunciation', () => {
  const named = (name: string) => ({ id: name, name, group: '', owner: '', created: '', members: '' });
  const names = (list: string[], lang: string) =>
    arranged(list.map(named), '', { by: 'name', down: false }, lang).map(({ name }) => name);
  expect(names(['Refund 10', 'refund 9', 'Ärger', 'Zoo'], 'en')).toEqual(['Ärger', 'refund 9', 'Refund 10', 'Zoo']);
  expect(names(['账单', '安全', '退款'], 'zh-CN')).toEqual(['安全', '退款', '账单']);
});
