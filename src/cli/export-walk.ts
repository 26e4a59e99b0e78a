import { AgoraError } from '../agora/errors.ts';
import type { RateLimiter } from '../agora/rate-limiter.ts';
import type { Thread } from '../agora/thread.ts';
import type { Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { createWorkQueue } from '../base/work-queue.ts';
import { feedThreads } from '../lists/thread-feed.ts';
import type { AppConnection } from '../toolkit/define-tool.ts';
import type { ExportEnd, ExportFormat, ExportMembers } from './export-format.ts';
import { type ExportOptions, filtersOf } from './export-options.ts';

/** How far an export is. */
export interface ExportProgress {
  readonly threads: number;
  /** Of the list, as far as it is read. */
  readonly listed: number;
  readonly calls: number;
}

export interface ExportResult extends ExportEnd {
  /** What kept it from being complete. */
  readonly failure: AgoraError | undefined;
}

export interface ExportWalk {
  readonly connection: Pick<AppConnection, 'app' | 'threads' | 'groups'>;
  readonly options: ExportOptions;
  readonly format: ExportFormat;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Resolves once there is room for more. */
  readonly write: (text: string) => Promise<void>;
  readonly onProgress: (progress: ExportProgress) => void;
}

/** Member lists that are read at once. */
const MEMBERS_AT_ONCE = 4;
/** With more threads than this waiting to be written, the walk waits too: a slow reader must not fill the memory. */
const MOST_WAITING = 500;
/** After this many member lists in a row that could not be read, no further one is tried. */
const MOST_FAILURES = 5;

/**
 * Writes all threads of the scope as they become known, between a first and a last line.
 *
 * @throws AgoraError where nothing at all could be read; the signal's reason once that is aborted
 */
export async function exportThreads(walk: ExportWalk): Promise<ExportResult> {
  const { connection, options, format, clock, signal, write, onProgress } = walk;
  const { threads, groups, app } = connection;
  const { scope } = options;
  let calls = 0;
  let listed = 0;
  let written = 0;
  let failuresInRow = 0;
  let failure: AgoraError | undefined;

  const onCall = (): void => {
    calls += 1;
  };

  async function membersOf(id: string): Promise<ExportMembers> {
    if (failuresInRow >= MOST_FAILURES) return { ids: [], state: 'unread' };
    const members = await readMembers((query) => {
      onCall();
      return threads.listMembers(id, query, signal);
    });
    failuresInRow = members.failure ? failuresInRow + 1 : 0;
    failure ??= members.failure;
    return members;
  }

  const rows = createWorkQueue<Thread>(MEMBERS_AT_ONCE, MOST_WAITING, async (thread) => {
    const readAt = clock.now();
    await write(format.thread(thread, readAt, options.members ? await membersOf(thread.id) : undefined));
    written += 1;
    onProgress({ threads: written, listed, calls });
  });
  /** The connection keeps to the rate; a call of the walk only waits until there is room for what it brings. */
  const share: RateLimiter = {
    async acquire() {
      await rows.room();
      return () => undefined;
    },
  };

  await write(
    format.head({
      app: app.name,
      host: app.host,
      scope: scope.kind === 'app' ? {} : { [scope.kind]: scope.id },
      filters: filtersOf(options),
      members: options.members,
      started: clock.now(),
    }),
  );
  const feed = await feedThreads({
    scope,
    filter: defined({ createdFrom: options.createdFrom, createdBefore: options.createdBefore }),
    threads,
    groups,
    share,
    clock,
    signal,
    onCall,
    onThread: rows.push,
    onListed(count) {
      listed = count;
      onProgress({ threads: written, listed, calls });
    },
  });
  await rows.finish();
  for (const thread of feed.unresolved) await write(format.unresolved(thread));
  const end: ExportEnd = {
    complete: feed.complete && failure === undefined,
    threads: written,
    unresolved: feed.unresolved.length,
    calls,
    ended: clock.now(),
  };
  await write(format.end(end));
  return { ...end, failure: feed.failure ?? failure };
}

const PAGE = 50;

/** All members of a thread; a short page is the last. */
async function readMembers(
  read: (query: { limit: number; cursor?: string }) => ReturnType<Threads['listMembers']>,
): Promise<ExportMembers & { readonly failure?: AgoraError }> {
  const ids = new Set<string>();
  let cursor: string | undefined;
  try {
    for (;;) {
      const page = await read({ limit: PAGE, ...defined({ cursor }) });
      const before = ids.size;
      for (const member of page.items) ids.add(member);
      if (page.cursor === undefined || page.items.length < PAGE) return { ids: [...ids], state: 'complete' };
      if (ids.size === before) return { ids: [...ids], state: 'cut' };
      cursor = page.cursor;
    }
  } catch (error) {
    if (!(error instanceof AgoraError)) throw error;
    if (error.code === 'thread_not_found') return { ids: [], state: 'gone' };
    return { ids: [...ids], state: ids.size === 0 ? 'unread' : 'cut', failure: error };
  }
}
