/** A thread as the two lists by user give it. The app list gives only `id`, and any other part may be missing. */
export interface Thread {
  /** Digits; sample ids have 15 of them. */
  readonly id: string;
  readonly name?: string | undefined;
  /** The creator's user id, without the `org#app_` prefix that webhooks put before it. */
  readonly owner?: string | undefined;
  /** The group the thread belongs to. */
  readonly groupId?: string | undefined;
  /** The message the thread hangs on: 19 digits, beyond what a JavaScript number holds. */
  readonly msgId?: string | undefined;
  /** Milliseconds since 1970, UTC. */
  readonly created?: number | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent where the service sent none, or an empty one. */
  readonly cursor?: string;
}
