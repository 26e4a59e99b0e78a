/** The entries of a record, with the type of its keys kept. */
export function entriesOf<K extends string, V>(record: Readonly<Record<K, V>>): (readonly [key: K, value: V])[] {
  const entries: (readonly [K, V])[] = [];
  for (const key in record) entries.push([key, record[key]]);
  return entries;
}
