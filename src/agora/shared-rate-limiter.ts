import type { Clock } from '../base/clock.ts';
import { createPermitLedger, SLOW_FOR_MS } from './permit-ledger.ts';
import { createPermitQueue } from './permit-queue.ts';
import type { QuotaLink } from './quota-link.ts';
import type { QuotaAnswer, QuotaRequest } from './quota-messages.ts';
import { type Budget, byEndpoint, once, type RateLimiter, type Release } from './rate-limiter.ts';

export interface SharedLimiterOptions {
  readonly perSecond: number;
  readonly clock: Clock;
  readonly link: QuotaLink;
  /** Tells this process apart from all others. */
  readonly process: string;
  /** The longest that a call can take, and some more, in milliseconds. */
  readonly leaseMs: number;
}

export interface SharedLimiter extends RateLimiter {
  /** Is the limit shared just now? */
  isShared(): boolean;
  /** Tells the others that this process is gone. */
  close(): Promise<void>;
}

/**
 * Keeps the calls of all processes together under the service's limit, by the same rule as the limiter of one process.
 * While the store is away each goes on with a share of its own: no call fails because of it.
 */
export function createSharedLimiter(options: SharedLimiterOptions): SharedLimiter {
  const budgets: SharedBudget[] = [];
  const limiter = byEndpoint(options.perSecond, (full, name) => {
    const budget = createSharedBudget(full, name, options);
    budgets.push(budget);
    return budget;
  });
  return {
    ...limiter,
    isShared: () => options.link.mode() === 'shared',
    async close() {
      const { link } = options;
      if (link.mode() === 'shared') await Promise.all(budgets.map((budget) => budget.leave()));
      await link.close();
    },
  };
}

interface SharedBudget extends Budget {
  leave(): Promise<void>;
}

function createSharedBudget(full: number, name: string, options: SharedLimiterOptions): SharedBudget {
  const { clock, link, process, leaseMs } = options;
  const ledger = createPermitLedger(clock);
  const queue = createPermitQueue(clock, serve);
  /** The places that the store keeps until their lease ends, unless it is told more. */
  const leased = new Set<number>();
  /** The places that have changed since the store was last told. */
  const untold = new Set<number>();
  let refusals: { readonly halvings: number; readonly until: number }[] = [];
  let epoch = 0;
  let asking = false;
  /** The store has come back, and must be told all places before it is asked for more. */
  let returning = false;
  /** While this process waits in the store's queue: when to ask again. */
  let askAt: number | undefined;
  let cancelTimer: (() => void) | undefined;

  function take(id: number, halvings?: number): Release {
    const permit = ledger.take(id, halvings);
    return once((end) => {
      const pause = ledger.end(permit, end);
      if (pause !== undefined) refusals.push({ halvings: permit.halvings, until: ledger.now() + pause });
      if (leased.has(id)) untold.add(id);
      serve();
    });
  }

  function serve(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (returning && !asking) void ask();
    else if (link.mode() === 'alone') serveAlone();
    else if (link.mode() === 'shared' && !asking) serveShared();
  }

  function serveAlone(): void {
    const share = link.share(full);
    while (queue.size() > 0 && ledger.isFree(share)) {
      const id = ledger.newIds(1);
      queue.serve(take(id));
      // What the store is being told just now does not hold this place.
      if (asking) untold.add(id);
    }
    const next = queue.size() > 0 ? ledger.nextChange(share) : undefined;
    if (next !== undefined) cancelTimer = clock.after(next, serve);
  }

  function serveShared(): void {
    const left = askAt === undefined ? Number.POSITIVE_INFINITY : askAt - ledger.now();
    const joinsOrLeaves = queue.size() > 0 !== (askAt !== undefined);
    if (untold.size > 0 || refusals.length > 0 || joinsOrLeaves || left <= 0) void ask();
    else if (askAt !== undefined) cancelTimer = clock.after(left, serve);
  }

  function tellAll(): void {
    for (const id of [...ledger.held(), ...leased]) untold.add(id);
  }

  function requestFor(want: number, leave: boolean): QuotaRequest {
    const now = ledger.now();
    return {
      process,
      limit: full,
      lease: leaseMs,
      want,
      first: ledger.newIds(want),
      epoch,
      places: [...untold].map((id) => [id, ledger.remaining(id, leaseMs)]),
      refusals: refusals.map(({ halvings, until }) => [halvings, Math.max(0, until - now)]),
      leave,
    };
  }

  /** Tells the store all that has changed, and asks it for places for all who wait here. */
  async function ask(): Promise<void> {
    asking = true;
    // All who come at the same time are asked for together.
    await Promise.resolve();
    if (returning) tellAll();
    const minuteAgo = ledger.now() - SLOW_FOR_MS;
    refusals = refusals.filter(({ until }) => until > minuteAgo);
    const request = requestFor(queue.size(), false);
    returning = false;
    for (const [id] of request.places) {
      untold.delete(id);
      if (ledger.isOut(id)) leased.add(id);
    }
    const grantable = Array.from({ length: request.want }, (_, n) => request.first + n);
    try {
      const answer = await link.ask(name, request);
      asking = false;
      settle(request, answer);
      for (const [n, id] of grantable.entries()) {
        if (n >= answer.granted) break;
        leased.add(id);
        if (queue.size() > 0) queue.serve(take(id, answer.halvings));
        else untold.add(id);
      }
    } catch {
      asking = false;
      // The store may have done all of it before the answer was lost.
      for (const id of [...request.places.map(([place]) => place), ...grantable]) leased.add(id);
    }
    serve();
  }

  function settle(request: QuotaRequest, answer: QuotaAnswer): void {
    refusals = refusals.slice(request.refusals.length);
    if (refusals.length === 0) {
      const { halvings, level, paused: pausedMs, slow: slowMs } = answer;
      ledger.follow({ halvings, level, pausedMs, slowMs });
    }
    for (const [id] of request.places) if (!ledger.isOut(id)) leased.delete(id);
    const forgotten = epoch !== 0 && epoch !== answer.epoch;
    epoch = answer.epoch;
    if (forgotten) tellAll();
    askAt = answer.granted < request.want ? ledger.now() + answer.wait : undefined;
  }

  link.join({
    onReady() {
      returning = true;
      serve();
    },
    onMode: serve,
  });

  return {
    async acquire(signal, turn) {
      signal.throwIfAborted();
      const permit = queue.join(signal, turn);
      serve();
      return permit;
    },
    async leave() {
      cancelTimer?.();
      await link.ask(name, requestFor(0, true)).catch(() => undefined);
    },
  };
}
