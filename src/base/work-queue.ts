/**
 * Work that comes from one side and is done on the other, some of it at once. After a failure no further work starts.
 *
 * @param width how many items are worked on at once
 * @param most how many may wait before there is no room
 */
export function createWorkQueue<T>(width: number, most: number, work: (item: T) => Promise<void>) {
  const waiting: T[] = [];
  /** One promise for each item that is worked on; none rejects. */
  const running = new Set<Promise<void>>();
  let failure: { readonly reason: unknown } | undefined;

  function start(item: T): void {
    const done = work(item)
      .catch((reason: unknown) => {
        failure ??= { reason };
      })
      .then(() => {
        running.delete(done);
        pump();
      });
    running.add(done);
  }

  function pump(): void {
    while (!failure && running.size < width && waiting.length > 0) waiting.splice(0, 1).forEach(start);
  }

  async function until(isReached: () => boolean): Promise<void> {
    while (!failure && !isReached()) await Promise.race(running);
    if (failure) throw failure.reason;
  }

  return {
    push(item: T): void {
      waiting.push(item);
      pump();
    },
    /** Resolves once few enough items wait, so that whoever brings them can be held back. Rejects as `finish` does. */
    room: () => until(() => waiting.length < most),
    /** Resolves once all is done; rejects with what the work has thrown. */
    finish: () => until(() => running.size === 0 && waiting.length === 0),
  };
}
