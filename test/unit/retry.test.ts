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
    ['GET', lost, 1, 150],
    ['PUT', lost, 1, 150],
    ['DELETE', lost, 1, 150],
    ['POST', lost, 1, undefined], // it may have landed: never twice
    ['POST', refused, 1, 150], // it surely did not
    ['GET', lost, 2, 300],
    ['GET', lost, 3, undefined], // three attempts are all
    ['GET', facts({ landed: 'maybe' }), 1, undefined], // it would fail in the same way
    ['GET', facts({ passing: true, retryAfterMs: 20_000 }), 1, 20_000],
    ['GET', facts({ passing: true, retryAfterMs: 20_001 }), 1, undefined], // reported to the caller instead
    ['POST', facts({ passing: true, retryAfterMs: 0 }), 1, 150], // "now" is not taken at its word
  ] as const)('%s %j after attempt %i waits %s ms', (method, failure, attempt, delay) => {
    expect(retryDelay({ method }, failure, attempt, 0)).toBe(delay);
  });

  it('comes at a random time, so that many clients do not come together', () => {
    expect(retryDelay({ method: 'GET' }, lost, 1, 0.999)).toBeCloseTo(300, 0);
  });
});
