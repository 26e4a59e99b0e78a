/** A Markdown table whose columns line up in the source, too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

/**
 * A page with one of its generated blocks made anew.
 *
 * @throws Error where the page has no such block
 */
export function withBlock(page: string, name: string, block: string): string {
  const marked = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
  if (!marked.test(page)) throw new Error(`The page has no block for ${name}.`);
  return page.replace(marked, (_all, start: string, end: string) => `${start}\n${block}\n\n${end}`);
}
