/** The exit code of a command that a signal cancels. By convention of shells it is 128 plus the number of the signal. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof EXIT_CODES;

/** Waits for a signal that asks the process to end. A second one of its kind then ends it at once. */
export const signalled = (): Promise<Signal> =>
  new Promise((resolve) => {
    for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(name));
  });

/**
 * Cancels the work of a command at the first signal that asks the process to end, and sets the exit code.
 *
 * @returns `by` cancels as such a signal does
 */
export function createCancel() {
  const controller = new AbortController();
  const by = (signal: Signal): void => {
    process.exitCode = EXIT_CODES[signal];
    controller.abort(new Error('Cancelled.'));
  };
  void signalled().then(by);
  return { signal: controller.signal, by };
}

/** How long open connections get to close once the work has ended, in milliseconds. */
const LAST_MOMENT_MS = 300;

export const exitSoon = (): void => void setTimeout(() => process.exit(), LAST_MOMENT_MS).unref();
