import * as z from 'zod';

/** What a process tells and asks the script that shares a budget, as JSON. All times are in milliseconds. */
export interface QuotaRequest {
  /** This process: its host and what tells it apart. */
  readonly process: string;
  /** Calls a second, before any halving. */
  readonly limit: number;
  /** How many calls are under way here. */
  readonly out: number;
  /** For how long they count where nothing more is heard of this process. */
  readonly lease: number;
  /** In how long the places of answered calls come free. */
  readonly returns: readonly number[];
  /** How many calls wait here. */
  readonly want: number;
  /** The 429s since the last request: how often the rate had been halved before the call, and the pause asked for. */
  readonly refusals: readonly (readonly [halvings: number, pause: number])[];
  /** This process ends, or only asks: it is not counted. */
  readonly leave: boolean;
}

/** What the script answers. */
export const quotaAnswer = z.object({
  /** How many places this process has got. */
  granted: z.number(),
  /** Where it got fewer than it wants: when the next one may come free for it. */
  wait: z.number(),
  /** How often the rate was ever halved, and how many of those halvings count now. */
  halvings: z.number(),
  level: z.number(),
  /** For how long nobody calls, and for how long the rate stays halved. */
  paused: z.number(),
  slow: z.number(),
  /** How many processes have called in the last ten minutes. */
  processes: z.number(),
});
export type QuotaAnswer = z.output<typeof quotaAnswer>;

/** Where processes share budgets. It connects by itself, and again whenever the connection is lost. */
export interface QuotaStore {
  /** Answers a request, both as JSON. Rejects where there is no connection, or no answer within a second. */
  run(budget: string, request: string): Promise<string>;
  /** The processes that were seen when a request was last answered. */
  processes(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface QuotaStoreEvents {
  /** There is a connection, at first or again. */
  onReady(): void;
  onLost(reason: string): void;
}

export type OpenQuotaStore = (events: QuotaStoreEvents) => Promise<QuotaStore>;
