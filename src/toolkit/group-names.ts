import { AgoraError } from '../agora/errors.ts';
import type { Group } from '../agora/group-responses.ts';
import type { Groups } from '../agora/groups.ts';
import type { Clock } from '../base/clock.ts';

/** Names of groups that were read a short while ago. */
export interface GroupNames {
  remember(groups: readonly Group[]): void;
  recall(groupId: string): string | undefined;
  /** Asks for the names that are not known, in one call; where the service refuses, they stay unknown. */
  learn(groupIds: readonly string[], signal: AbortSignal): Promise<void>;
}

/** In milliseconds: groups can be renamed by others. */
const KEPT_MS = 10 * 60_000;
/** In milliseconds, for a group without a name or a service without the call. */
const ASKED_AGAIN_MS = 60_000;
const CAPACITY = 5_000;
/** The answer names up to 10,000 members of each group, so only few are asked for. */
const MOST_ASKED = 10;

export function createGroupNames(groups: Pick<Groups, 'get'>, clock: Clock): GroupNames {
  const names = new Map<string, { readonly name: string; readonly at: number }>();
  /** When each group was last asked for, in milliseconds since 1970: many questions at once ask once. */
  const asked = new Map<string, number>();

  function recall(groupId: string): string | undefined {
    const known = names.get(groupId);
    return known && clock.now() - known.at < KEPT_MS ? known.name : undefined;
  }

  function remember(read: readonly Group[]): void {
    for (const { id, name } of read) {
      names.delete(id);
      if (name !== undefined) names.set(id, { name, at: clock.now() });
    }
    for (const id of names.keys()) {
      if (names.size <= CAPACITY) break;
      names.delete(id);
    }
  }

  const isWorthAsking = (id: string): boolean => {
    for (const [other, at] of asked) if (clock.now() - at >= ASKED_AGAIN_MS) asked.delete(other);
    return recall(id) === undefined && !asked.has(id);
  };

  return {
    recall,
    remember,
    async learn(groupIds, signal) {
      const unknown = [...new Set(groupIds)].filter(isWorthAsking).slice(0, MOST_ASKED);
      if (unknown.length === 0) return;
      for (const id of unknown) asked.set(id, clock.now());
      try {
        remember(await groups.get(unknown, signal));
      } catch (error) {
        if (!(error instanceof AgoraError)) throw error;
      }
    },
  };
}
