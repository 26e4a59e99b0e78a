import { expect, it } from 'vitest';
import { type Verdict, verdictOf } from '../../src/toolkit/look-verdict.ts';
import type { Target } from '../../src/toolkit/targets.ts';
import type { Look } from '../../src/toolkit/thread-look.ts';
import { named } from '../support/named-target.ts';

const members = { ids: ['lin'], complete: true };
const LOOKS: Record<string, Look> = {
  'same name': { state: 'there', thread: { id: '1', name: 'A' }, members },
  'other name': { state: 'there', thread: { id: '1', name: 'B' }, members },
  gone: { state: 'gone', thread: undefined, members: undefined },
  'there, name not found': { state: 'there', thread: undefined, members },
  unread: { state: 'unread', thread: undefined, members: undefined },
};
const verified = named('A');
const notVerified: Target = { ...verified, verified: false };
const nameless: Target = { ...named(undefined), verified: false };

it.each<[keyof typeof LOOKS, Target, before: Verdict, afterAnAttempt: Verdict]>([
  ['same name', verified, 'send', 'send'],
  ['same name', notVerified, 'send', 'send'],
  ['other name', verified, 'renamed', 'renamed'],
  ['other name', notVerified, 'renamed', 'renamed'],
  ['other name', nameless, 'send', 'send'],
  ['gone', verified, 'already_gone', 'deleted'],
  ['gone', notVerified, 'already_gone', 'deleted'],
  ['there, name not found', verified, 'name_not_checked', 'unknown'],
  ['there, name not found', notVerified, 'send_unchecked', 'unknown'],
  ['there, name not found', nameless, 'send_unchecked', 'unknown'],
  ['unread', verified, 'name_not_checked', 'unknown'],
  ['unread', notVerified, 'send_unchecked', 'unknown'],
])('%s, shown as %j: %s, and %s once an attempt may have landed', (look, shown, before, afterAnAttempt) => {
  const seen = LOOKS[look];
  expect(seen && verdictOf(seen, shown, false)).toBe(before);
  expect(seen && verdictOf(seen, shown, true)).toBe(afterAnAttempt);
});
