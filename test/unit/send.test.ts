import { describe, expect, it } from 'vitest';
import type { ApiCall } from '../../src/agora/api-call.ts';
import { AgoraError } from '../../src/agora/errors.ts';
import { createSend } from '../../src/agora/send.ts';
import { skippingClock } from '../support/manual-clock.ts';

const { signal } = new AbortController();
const failure = (code: 'server_error' | 'local_rate_limit' | 'renamed', landed: 'maybe' | 'no') =>
  new AgoraError({ code, what: 'x', next: 'x', retry: 'later', landed, passing: true });

/** A deletion whose first attempt ends in an error, and what is asked before the second one. */
function start(first: AgoraError, { limited = false, checked }: { limited?: boolean; checked?: AgoraError }) {
  let permits = 0;
  const send = createSend({
    sendOnce: () => Promise.reject(first),
    tokens: { get: async () => 'x', renew: async () => undefined, renewable: false },
    limiter: {
      acquire: async () => {
        permits += 1;
        if (limited && permits > 1) throw failure('local_rate_limit', 'no');
        return () => undefined;
      },
    },
    clock: skippingClock(),
    random: () => 0,
  });
  const asked: boolean[] = [];
  const call: ApiCall<unknown> = {
    endpoint: 'delete',
    ids: ['1'],
    answer: (json) => json,
    guard: {
      check: async (mayHaveLanded) => {
        asked.push(mayHaveLanded);
        if (checked) throw checked;
      },
      isFresh: () => true,
    },
  };
  return { done: send(call, signal), asked };
}

describe('a deletion whose first attempt may have landed', () => {
  const lost = failure('server_error', 'maybe');

  it('may have landed, whatever keeps the second attempt from being sent', async () => {
    const { done } = start(lost, { limited: true });
    await expect(done).rejects.toMatchObject({ code: 'local_rate_limit', facts: { landed: 'maybe' } });
  });

  it('is looked at before the second attempt, and the look says whether it has landed', async () => {
    const { done, asked } = start(lost, { checked: failure('renamed', 'no') });
    await expect(done).rejects.toMatchObject({ code: 'renamed', facts: { landed: 'no' } });
    expect(asked).toEqual([true]);
  });
});

describe('a deletion whose first attempt has certainly not landed', () => {
  const refused = failure('server_error', 'no');

  it('has not landed where the second attempt is not sent', async () => {
    const { done } = start(refused, { limited: true });
    await expect(done).rejects.toMatchObject({ code: 'local_rate_limit', facts: { landed: 'no' } });
  });

  it('is looked at before each further attempt', async () => {
    const { done, asked } = start(refused, {});
    await expect(done).rejects.toMatchObject({ code: 'server_error', facts: { landed: 'no' } });
    expect(asked).toEqual([false, false]);
  });
});
