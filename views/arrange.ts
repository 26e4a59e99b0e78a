import type { Thread } from './tool-result.ts';

export const SORTABLE = ['name', 'group', 'owner', 'created'] as const;

export interface Order {
  readonly by: (typeof SORTABLE)[number];
  readonly down: boolean;
}

/** Ignores case and width, as the filter of the tools does. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/**
 * The threads that hold a text in a name, group, owner or id, in this order.
 *
 * @param order without one they stay as they came
 * @param tag the language whose order of letters counts
 */
export function arranged<T extends Thread>(
  threads: readonly T[],
  text: string,
  order: Order | undefined,
  tag: string,
): T[] {
  const wanted = folded(text);
  const matching = threads.filter(({ name, group, owner, id }) =>
    [name, group, owner, id].some((field) => folded(field).includes(wanted)),
  );
  if (!order) return matching;
  const { compare } = new Intl.Collator(tag, { numeric: true });
  const { by, down } = order;
  return matching.sort((a, b) => (down ? compare(b[by], a[by]) : compare(a[by], b[by])));
}
