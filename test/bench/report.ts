type Cell = string | number | null;

/** Prints the rows as a table, then all results as one line of JSON. */
export function report(bench: string, rows: readonly Readonly<Record<string, Cell>>[], more: object = {}): void {
  const [first = {}] = rows;
  const lines = [Object.keys(first), ...rows.map((row) => Object.values(row).map((cell) => String(cell ?? '-')))];
  const widths = Object.keys(first).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isText = Object.values(first).map((cell) => typeof cell === 'string');
  for (const line of lines) {
    const cells = line.map((cell, n) => (isText[n] ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
  process.stdout.write(`${JSON.stringify({ bench, ...more, rows })}\n`);
}
