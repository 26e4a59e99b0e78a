import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The files that a start reads: `main.js`, and what it imports before its first line runs.
 *
 * @param dist the folder of the built server
 */
export async function startFiles(dist: string): Promise<readonly string[]> {
  const found = new Set(['main.js']);
  for (const name of found) {
    const code = await readFile(join(dist, name), 'utf8');
    for (const [, imported = ''] of code.matchAll(/(?:from|import) ?"\.\/([^"]+)"/g)) found.add(imported);
  }
  return [...found];
}
