/**
 * How long a test waits for what must come, in milliseconds. It only ends a hang: no machine is so slow.
 */
export const PATIENCE_MS = 60_000;

/** Waits for a condition that depends on real sockets or another process; throws when it has waited too long. */
export async function until(condition: () => boolean | Promise<boolean>, what = 'the condition'): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what} was not met`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
