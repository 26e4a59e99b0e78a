import { describe, expect, it } from 'vitest';
import { lastRecordOf, MOST_MEMBERS } from '../../src/toolkit/last-records.ts';

const app = { app: 'acme#helpdesk', host: 'a41.chat.agora.io' };
const thread = { id: '1', name: 'Refund \u202e"paid"', owner: 'lin', groupId: '2', msgId: '3', created: 4 };
const users = (count: number) => Array.from({ length: count }, (_, n) => `user-${n}`);

describe('the last record of a thread', () => {
  it('is exact and unescaped', () => {
    expect(lastRecordOf(thread, true, { ids: ['lin', 'wei'], complete: true }, app)).toEqual({
      id: '1',
      group_id: '2',
      msg_id: '3',
      name: 'Refund \u202e"paid"',
      owner: 'lin',
      created: 4,
      members: ['lin', 'wei'],
      members_state: 'complete',
      name_state: 'verified',
      ...app,
    });
  });

  it.each([
    ['complete', { ids: users(MOST_MEMBERS), complete: true }, MOST_MEMBERS],
    ['cut', { ids: users(MOST_MEMBERS + 1), complete: true }, MOST_MEMBERS],
    ['cut', { ids: users(50), complete: false }, 50],
    ['complete', { ids: [], complete: true }, 0],
    ['unread', undefined, 0],
  ] as const)('says that its members are %s', (state, members, count) => {
    const record = lastRecordOf(thread, true, members, app);
    expect(record.members_state).toBe(state);
    expect(record.members).toHaveLength(count);
    expect(MOST_MEMBERS).toBe(500);
  });

  it.each([
    ['verified', thread, true],
    ['memory', thread, false],
    ['unknown', { id: '1' }, false],
  ] as const)('says that its name is %s', (state, known, verified) => {
    expect(lastRecordOf(known, verified, undefined, app).name_state).toBe(state);
  });
});
