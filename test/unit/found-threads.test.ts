import { expect, it } from 'vitest';
import { MOST_IDS } from '../../src/lists/app-list.ts';
import { foundOf } from '../../src/present/found-threads.ts';

type Answer = Parameters<typeof foundOf>[0]['answer'];

const NOW = Date.UTC(2026, 10, 23);
const rows = { threads: [], next: undefined };
/** An answer at the dead end of an app with more threads than are kept: too many to serve one in a test. */
const TOO_MANY: Answer = {
  ...rows,
  upTo: () => rows,
  isOnlyMatch: false,
  isAtDeadEnd: true,
  oldestRead: NOW,
  matches: [],
  unjudged: 0,
  stopped: 'failed',
  listed: MOST_IDS + 50,
  known: MOST_IDS,
  isWhole: false,
  unresolved: 50,
  notRead: 50,
  failure: undefined,
  scope: 'app',
  calls: 1,
  learnt: 0,
};

it('a search of an app with more threads than are kept says how far it goes, and where to search instead', () => {
  const { summary, ...result } = foundOf({
    answer: TOO_MANY,
    list: { tool: 'find_threads', app: { name: 'acme#helpdesk', host: 'a1.example.com' }, scope: {}, sort: 'desc' },
    subject: 'Threads of the app acme#helpdesk',
    narrowed: '',
    detail: 'compact',
    fromStart: true,
    groupName: () => undefined,
    limit: 20,
    notes: [],
    began: NOW,
    ended: NOW,
  });
  expect(summary).toMatchInlineSnapshot(
    `"Threads of the app acme#helpdesk: none found; at most 100,000 threads of an app are searched, so there may be others: search by group_id, or use list_user_threads. 50 threads could not be read. As of 2026-11-23 00:00 UTC."`,
  );
  expect(result).toMatchObject({ stopped: 'max_scan', has_more: false, not_read: 50 });
});
