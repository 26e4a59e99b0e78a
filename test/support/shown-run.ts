import type { Run } from './binary.ts';
import { undated } from './undated.ts';

/** A run as one text, without what changes from day to day and from run to run. */
export const shownRun = ({ code, stdout, stderr }: Run): string =>
  undated([`exit code ${code}`, '--- stdout', stdout, '--- stderr', stderr].join('\n')).replace(
    /127\.0\.0\.1:\d+/g,
    '127.0.0.1:PORT',
  );
