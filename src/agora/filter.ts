import type { Thread } from './thread.ts';

/** What threads a list is narrowed to; parts not given narrow nothing. */
export interface Filter {
  readonly nameContains?: string;
  readonly owner?: string;
  readonly msgId?: string;
  /** Milliseconds since 1970: created then or later. */
  readonly createdFrom?: number;
  /** Milliseconds since 1970: created before then. */
  readonly createdBefore?: number;
}

/**
 * A text in the form in which two count as the same whatever their case, their width (Chinese and Japanese keyboards
 * type `ＡＢＣ` for `ABC`) and the way their accents are put together. Upper case first: `ß` and `SS` are one then.
 */
export const folded = (text: string): string => text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');

/** Makes the test that a thread passes. What is unknown of a thread fits no part that asks for it. */
export function matcher(filter: Filter): (thread: Thread) => boolean {
  const { owner, msgId, createdFrom, createdBefore } = filter;
  const needle = filter.nameContains === undefined ? undefined : folded(filter.nameContains);
  return (thread) =>
    (needle === undefined || (thread.name !== undefined && folded(thread.name).includes(needle))) &&
    (owner === undefined || thread.owner === owner) &&
    (msgId === undefined || thread.msgId === msgId) &&
    (createdFrom === undefined || (thread.created !== undefined && thread.created >= createdFrom)) &&
    (createdBefore === undefined || (thread.created !== undefined && thread.created < createdBefore));
}
