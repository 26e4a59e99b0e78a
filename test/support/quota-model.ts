import type { QuotaAnswer, QuotaRequest } from '../../src/agora/quota-messages.ts';

/** One waiting process, in the order of turns. */
interface Waiting {
  readonly process: string;
  want: number;
  /** When it will ask again. */
  due: number;
  /** Places that only it gets. */
  kept: number;
}

/** A budget as Redis keeps it. */
export interface QuotaState {
  readonly epoch: number;
  paused: number;
  slow: number;
  level: number;
  halvings: number;
  /** When each place comes free. */
  readonly places: Map<string, number>;
  readonly queue: Waiting[];
}

const LAST_SEEN_MS = 600_000;

const emptyState = (epoch: number, paused: number): QuotaState => ({
  ...{ epoch, paused, slow: 0, level: 0, halvings: 0 },
  ...{ places: new Map(), queue: [] },
});

/**
 * The rules of src/redis/quota-script.ts in memory, for a clock of one's own.
 *
 * @param known budgets that were in use before
 */
export function createQuotaModel(known: readonly string[] = []) {
  const budgets = new Map(known.map((budget) => [budget, emptyState(1, 0)]));
  const processes = new Map<string, number>();

  function stateOf(budget: string, now: number): QuotaState {
    const state = budgets.get(budget) ?? emptyState(Math.floor(now), now + 500);
    budgets.set(budget, state);
    return state;
  }

  function answer(budget: string, request: QuotaRequest, now: number): QuotaAnswer {
    const { process, first } = request;
    const state = stateOf(budget, now);
    const { places, queue } = state;
    if (now >= state.slow) state.level = 0;
    for (const [halvings, pause] of request.refusals) {
      if (halvings === state.halvings) {
        state.halvings += 1;
        state.level += 1;
      }
      state.slow = now + 60_000;
      state.paused = Math.max(state.paused, now + pause);
    }
    if (request.leave) processes.delete(process);
    else processes.set(process, now);
    for (const [name, seen] of processes) if (seen <= now - LAST_SEEN_MS) processes.delete(name);

    for (const [id, remaining] of request.places) places.set(`${process}:${id}`, now + remaining);
    for (const [id, free] of places) if (free <= now) places.delete(id);
    const taken = places.size;
    const limit = Math.max(1, Math.floor(request.limit / 2 ** state.level));
    const free = now >= state.paused ? Math.max(0, limit - taken) : 0;

    const mayAsk = !request.leave && (request.epoch === 0 || request.epoch === state.epoch);
    const want = mayAsk ? request.want : 0;
    const isMine = (one: Waiting) => one.process === process;
    const remains = (one: Waiting) => (isMine(one) ? want > 0 : now <= one.due + 250);
    queue.splice(0, queue.length, ...queue.filter(remains));
    if (want > 0 && !queue.some(isMine)) queue.push({ process, want, due: now, kept: 0 });
    for (const one of queue.filter(isMine)) one.want = want;
    for (const one of queue) one.kept = Math.min(one.kept, one.want);
    if (keptFor(queue) > free) for (const one of queue) one.kept = 0;
    if (want > 0) shareOut(queue, free - keptFor(queue));

    const at = queue.findIndex(isMine);
    const mine = queue[at];
    const kept = keptFor(queue);
    const granted = mine?.kept ?? 0;
    let wait = 0;
    for (let n = 0; n < granted; n++) places.set(`${process}:${first + n}`, now + request.lease);
    if (mine) {
      const ahead = queue.filter((one, n) => one !== mine && isOpen(one) && (granted > 0 || n < at)).length;
      if (granted > 0) queue.splice(at, 1);
      if (granted > 0 && granted < want) queue.push(mine);
      const comingFree = [...places.values()].sort((a, b) => a - b);
      const index = taken + kept - limit + ahead;
      let due = index < 0 ? now : Math.min(now + 1_000, comingFree[index] ?? now + 1_000);
      if (state.level > 0) due = Math.min(due, state.slow);
      mine.due = Math.ceil(Math.max(due, state.paused));
      mine.want = want - granted;
      mine.kept = 0;
      if (mine.want > 0) wait = Math.max(1, Math.ceil(mine.due - now));
    }
    const { epoch, halvings, level } = state;
    return {
      ...{ epoch, granted, wait, halvings, level },
      paused: Math.max(0, Math.ceil(state.paused - now)),
      slow: Math.max(0, Math.ceil(state.slow - now)),
      processes: processes.size,
    };
  }

  return {
    answer,
    processes: () => [...processes.keys()],
    forget() {
      budgets.clear();
      processes.clear();
    },
  };
}

const isOpen = ({ want, kept }: Waiting): boolean => kept < want;
const keptFor = (queue: readonly Waiting[]): number => queue.reduce((sum, { kept }) => sum + kept, 0);

/** Keeps places for those who wait, one after the other, in turn, until nothing is left. */
function shareOut(queue: readonly Waiting[], free: number): void {
  let left = free;
  while (left > 0 && queue.some(isOpen)) {
    for (const one of queue) {
      if (left === 0 || !isOpen(one)) continue;
      one.kept += 1;
      left -= 1;
    }
  }
}
