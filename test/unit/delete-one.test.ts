import { expect, it } from 'vitest';
import type { Guard } from '../../src/agora/api-call.ts';
import { NewestMap } from '../../src/base/newest-map.ts';
import { startCallTime } from '../../src/toolkit/call-time.ts';
import type { ConfirmedContext } from '../../src/toolkit/define-deletion.ts';
import { createDeletionCap } from '../../src/toolkit/deletion-cap.ts';
import { createSeen } from '../../src/toolkit/seen-threads.ts';
import { outcomeOf } from '../../src/toolkit/writer.ts';
import { deleteOne } from '../../tools/support/delete-one.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { named } from '../support/named-target.ts';

type Seen = ReturnType<typeof createSeen>;

/** Does the look before a deletion still count, after this has happened while the deletion waited for its place? */
async function isFreshAfter(happens: (seen: Seen, clock: ManualClock) => void): Promise<boolean | undefined> {
  const clock = manualClock();
  const seen = createSeen();
  const target = named('Refund');
  let isFresh: boolean | undefined;
  const threads = {
    with: ({ guard }: { guard?: Guard }) => ({
      delete: async () => {
        happens(seen, clock);
        isFresh = guard?.isFresh();
      },
    }),
  };
  const context = {
    app: { name: 'x', host: 'x' },
    cap: createDeletionCap(undefined, clock),
    clock,
    directory: { note: () => undefined },
    ownDeletions: new NewestMap(1),
    records: new NewestMap(1),
    seen,
    time: startCallTime(clock, new AbortController().signal),
    threads,
    nextTurn: () => 1,
    lookNow: async () => ({ state: 'there', thread: target.thread, members: undefined }),
    write: (_write: unknown, send: (agora: typeof threads) => Promise<unknown>) => outcomeOf(send(threads)),
  };
  await deleteOne(target, 1, context as unknown as ConfirmedContext);
  return isFresh;
}

const { thread } = named('Refund');

it.each<[string, boolean, Parameters<typeof isFreshAfter>[0]]>([
  ['five seconds', true, (_seen, clock) => clock.advance(5_000)],
  ['more than five seconds', false, (_seen, clock) => clock.advance(5_001)],
  ['another look that read the same name', true, (seen) => seen.remember([thread], 0)],
  ['another look that read a newer name', false, (seen) => seen.remember([{ ...thread, name: 'Newer' }], 0)],
])('the look before a deletion, after %s, still counts: %s', async (_what, counts, happens) => {
  expect(await isFreshAfter(happens)).toBe(counts);
});
