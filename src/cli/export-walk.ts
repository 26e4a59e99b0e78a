import { AgoraError, orRefusal } from '../agora/errors.ts';
import type { RateLimiter } from '../agora/rate-limiter.ts';
import type { Thread } from '../agora/thread.ts';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { inParallel } from '../base/in-parallel.ts';
import { feedThreads } from '../lists/thread-feed.ts';
import { utcTime } from '../present/time.ts';
import type { AppConnection } from '../toolkit/define-tool.ts';
import { type ExportEnd, type ExportMembers, type ExportRow, threadRow } from './export-format.ts';
import type { ExportOptions } from './export-options.ts';

export interface ExportWalk {
  readonly connection: Pick<AppConnection, 'app' | 'threads' | 'groups'>;
  readonly options: ExportOptions;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Resolves once there is room for more. */
  readonly write: (row: ExportRow) => Promise<void>;
  /** `listed`: how many threads the app's list has, as far as it is read. */
  readonly onProgress: (progress: { threads: number; listed: number; calls: number }) => void;
}

const PAGE = 50;
/** Member lists that are read at once. */
const MEMBERS_AT_ONCE = 4;
/** After this many member lists in a row that could not be read, no further one is tried. */
const MOST_FAILURES = 5;

/**
 * Writes all threads of the scope as they become known, between a first and a last row.
 *
 * @returns the last row, and what kept the export from being complete
 * @throws AgoraError where nothing at all could be read; the signal's reason once that is aborted
 */
export async function exportThreads({ connection, options, clock, signal, write, onProgress }: ExportWalk) {
  const { threads, groups, app } = connection;
  const { scope, filter } = options;
  let calls = 0;
  let listed = 0;
  let written = 0;
  let failuresInRow = 0;
  let failure: AgoraError | undefined;

  async function membersOf(id: string): Promise<ExportMembers> {
    const ids = new Set<string>();
    const read = (state: ExportMembers['members_state']) => ({ members: [...ids], members_state: state });
    if (failuresInRow >= MOST_FAILURES) return read('unread');
    const state = await orRefusal(readMembers(id, ids));
    if (state instanceof AgoraError) {
      if (state.code === 'thread_not_found') return { members: [], members_state: 'gone' };
      failuresInRow += 1;
      failure ??= state;
      return read(ids.size === 0 ? 'unread' : 'cut');
    }
    failuresInRow = 0;
    return read(state);
  }

  /** Reads all members; a short page is the last. @returns `cut` where the service leads in a circle */
  async function readMembers(id: string, ids: Set<string>): Promise<'complete' | 'cut'> {
    let cursor: string | undefined;
    for (;;) {
      calls += 1;
      const page = await threads.listMembers(id, { limit: PAGE, ...defined({ cursor }) }, signal);
      const before = ids.size;
      for (const member of page.items) ids.add(member);
      if (page.cursor === undefined || page.items.length < PAGE) return 'complete';
      if (ids.size === before) return 'cut';
      cursor = page.cursor;
    }
  }

  const progress = (): void => onProgress({ threads: written, listed, calls });
  async function writeThread(thread: Thread): Promise<void> {
    const readAt = clock.now();
    await write(threadRow(thread, readAt, options.members ? await membersOf(thread.id) : undefined));
    written += 1;
    progress();
  }

  const waiting: Thread[] = [];
  let writing: Promise<unknown> = Promise.resolve();
  const writeWaiting = (): Promise<unknown> => {
    writing = writing.then(() => inParallel(waiting.splice(0), MEMBERS_AT_ONCE, writeThread));
    return writing;
  };
  /**
   * The connection keeps to the rate. A call of the walk waits until all that came before it is written: a slow reader
   * must not fill the memory.
   */
  const share: RateLimiter = {
    async acquire() {
      await writeWaiting();
      return () => undefined;
    },
  };

  await write({
    type: 'agora-threads-export',
    version: 1,
    app: app.name,
    host: app.host,
    scope,
    filters: defined({
      created_after: filter.createdFrom === undefined ? undefined : utcTime(filter.createdFrom),
      created_before: filter.createdBefore === undefined ? undefined : utcTime(filter.createdBefore),
    }),
    members: options.members,
    started: utcTime(clock.now()),
  });
  const feed = await feedThreads({
    scope,
    filter,
    threads,
    groups,
    share,
    clock,
    signal,
    onCall() {
      calls += 1;
    },
    onThread: (thread) => waiting.push(thread),
    onListed(count) {
      listed = count;
      progress();
    },
  });
  await writeWaiting();
  for (const thread of feed.unresolved) await write({ type: 'unresolved', ...thread });
  const end: ExportEnd = {
    type: 'end',
    complete: feed.complete && failure === undefined,
    threads: written,
    unresolved: feed.unresolved.length,
    calls,
    ended: utcTime(clock.now()),
  };
  await write(end);
  return { end, failure: feed.failure ?? failure };
}
