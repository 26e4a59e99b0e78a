/** A command was used wrongly: the process ends with exit code 2, and the message stands on stderr in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
