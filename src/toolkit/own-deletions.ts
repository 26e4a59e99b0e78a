/** A deletion that this session has sent. */
export interface OwnDeletion {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Did the service say that it was done? */
  readonly done: boolean;
}

/** What this session has deleted, by thread id: the newest 1,000. The result of a call may never have reached the client. */
export interface OwnDeletions {
  note(threadId: string, deletion: OwnDeletion): void;
  find(threadId: string): OwnDeletion | undefined;
}

const MOST_KEPT = 1_000;

export function createOwnDeletions(): OwnDeletions {
  const deletions = new Map<string, OwnDeletion>();
  return {
    note(threadId, deletion) {
      deletions.delete(threadId);
      deletions.set(threadId, deletion);
      for (const oldest of deletions.keys()) {
        if (deletions.size <= MOST_KEPT) break;
        deletions.delete(oldest);
      }
    },
    find: (threadId) => deletions.get(threadId),
  };
}
