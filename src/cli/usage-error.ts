import { systemCode } from '../base/system-code.ts';

/** Wrong usage of a command: the message goes to stderr, and the process ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The message without what was typed, which may be a secret. */
  readonly plain: string;

  constructor(message: string, plain = message) {
    super(message);
    this.plain = plain;
  }
}

/** Why a server of ours did not start; an error without a code is a bug, and stays what it is. */
export function cannotListen(error: unknown, address: string, port: number): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  return new UsageError(`it cannot listen on ${address}${port === 0 ? '' : `, port ${port}`} (${code}).`);
}
