import { describe, expect, it } from 'vitest';
import type { AgoraErrorFacts } from '../../src/agora/errors.ts';
import { retryDelay } from '../../src/agora/retry.ts';

const facts = (some: Partial<AgoraErrorFacts>): AgoraErrorFacts => ({
  code: 'server_error',
  what: 'x',
  next: 'x',
  retry: 'later',
  landed: 'no',
  ...some,
});

describe('a second try', () => {
  const lost = facts({ passing: true, landed: 'maybe' });
  const refused = facts({ passing: true });
  it.each([
    ['list', lost, 1, 150],
    ['rename', lost, 1, 150],
    ['delete', lost, 1, 150],
    ['create', lost, 1, undefined], // it may have landed: never twice
    ['create', refused, 1, 150], // it surely did not
    ['list', lost, 2, 300],
    ['list', lost, 3, undefined], // three attempts are all
    ['list', facts({ landed: 'maybe' }), 1, undefined], // it would fail in the same way
    ['list', facts({ passing: true, retryAfterMs: 20_000 }), 1, 20_000],
    ['list', facts({ passing: true, retryAfterMs: 20_001 }), 1, undefined], // reported to the caller instead
    ['create', facts({ passing: true, retryAfterMs: 0 }), 1, 150], // "now" is not taken at its word
  ] as const)('%s %j after attempt %i waits %s ms', (endpoint, failure, attempt, delay) => {
    expect(retryDelay({ endpoint }, failure, attempt, 0)).toBe(delay);
  });

  it('comes at a random time, so that many clients do not come together', () => {
    expect(retryDelay({ endpoint: 'list' }, lost, 1, 0.999)).toBeCloseTo(300, 0);
  });
});
