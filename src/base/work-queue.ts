/** Work that comes from one side and is done on the other, some of it at once. */
export interface WorkQueue<T> {
  push(item: T): void;
  /** Resolves once few enough items wait, so that whoever brings them can be held back. Rejects as `finish` does. */
  room(): Promise<void>;
  /** Resolves once all is done; rejects with what the work has thrown, after which no further work starts. */
  finish(): Promise<void>;
}

/**
 * @param width how many items are worked on at once
 * @param most how many may wait before there is no room
 */
export function createWorkQueue<T>(width: number, most: number, work: (item: T) => Promise<void>): WorkQueue<T> {
  const waiting: T[] = [];
  let running = 0;
  let failure: { readonly reason: unknown } | undefined;
  let listeners: (() => void)[] = [];

  const change = (): Promise<void> => new Promise((resolve) => listeners.push(resolve));
  function changed(): void {
    const told = listeners;
    listeners = [];
    for (const listener of told) listener();
  }

  function start(item: T): void {
    running += 1;
    work(item)
      .catch((reason: unknown) => {
        failure ??= { reason };
      })
      .finally(() => {
        running -= 1;
        pump();
        changed();
      });
  }

  function pump(): void {
    while (!failure && running < width && waiting.length > 0) waiting.splice(0, 1).forEach(start);
  }

  async function until(isReached: () => boolean): Promise<void> {
    while (!failure && !isReached()) await change();
    if (failure) throw failure.reason;
  }

  return {
    push(item) {
      waiting.push(item);
      pump();
    },
    room: () => until(() => waiting.length < most),
    finish: () => until(() => running === 0 && waiting.length === 0),
  };
}
