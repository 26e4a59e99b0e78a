import { type Clock, timePassed } from '../base/clock.ts';

const MOST_NAMES = 10_000;
const NAME_LIFE_MS = 10 * 60_000;

/** Names of groups that calls have learned, to stand beside their ids. */
export interface GroupNames {
  remember(groups: readonly { readonly id: string; readonly name?: string | undefined }[]): void;
  /** Undefined where no call has learned it within ten minutes. */
  recall(groupId: string): string | undefined;
}

export function createGroupNames(clock: Clock): GroupNames {
  const elapsedMs = timePassed(clock);
  const names = new Map<string, { readonly name: string; readonly at: number }>();
  return {
    remember(groups) {
      for (const { id, name } of groups) {
        if (name === undefined) continue;
        names.delete(id);
        names.set(id, { name, at: elapsedMs() });
      }
      for (const id of names.keys()) {
        if (names.size <= MOST_NAMES) break;
        names.delete(id);
      }
    },
    recall(groupId) {
      const known = names.get(groupId);
      return known && elapsedMs() - known.at < NAME_LIFE_MS ? known.name : undefined;
    },
  };
}
