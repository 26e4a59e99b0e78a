/** How many letters to remove or insert to turn one word into the other. A replaced letter counts as both. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 2);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known word closest to a mistyped one; undefined where none is close. */
export function closest<T extends string>(word: string, known: readonly T[]): T | undefined {
  const typed = word.slice(0, 64);
  const ranked = known.map((name) => ({ name, steps: distance(typed, name) })).sort((a, b) => a.steps - b.steps);
  const best = ranked[0];
  return best && best.steps <= Math.max(3, Math.floor(typed.length / 3)) ? best.name : undefined;
}
