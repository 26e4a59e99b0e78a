import { el, foreign } from './elements.ts';
import type { Thread } from './tool-result.ts';
import type { Words } from './words.ts';

/** A cell, or the head of a column. The column's name is also its class. */
export interface Cell {
  readonly column: keyof Words['columns'] | 'select';
  readonly content: Node | string;
}

/*
 * On a narrow screen rows are drawn as blocks. Browsers then forget what a table is, unless the roles are named.
 */

export const rowOf = (cells: readonly Cell[]): HTMLTableRowElement =>
  el('tr', { role: 'row' }, ...cells.map(({ column, content }) => el('td', { role: 'cell', class: column }, content)));

export function table(label: string, heads: readonly Cell[], rows: readonly HTMLElement[]): HTMLTableElement {
  const head = ({ column, content }: Cell) => el('th', { role: 'columnheader', class: column }, content);
  return el(
    'table',
    { role: 'table', 'aria-label': label },
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...heads.map(head))),
    el('tbody', { role: 'rowgroup' }, ...rows),
  );
}

/** A table whose heads are only words. */
export const plainTable = (
  label: string,
  columns: readonly (keyof Words['columns'])[],
  rows: readonly (readonly (Node | string)[])[],
  words: Words,
): HTMLTableElement =>
  table(
    label,
    columns.map((column) => ({ column, content: words.columns[column] })),
    rows.map((cells) => rowOf(columns.map((column, i) => ({ column, content: cells[i] ?? '' })))),
  );

/** The name, or the id in its place, with what we say of it in a form that no name can imitate. */
export function nameOf({ id, name }: Thread, words: Words, mark: string | false = false): Node {
  const cell = el('span', {}, foreign(name || id));
  for (const one of [!name && words.nameless, mark]) if (one) cell.append(' ', el('small', {}, one));
  return cell;
}

const DAY_MS = 86_400_000;

/** `3 months ago`, with the day or time as its title. Empty where the date is unknown. */
export function age(created: string, { tag }: Words): Node | string {
  const days = Math.max(0, Math.floor((Date.now() - Date.parse(created)) / DAY_MS));
  if (Number.isNaN(days)) return '';
  const format = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  const words =
    days < 60
      ? format.format(-days, 'day')
      : days < 730
        ? format.format(-Math.floor(days / 30.44), 'month')
        : format.format(-Math.floor(days / 365.25), 'year');
  return el('time', { datetime: created, title: created }, words);
}
