/** In columns of a terminal or an editor: Chinese characters and full-width signs take two. */
const widthOf = (text: string): number =>
  Array.from(text, (one) => (/[\p{Script=Han}\u3000-\u303F\uFF01-\uFF60]/u.test(one) ? 2 : 1)).reduce<number>(
    (sum, width) => sum + width,
    0,
  );

/** A Markdown table whose columns line up in the source, too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_title, i) => Math.max(...[head, ...rows].map((row) => widthOf(row[i] ?? ''))));
  const padded = (cell: string, i: number) => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(cell)));
  const line = (cells: readonly string[]) => `| ${cells.map(padded).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

/** A page with all of its tables lined up. */
export const linedUp = (page: string): string =>
  page.replace(/^\|.*\|\n\|[-|]+\|\n(?:\|.*\|\n)+/gm, (block) => {
    const [head = [], , ...rows] = block
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      );
    return `${table(head, rows)}\n`;
  });

/**
 * A page with one of its generated blocks made anew, and its tables lined up.
 *
 * @throws Error where the page has no such block
 */
export function withBlock(page: string, name: string, block: string): string {
  const marked = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
  if (!marked.test(page)) throw new Error(`The page has no block for ${name}.`);
  return linedUp(page.replace(marked, (_all, start: string, end: string) => `${start}\n${block}\n\n${end}`));
}
