import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import {
  type OpenQuotaStore,
  type QuotaAnswer,
  type QuotaRequest,
  type QuotaStore,
  quotaAnswer,
} from './quota-messages.ts';

/** After a loss nobody calls for this long, in milliseconds: the others' last calls may count until then. */
const SILENCE_MS = 1_000;
/** A process that goes on alone takes as if at least so many did. */
const FEWEST_ALONE = 4;

/** How a process gets permits: from the shared store; not at all, just after a loss; or out of a share of its own. */
export type QuotaMode = 'shared' | 'silent' | 'alone';

export interface QuotaLinkListener {
  /** The connection is there, and nothing is told yet. */
  onReady(): void;
  onMode(): void;
}

/** The connection of a process to the store of all its budgets. */
export interface QuotaLink {
  mode(): QuotaMode;
  /** Opens the store at the first call. */
  join(listener: QuotaLinkListener): void;
  /** @throws where the store does not answer; the mode has then changed */
  ask(budget: string, request: QuotaRequest): Promise<QuotaAnswer>;
  /** The share of a process that goes on alone. */
  share(full: number): number;
  close(): Promise<void>;
}

export interface QuotaLinkOptions {
  readonly open: OpenQuotaStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly perSecond: number;
}

/** Calls a second for each of so many processes while there is no shared store. */
export const shareAlone = (full: number, processes: number): number =>
  Math.max(1, Math.floor(full / Math.max(FEWEST_ALONE, processes)));

export function createQuotaLink({ open, clock, log, perSecond }: QuotaLinkOptions): QuotaLink {
  const listeners: QuotaLinkListener[] = [];
  let mode: QuotaMode = 'silent';
  let opening: Promise<QuotaStore> | undefined;
  let ready = false;
  let closed = false;
  let processes = 0;
  let reason = 'no answer yet';
  let cancelTimer: (() => void) | undefined;

  const share = (full: number): number => shareAlone(full, processes);

  function enter(next: QuotaMode): void {
    cancelTimer?.();
    cancelTimer = next === 'silent' && !closed ? clock.after(SILENCE_MS, goAlone) : undefined;
    mode = next;
    for (const { onMode } of listeners) onMode();
  }

  function goAlone(): void {
    log.warn(
      `Redis does not answer (${reason}): until it does, this process makes at most ${share(perSecond)} calls a second by itself.`,
    );
    enter('alone');
  }

  function lose(why: string): void {
    ready = false;
    reason = why;
    if (mode === 'shared') enter('silent');
  }

  function find(): void {
    if (mode === 'alone') log.info('Redis answers again: the rate limit is shared.');
    if (mode !== 'shared') enter('shared');
  }

  function start(): Promise<QuotaStore> {
    enter('silent');
    return open({
      onReady() {
        ready = true;
        for (const { onReady } of listeners) onReady();
      },
      onLost: lose,
    });
  }

  return {
    mode: () => mode,
    share,
    join(listener) {
      listeners.push(listener);
      opening ??= start();
      opening.catch((error: unknown) => lose(String(error)));
    },
    async ask(budget, request) {
      try {
        const store = await opening;
        if (!store) throw new Error('not opened');
        const answer = quotaAnswer.parse(JSON.parse(await store.run(budget, JSON.stringify(request))));
        processes = answer.processes;
        // The connection may be lost again by now.
        if (ready) find();
        return answer;
      } catch (error) {
        // A lost connection has said why already.
        lose(!ready ? reason : error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
    async close() {
      closed = true;
      cancelTimer?.();
      const store = await opening?.catch(() => undefined);
      await store?.close();
    },
  };
}
