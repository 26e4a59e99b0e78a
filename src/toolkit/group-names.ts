import { AgoraError, orRefusal } from '../agora/errors.ts';
import type { Group } from '../agora/group-responses.ts';
import type { Groups } from '../agora/groups.ts';
import type { Clock } from '../base/clock.ts';
import { NewestMap } from '../base/newest-map.ts';

/** In milliseconds: groups can be renamed by others. */
const KEPT_MS = 10 * 60_000;
/** In milliseconds, for a group without a name or a service without the call. Many questions at once ask once. */
const ASKED_AGAIN_MS = 60_000;
const CAPACITY = 5_000;
/** The answer names up to 10,000 members of each group, so only few are asked for. */
const MOST_ASKED = 10;

/** Names of groups that were read a short while ago. */
export type GroupNames = ReturnType<typeof createGroupNames>;

export function createGroupNames(groups: Pick<Groups, 'get'>, clock: Clock) {
  /** What is known of each group: its name, or that it was asked for. */
  const known = new NewestMap<{ readonly name: string | undefined; readonly at: number }>(CAPACITY);

  /** What was read or asked so lately that it still counts. */
  function fresh(id: string) {
    const entry = known.get(id);
    const keptMs = entry?.name === undefined ? ASKED_AGAIN_MS : KEPT_MS;
    return entry && clock.now() - entry.at < keptMs ? entry : undefined;
  }

  function remember(read: readonly Group[]): void {
    for (const { id, name } of read) known.set(id, { name, at: clock.now() });
  }

  return {
    remember,
    recall: (id: string) => fresh(id)?.name,
    /** Asks for the names that are not known, in one call; where the service refuses, they stay unknown. */
    async learn(groupIds: readonly string[], signal: AbortSignal): Promise<void> {
      const unknown = [...new Set(groupIds)].filter((id) => !fresh(id)).slice(0, MOST_ASKED);
      if (unknown.length === 0) return;
      // From now on nobody else asks for them.
      remember(unknown.map((id) => ({ id })));
      const read = await orRefusal(groups.get(unknown, signal));
      if (!(read instanceof AgoraError)) remember(read);
    },
  };
}
