import { describe, expect, it } from 'vitest';
import {
  createSessionTable,
  type HttpSession,
  IDLE_MS,
  isSameGrant,
  MOST_OF_SUBJECT,
  MOST_SESSIONS,
} from '../../src/http/session-table.ts';
import type { Scope } from '../../src/http/token-line.ts';
import { manualClock } from '../support/manual-clock.ts';

function tableWithTime() {
  const clock = manualClock();
  const table = createSessionTable(clock);
  const ended: string[] = [];
  /** Adds a session whose calls under way are counted in `calls`. */
  function add(id: string, subject = 'lin', calls = { underWay: 0 }): HttpSession {
    const session: HttpSession = {
      id,
      grant: { subject, scopes: new Set(['read']) },
      tokenHash: subject,
      streams: 0,
      transport: {
        start: async () => undefined,
        send: async () => undefined,
        close: async () => void ended.push(id),
        answer: async () => new Response(),
        inFlight: () => calls.underWay,
        idle: async () => undefined,
      },
    };
    table.add(session);
    clock.advance(1_000);
    return session;
  }
  return { clock, table, ended, add };
}

const always = (): boolean => true;

describe('the sessions of a process', () => {
  it('are at most 200 of a subject: beyond, the one idle longest ends', () => {
    const { table, ended, add } = tableWithTime();
    for (let n = 0; n < MOST_OF_SUBJECT; n++) add(`lin-${n}`);
    expect(table.makeRoom('mia')).toBeUndefined();
    expect(ended).toEqual([]);
    table.touch(table.find('lin-0') ?? add('none'));
    expect(table.makeRoom('lin')).toBeUndefined();
    expect(ended).toEqual(['lin-1']);
    expect([table.find('lin-0'), table.find('lin-1')]).toEqual([expect.anything(), undefined]);
  });

  it('are at most 500 in all', () => {
    const { table, ended, add } = tableWithTime();
    for (let n = 0; n < MOST_SESSIONS; n++) add(String(n), `subject-${n % 5}`);
    expect(table.makeRoom('new')).toBeUndefined();
    expect(ended).toEqual(['0']);
  });

  it('are refused where none is idle', () => {
    const { table, ended, add } = tableWithTime();
    for (let n = 0; n < MOST_OF_SUBJECT; n++) add(`lin-${n}`).streams = 1;
    expect(table.makeRoom('lin')).toBe('subject');
    for (let n = MOST_OF_SUBJECT; n < MOST_SESSIONS; n++) add(`mia-${n}`, `subject-${n}`, { underWay: 1 });
    expect(table.makeRoom('new')).toBe('process');
    expect(ended).toEqual([]);
  });

  it('end after two hours without a request, a call or a stream', () => {
    const { clock, table, ended, add } = tableWithTime();
    const calls = { underWay: 1 };
    add('calling', 'lin', calls);
    const streaming = add('streaming');
    streaming.streams = 1;
    add('idle');
    clock.advance(IDLE_MS - 1_001);
    table.sweep(always);
    expect(ended).toEqual([]);
    clock.advance(1);
    table.sweep(always);
    expect(ended).toEqual(['idle']);
    calls.underWay = 0;
    streaming.streams = 0;
    clock.advance(IDLE_MS);
    table.sweep(always);
    expect(ended.toSorted()).toEqual(['calling', 'idle', 'streaming']);
    expect(table.all()).toEqual([]);
  });

  it('end at once when their token does not count any more, whatever is under way', () => {
    const { table, ended, add } = tableWithTime();
    add('lin', 'lin', { underWay: 1 }).streams = 1;
    add('mia', 'mia');
    table.sweep(({ tokenHash }) => tokenHash !== 'lin');
    expect(ended).toEqual(['lin']);
  });

  it('end once', () => {
    const { table, ended, add } = tableWithTime();
    const session = add('lin');
    table.end(session);
    table.end(session);
    table.touch(session);
    expect([ended, table.all()]).toEqual([['lin'], []]);
  });
});

it('a grant is the same with the same subject and scopes only', () => {
  const grant = (subject: string, ...scopes: Scope[]) => ({ subject, scopes: new Set(scopes) });
  const one = grant('lin', 'read', 'write');
  expect(isSameGrant(one, grant('lin', 'write', 'read'))).toBe(true);
  for (const other of [grant('lin', 'read'), grant('lin', 'read', 'write', 'delete'), grant('mia', 'read', 'write')]) {
    expect(isSameGrant(one, other)).toBe(false);
  }
  expect(isSameGrant(one, undefined)).toBe(false);
});
