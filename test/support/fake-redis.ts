import { createQuotaLink, type QuotaLink } from '../../src/agora/quota-link.ts';
import type { OpenQuotaStore, QuotaRequest, QuotaStoreEvents } from '../../src/agora/quota-messages.ts';
import { createLimiter, type RateLimiter } from '../../src/agora/rate-limiter.ts';
import type { Clock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { createQuotaModel } from './quota-model.ts';

export interface FakeRedis {
  readonly open: OpenQuotaStore;
  /** All requests, in order. */
  readonly requests: QuotaRequest[];
  /** Breaks all connections. Requests on their way are done or not, as the test says, and not answered. */
  goAway(): void;
  /** Answers again; only so many connections, the oldest first, learn of it at once. */
  comeBack(connections?: number): void;
  /** Loses all that it holds. */
  forget(): void;
  /** No request of this process arrives any more, and none is answered: it has crashed. */
  cutOff(process: string): void;
  processes(): readonly string[];
  /** From now on the work is done, and each answer held back until `sendAnswers()`, or lost by `goAway()`. */
  holdAnswers(): void;
  sendAnswers(): void;
}

export interface FakeRedisOptions {
  readonly away?: boolean;
  /** Budgets that were in use before. */
  readonly knows?: readonly string[];
}

/** The rules of the shared quota without a network: a Redis that a test can take away. */
export function fakeRedis(clock: Clock, { away = false, knows = [] }: FakeRedisOptions = {}): FakeRedis {
  const model = createQuotaModel(knows);
  const clients = new Set<QuotaStoreEvents>();
  const requests: QuotaRequest[] = [];
  let isAway = away;
  const cut = new Set<string>();
  let holding = false;
  let held: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  return {
    requests,
    async open(events) {
      clients.add(events);
      if (!isAway) queueMicrotask(events.onReady);
      let closed = false;
      return {
        async run(budget, text) {
          if (isAway || closed) throw new Error('Connection is closed.');
          const request: QuotaRequest = JSON.parse(text);
          if (cut.has(request.process)) return new Promise(() => undefined);
          requests.push(request);
          const answer = model.answer(budget, request, clock.now());
          if (holding) await new Promise<void>((resolve, reject) => held.push({ resolve, reject }));
          return JSON.stringify(answer);
        },
        processes: async () => model.processes(),
        async close() {
          clients.delete(events);
          closed = true;
          events.onLost('closed');
        },
      };
    },
    goAway() {
      isAway = true;
      holding = false;
      for (const { onLost } of clients) onLost('connect ECONNREFUSED');
      for (const { reject } of held) reject(new Error('Connection is closed.'));
      held = [];
    },
    comeBack(connections) {
      isAway = false;
      for (const { onReady } of [...clients].slice(0, connections)) onReady();
    },
    cutOff: (process) => void cut.add(process),
    processes: model.processes,
    forget: model.forget,
    holdAnswers() {
      holding = true;
    },
    sendAnswers() {
      holding = false;
      for (const { resolve } of held) resolve();
      held = [];
    },
  };
}

export const LEASE_MS = 50_000;

/** The limiter of one of the processes that share a budget, and what it logs. */
export function sharedProcess(
  redis: FakeRedis,
  clock: Clock,
  perSecond: number,
  name: string,
): RateLimiter & Pick<QuotaLink, 'close'> & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const log = createLog('debug', (line) => lines.push(line));
  const quota = createQuotaLink({ open: redis.open, process: name, leaseMs: LEASE_MS, perSecond, clock, log });
  return { lines, close: quota.close, ...createLimiter({ perSecond, clock, quota }) };
}
