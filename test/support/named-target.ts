import { defined } from '../../src/base/defined.ts';
import type { Target } from '../../src/toolkit/targets.ts';

/** A thread that a person is asked about, under this name. */
export const named = (name: string | undefined, id = '1'): Target => ({
  id,
  gone: false,
  thread: { id, ...defined({ name }) },
  verified: true,
  asOf: undefined,
  members: undefined,
});
