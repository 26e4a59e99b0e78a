import type { Clock } from '../base/clock.ts';
import { createPermitLedger, SLOW_FOR_MS } from './permit-ledger.ts';
import { createPermitQueue, type Release } from './permit-queue.ts';
import type { QuotaLink } from './quota-link.ts';

export type Budget = ReturnType<typeof createBudget>;

/**
 * The permits of this process under one limit. The service may count a request at any moment from sending to answer, so
 * a permit taken at the start of a call comes back one second after the answer: no window of a second then holds more
 * than `full` calls.
 *
 * @param name the same in every process
 * @param full calls a second
 * @param quota where all processes share the limit. While it is away each goes on with a share of its own: no call
 * fails because of it
 */
export function createBudget(name: string, full: number, clock: Clock, quota: QuotaLink | undefined) {
  const ledger = createPermitLedger(clock);
  const queue = createPermitQueue(clock, serve);
  let cancelTimer: (() => void) | undefined;
  /** Has anything changed of which the quota was not told? */
  let isUntold = true;
  let isAsking = false;
  /** While this process waits in the queue of all: when to ask again. */
  let askAt: number | undefined;
  /** The 429s of which the quota was not told. */
  let refusals: { readonly halvings: number; readonly until: number }[] = [];

  /** Calls a second that this process may make by itself; undefined where the quota gives all permits. */
  const ownRate = (): number | undefined => (quota ? quota.ownRate(full) : full);

  /** For how many calls the quota is asked. */
  const wanted = (): number => (quota?.mayAsk() ? queue.size() : 0);

  function take(halvings?: number): Release {
    const permit = ledger.take(halvings);
    let isReleased = false;
    return (end = {}) => {
      if (isReleased) return;
      isReleased = true;
      const pause = ledger.end(permit, end);
      if (quota && pause !== undefined) refusals.push({ halvings: permit.halvings, until: ledger.now() + pause });
      isUntold = true;
      serve();
    };
  }

  function takeByItself(): Release {
    isUntold = true;
    return take();
  }

  /** Hands permits to those who wait, and sets the one timer for the next change. */
  function serve(): void {
    cancelTimer?.();
    const next = quota?.isConnected() && !isAsking ? askIfDue(quota) : serveByItself();
    cancelTimer = next === undefined ? undefined : clock.after(next, serve);
  }

  /** Returns when a permit comes free, in milliseconds. */
  function serveByItself(): number | undefined {
    const rate = ownRate();
    if (rate === undefined) return undefined;
    while (queue.size() > 0 && ledger.isFree(rate)) queue.serve(takeByItself());
    // No timer where nobody waits: an idle limiter must not keep the process alive.
    return queue.size() > 0 ? ledger.nextChange(rate) : undefined;
  }

  /** Returns in how many milliseconds to ask, where that is not now. */
  function askIfDue(link: QuotaLink): number | undefined {
    const joinsOrLeaves = wanted() > 0 !== (askAt !== undefined);
    const left = askAt === undefined ? undefined : askAt - ledger.now();
    if (!isUntold && !joinsOrLeaves && (left === undefined || left > 0)) return left;
    void ask(link);
    return undefined;
  }

  const stateNow = () => ({
    limit: full,
    ...ledger.held(),
    refusals: refusals.map(({ halvings, until }) => [halvings, Math.max(0, until - ledger.now())] as const),
  });

  /** Tells the quota what this process holds, and asks it for places for all who wait here. */
  async function ask(link: QuotaLink): Promise<void> {
    isAsking = true;
    // All who come at the same time are asked for together.
    await Promise.resolve();
    const minuteAgo = ledger.now() - SLOW_FOR_MS;
    refusals = refusals.filter(({ until }) => until > minuteAgo);
    const told = refusals.length;
    const want = wanted();
    isUntold = false;
    try {
      const { granted, wait, ...throttle } = await link.ask(name, { ...stateNow(), want, leave: false });
      refusals = refusals.slice(told);
      // A 429 of meanwhile says more than the answer.
      if (refusals.length === 0) ledger.follow(throttle);
      askAt = granted < want ? ledger.now() + wait : undefined;
      for (let n = 0; n < granted; n++) {
        if (queue.size() > 0) queue.serve(take(throttle.halvings));
        // A call was given up meanwhile: the others may have its place.
        else isUntold = true;
      }
    } catch {
      // It may have done all of this before the answer was lost.
      isUntold = true;
    }
    isAsking = false;
    serve();
  }

  quota?.join({
    onChange() {
      isUntold ||= !quota.isConnected();
      serve();
    },
    async leave() {
      cancelTimer?.();
      await quota.ask(name, { ...stateNow(), want: 0, leave: true }).catch(() => undefined);
    },
  });

  return {
    async acquire(signal: AbortSignal, turn: number | undefined): Promise<Release> {
      signal.throwIfAborted();
      const rate = ownRate();
      if (queue.size() === 0 && rate !== undefined && ledger.isFree(rate)) return takeByItself();
      const permit = queue.join(signal, turn);
      serve();
      return permit;
    },
  };
}
