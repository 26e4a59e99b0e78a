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
