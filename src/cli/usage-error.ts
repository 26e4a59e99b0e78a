import { systemCode } from '../base/system-code.ts';
import { en, type Say } from '../doctor/words-en.ts';

/** Wrong usage of a command: the message goes to stderr, and the process ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Flags that cannot be read. */
export class FlagError extends UsageError {
  /** The fault for the doctor's report: in its language, and without what was typed, which may be a secret. */
  readonly say: Say;

  constructor(say: Say, message = `${say(en)}.`) {
    super(message);
    this.say = say;
  }
}

/** Why a server of ours did not start; an error without a code is a bug, and stays what it is. */
export function cannotListen(error: unknown, address: string, port: number): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  return new UsageError(`it cannot listen on ${address}${port === 0 ? '' : `, port ${port}`} (${code}).`);
}
