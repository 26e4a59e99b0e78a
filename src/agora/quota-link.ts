import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import {
  type OpenQuotaStore,
  type QuotaAnswer,
  type QuotaRequest,
  type QuotaStore,
  quotaAnswer,
} from './quota-messages.ts';

/**
 * After a loss nobody calls for this long, in milliseconds: the others' last calls may count until then. A process that
 * went on alone takes no place for as long when it is back: the others, who try again once a second, may still do so.
 */
const SILENCE_MS = 1_000;
/** A process that goes on alone takes as if at least so many did. */
const FEWEST_ALONE = 4;

/** A budget of this process. */
export interface QuotaMember {
  /** The connection has come or gone, or how permits are got has changed. */
  onChange(): void;
  /** Tells the others that this process is gone. */
  leave(): Promise<void>;
}

export interface QuotaLinkOptions {
  readonly open: OpenQuotaStore;
  /** Tells this process apart from all others. */
  readonly process: string;
  /** The longest that a call can take, and some more, in milliseconds. */
  readonly leaseMs: number;
  readonly perSecond: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Calls a second for each of so many processes while there is no shared store. */
export const shareAlone = (full: number, processes: number): number =>
  Math.max(1, Math.floor(full / Math.max(FEWEST_ALONE, processes)));

export type QuotaLink = ReturnType<typeof createQuotaLink>;

/** The connection of a process to the store of all its budgets, which is opened with the first one. */
export function createQuotaLink({ open, process, leaseMs, perSecond, clock, log }: QuotaLinkOptions) {
  const members: QuotaMember[] = [];
  /**
   * How permits are got: from the store; not at all, just after a loss; out of a share of one's own; or not at all, just
   * after that.
   */
  let mode: 'shared' | 'silent' | 'alone' | 'telling' = 'silent';
  let opening: Promise<QuotaStore> | undefined;
  let isConnected = false;
  let isClosed = false;
  let processes = 0;
  let reason = 'no answer yet';
  let cancelTimer: (() => void) | undefined;

  function changed(): void {
    for (const { onChange } of members) onChange();
  }

  function enter(next: typeof mode): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (next === 'silent' && !isClosed) cancelTimer = clock.after(SILENCE_MS, goAlone);
    if (next === 'telling') cancelTimer = clock.after(SILENCE_MS, () => enter('shared'));
    mode = next;
    changed();
  }

  function goAlone(): void {
    log.warn(
      `Redis does not answer (${reason}): until it does, this process makes at most ${shareAlone(perSecond, processes)} calls a second by itself.`,
    );
    enter('alone');
  }

  function lose(why: string): void {
    isConnected = false;
    reason = why;
    if (isShared()) enter('silent');
  }

  function find(): void {
    if (isShared()) return;
    if (mode === 'alone') log.info('Redis answers again: the rate limit is shared.');
    enter(mode === 'alone' ? 'telling' : 'shared');
  }

  const isShared = (): boolean => mode === 'shared' || mode === 'telling';

  function start(): Promise<QuotaStore> {
    enter('silent');
    const opened = open({
      onReady() {
        isConnected = true;
        changed();
      },
      onLost: lose,
    });
    opened.catch((error: unknown) => lose(String(error)));
    return opened;
  }

  return {
    isConnected: (): boolean => isConnected,
    isShared,
    /** May places be asked for? */
    mayAsk: (): boolean => mode === 'shared' || mode === 'silent',
    /** Calls a second, of `full`, that this process may make by itself; undefined where the store gives all permits. */
    ownRate: (full: number): number | undefined => (mode === 'alone' ? shareAlone(full, processes) : undefined),
    join(member: QuotaMember): void {
      members.push(member);
      opening ??= start();
    },
    /** @throws where the store does not answer; the mode has then changed */
    async ask(budget: string, request: Omit<QuotaRequest, 'process' | 'lease'>): Promise<QuotaAnswer> {
      try {
        const store = await opening;
        if (!store) throw new Error('not opened');
        const sent: QuotaRequest = { process, lease: leaseMs, ...request };
        const answer = quotaAnswer.parse(JSON.parse(await store.run(budget, JSON.stringify(sent))));
        processes = answer.processes;
        // The connection may be lost again by now.
        if (isConnected) find();
        return answer;
      } catch (error) {
        // A lost connection has said why already.
        lose(!isConnected ? reason : error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
    async close(): Promise<void> {
      if (isShared()) await Promise.all(members.map((member) => member.leave()));
      isClosed = true;
      cancelTimer?.();
      const store = await opening?.catch(() => undefined);
      await store?.close();
    },
  };
}
