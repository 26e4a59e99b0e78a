/**
 * Counts what this process holds for each name: a client that sends without end, or never reads, must not fill the
 * memory that all share.
 *
 * @param most of each name at once
 */
export function createHeld(most: number) {
  const held = new Map<string, number>();
  const add = (name: string, count: number): void => {
    const now = (held.get(name) ?? 0) + count;
    if (now === 0) held.delete(name);
    else held.set(name, now);
  };

  /** @returns gives it back; undefined where it would be too much */
  return function hold(name: string, count: number): (() => void) | undefined {
    if ((held.get(name) ?? 0) + count > most) return undefined;
    add(name, count);
    return () => add(name, -count);
  };
}
