import { expect, it } from 'vitest';
import { listOf, listText } from '../../src/present/list-result.ts';
import { countThread, noTotals } from '../../src/present/totals.ts';

function walked(owners: readonly string[]) {
  const totals = noTotals();
  for (const [n, owner] of owners.entries())
    countThread(totals, { id: String(n), owner, groupId: '1', created: n + 1 });
  const found = {
    items: [],
    scanned: owners.length,
    matched: owners.length,
    stopped: 'end',
    pages: 2,
    after: () => undefined,
  } as const;
  const result = listOf({
    list: {
      tool: 'list_user_threads',
      app: { name: 'acme#helpdesk', host: 'a1.example.com' },
      scope: {},
      sort: 'desc',
    },
    subject: 'Threads of user lin',
    narrowed: '',
    notes: () => [],
    found,
    detail: 'compact',
    unjudged: 0,
    totals,
    within: undefined,
    now: 0,
    groupName: () => undefined,
    fromStart: true,
  });
  return { totals, result, text: listText(result) };
}

const people = (count: number) => Array.from({ length: count }, (_, n) => `u${n}`);

it('counts the owners of any list, as far as 10,000 of them', () => {
  const { result, text } = walked([...people(10_000), ...Array<string>(300).fill('u9999')]);
  expect(result.by_owner?.[0]).toEqual({ id: 'u9999', threads: 301 });
  expect(result.by_owner?.at(-1)).toEqual({ others: 9_995, threads: 9_995 });
  expect(text).toContain('By owner: u9999 301, u0 1, u1 1, u10 1, u100 1, 9995 others 9995');
  expect(text).not.toContain('too low');
});

it('of more owners finds who has most of the threads, late as they come, and says what it does not know', () => {
  const { result, text } = walked([...people(12_000), ...Array<string>(300).fill('mia')]);
  expect(result.by_owner?.[0]).toEqual({ id: 'mia', threads: 300 });
  const total = result.by_owner?.reduce((sum, { threads }) => sum + threads, 0);
  expect(total).toBe(12_300);
  expect(result.by_owner?.at(-1)).not.toHaveProperty('others');
  expect(text).toMatch(/By owner: mia 300, .* all others \d+\n/);
  expect(result.summary).toContain('There are so many groups or owners that a count may be too low.');
});

it('keeps a bounded number of owners, and each thread in a count', () => {
  const { totals } = walked(people(100_000));
  expect(totals.owners.known.size).toBeLessThanOrEqual(10_000);
  expect(totals.owners.beyond + [...totals.owners.known.values()].reduce((sum, count) => sum + count, 0)).toBe(100_000);
});
