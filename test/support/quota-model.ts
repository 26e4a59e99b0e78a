import type { QuotaAnswer, QuotaRequest } from '../../src/agora/quota-messages.ts';

/** A process that holds places or waits for some. */
interface Holder {
  readonly process: string;
  /** Calls under way, and until when they count. */
  out: number;
  readonly lease: number;
  /** When the places of answered calls come free. */
  returns: readonly number[];
  want: number;
  /** When it will ask again. */
  due: number;
  /** Places that only it gets. */
  kept: number;
}

/** A budget as Redis keeps it. */
interface QuotaState {
  paused: number;
  slow: number;
  level: number;
  halvings: number;
  /** Those who wait are in turn. */
  holders: Holder[];
}

const LAST_SEEN_MS = 600_000;

const emptyState = (paused: number): QuotaState => ({ paused, slow: 0, level: 0, halvings: 0, holders: [] });

/**
 * The rules of src/redis/quota-script.ts in memory, for a clock of one's own.
 *
 * @param known budgets that were in use before
 */
export function createQuotaModel(known: readonly string[] = []) {
  const budgets = new Map(known.map((budget) => [budget, emptyState(0)]));
  const processes = new Map<string, number>();

  function stateOf(budget: string, now: number): QuotaState {
    const state = budgets.get(budget) ?? emptyState(now + 500);
    budgets.set(budget, state);
    return state;
  }

  function answer(budget: string, request: QuotaRequest, now: number): QuotaAnswer {
    const { process } = request;
    const state = stateOf(budget, now);
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

    const before = state.holders.find((one) => one.process === process && one.want > 0);
    const mine: Holder = {
      ...{ process, out: request.out, lease: Math.ceil(now + request.lease) },
      returns: request.returns.map((left) => Math.ceil(now + left)),
      ...{ want: request.want, due: now, kept: before?.kept ?? 0 },
    };
    const line = before ? state.holders : [...state.holders, mine];
    const holders = line.flatMap((one) =>
      one.process !== process || one === mine ? [one] : one === before ? [mine] : [],
    );
    for (const one of holders) {
      if (now > one.due + 250) one.want = 0;
      if (now >= one.lease) one.out = 0;
      one.returns = one.returns.filter((at) => at > now);
      one.kept = Math.min(one.kept, one.want);
    }
    const ends = holders.flatMap(endsOf).sort((a, b) => a - b);
    const limit = Math.max(1, Math.floor(request.limit / 2 ** state.level));
    const free = now >= state.paused ? Math.max(0, limit - ends.length) : 0;
    if (keptFor(holders) > free) for (const one of holders) one.kept = 0;
    if (mine.want > 0) shareOut(holders, free - keptFor(holders));

    const at = holders.indexOf(mine);
    const kept = keptFor(holders);
    const granted = mine.kept;
    const ahead = holders.filter((one, n) => one !== mine && isOpen(one) && (granted > 0 || n < at)).length;
    mine.out += granted;
    mine.want -= granted;
    mine.kept = 0;
    let wait = 0;
    if (mine.want > 0) {
      const index = ends.length + kept - limit + ahead;
      let due = index < 0 ? now : Math.min(now + 1_000, ends[index] ?? now + 1_000);
      if (state.level > 0) due = Math.min(due, state.slow);
      mine.due = Math.ceil(Math.max(due, state.paused));
      wait = Math.max(1, Math.ceil(mine.due - now));
    }
    const inTurn = granted > 0 ? [...holders.filter((one) => one !== mine), mine] : holders;
    state.holders = inTurn.filter((one) => one.want > 0 || endsOf(one).length > 0);
    const { halvings, level } = state;
    return {
      ...{ granted, wait, halvings, level },
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

const endsOf = ({ out, lease, returns }: Holder): number[] => [...Array<number>(out).fill(lease), ...returns];
const isOpen = ({ want, kept }: Holder): boolean => kept < want;
const keptFor = (holders: readonly Holder[]): number => holders.reduce((sum, { kept }) => sum + kept, 0);

/** Keeps places for those who wait, one after the other, in turn, until nothing is left. */
function shareOut(holders: readonly Holder[], free: number): void {
  let left = free;
  while (left > 0 && holders.some(isOpen)) {
    for (const one of holders) {
      if (left === 0 || !isOpen(one)) continue;
      one.kept += 1;
      left -= 1;
    }
  }
}
