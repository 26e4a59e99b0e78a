import { type Answer, envelope, type Recorded, type RecordingServer, recordingServer } from './http.ts';

export interface ServedThread {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly groupId: string;
  readonly msgId: string;
  readonly created: number;
}

/** How the list ends, or misbehaves. */
export type Manner = 'cursor' | 'no cursor' | 'empty cursor' | 'null entities' | 'stuck' | 'short pages';

const OWNERS = ['lin', 'wei', 'mia', 'tom'];
const START = Date.UTC(2026, 0, 1);

/** Threads of four users in two groups, one per hour from 1 January. */
export const servedThreads = (count: number): ServedThread[] =>
  Array.from({ length: count }, (_, n) => ({
    id: String(240_000_000_000_000 + n),
    name: n % 3 === 0 ? `Refund ${n}` : `Question ${n}`,
    owner: OWNERS[n % OWNERS.length] ?? 'lin',
    groupId: n % 2 ? '210000000000001' : '210000000000002',
    msgId: String(1_180_000_000_000_000_000n + BigInt(n)),
    created: START + n * 3_600_000,
  }));

/**
 * Serves a list whose cursors are keys, as the vendor's seem to be: the next page begins after the last thread shown,
 * wherever that thread is by then. `between` may change `threads` between pages.
 */
export function listServer(
  threads: ServedThread[],
  manner: Manner,
  between: () => void = () => undefined,
): Promise<RecordingServer> {
  let asked = 0;
  return recordingServer(({ url }: Recorded): Answer => {
    const query = new URL(url, 'http://x').searchParams;
    if (asked++ > 0) between();
    const limit = Number(query.get('limit'));
    const ordered = [...threads].sort((a, b) => (query.get('sort') === 'asc' ? 1 : -1) * (a.created - b.created));
    const key = query.get('cursor');
    const after = (thread: ServedThread) =>
      key === null || (query.get('sort') === 'asc' ? thread.created > Number(key) : thread.created < Number(key));
    const size = manner === 'short pages' ? Math.max(1, Math.floor(limit / 2)) : limit;
    const rest = ordered.filter(after);
    const entities = rest.slice(0, size);
    const last = entities.at(-1);
    const next = last === undefined ? key : String(last.created);
    const over = rest.length <= size;
    const cursor =
      manner === 'stuck'
        ? 'same'
        : over && manner === 'no cursor'
          ? undefined
          : over && manner === 'empty cursor'
            ? ''
            : next;
    return envelope({
      entities:
        entities.length === 0 && manner === 'null entities'
          ? null
          : manner === 'stuck'
            ? ordered.slice(0, limit)
            : entities,
      properties: cursor === null ? {} : { cursor },
    });
  });
}
