import { createLimiter } from '../../src/agora/rate-limiter.ts';
import { type Answer, createDirectory, type Directory } from '../../src/lists/directory.ts';
import type { Question } from '../../src/lists/question.ts';
import { type CrowdOptions, crowdedApp, userName } from './crowded-app.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

const DEADLINE_MS = 44_000;
export const FROM_START: Question['from'] = { place: undefined, shown: [], skipped: 0 };
/** A name that no thread has: a question for it has to read everything. */
export const NOWHERE: Question['filter'] = { nameContains: 'nowhere' };

export interface AskOptions {
  readonly directory?: Directory;
  readonly signal?: AbortSignal;
  readonly onCall?: (calls: number, known: number) => void;
}

/** Moves the clock on until a promise is settled. */
export async function settled<T>(clock: ManualClock, promise: Promise<T>, stepMs = 1): Promise<T> {
  let done = false;
  const end = () => {
    done = true;
  };
  promise.then(end, end);
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (done) return promise;
    clock.advance(stepMs);
  }
}

/** Each thread with three members, drawn from so many users; the first is the owner. */
export const threeOf =
  (users: number): CrowdOptions['membersOf'] =>
  (_, random) =>
    Array.from({ length: 3 }, () => userName(random(users)));

/** A directory of a crowded app, on a clock of its own. */
export function startDirectory(options: Omit<CrowdOptions, 'clock'>, perSecond = 1_000_000) {
  const clock = manualClock();
  const app = crowdedApp({ ...options, clock });
  /** As a new process would have it. */
  const make = () => createDirectory(app.api, createLimiter({ perSecond, clock }), clock);
  const directory = make();
  const stepMs = Math.max(1, (options.latencyMs ?? 0) / 2);
  const begin = (more: Partial<Question> = {}, options: AskOptions = {}): Promise<Answer> =>
    (options.directory ?? directory).ask(
      { filter: NOWHERE, sort: 'desc', side: 'newest', limit: 20, from: FROM_START, ...more },
      DEADLINE_MS,
      options.onCall ?? (() => undefined),
      options.signal ?? new AbortController().signal,
    );
  const ask = (more?: Partial<Question>, options?: AskOptions) => settled(clock, begin(more, options), stepMs);
  return { clock, app, make, directory, begin, ask };
}
