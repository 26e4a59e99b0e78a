import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import * as z from 'zod';

const PACKAGE = 'agora-threads-mcp';

/** This program in a command line. */
export interface OwnWords {
  /** As the command line names it. */
  readonly program: string;
  /** What is behind it. */
  readonly words: readonly string[];
}

/** The package as npx names it, with a version or a tag, or the program in a folder of programs. */
const BY_NAME = new RegExp(String.raw`^(?:.*[\\/])?${PACKAGE}(?:@[\w.^~-]+)?(?:\.(?:cmd|exe|ps1))?$`, 'i');

/** A clone, by its folder or by a variable that names it. */
const BY_FOLDER = /agora-threads[^\\/]*[\\/]dist[\\/]main\.js$/i;

/**
 * What a command line hands to this program: `npx -y agora-threads-mcp --read-only`, `node PATH/dist/main.js`.
 *
 * @returns undefined where none of its words is this program
 */
export async function ownWords(words: readonly string[]): Promise<OwnWords | undefined> {
  for (const [index, word] of words.entries()) {
    if (BY_NAME.test(word) || BY_FOLDER.test(word) || (await isOurMain(word))) {
      const rest = words.slice(index + 1);
      // `npx --package agora-threads-mcp agora-threads-mcp`: the second one is the program.
      const [next = '', ...others] = rest;
      return { program: word, words: BY_NAME.test(next) ? others : rest };
    }
  }
  return undefined;
}

const manifest = z.object({ name: z.literal(PACKAGE) });

/** A clone may be in a folder of any name, so its package.json tells. */
async function isOurMain(word: string): Promise<boolean> {
  if (basename(word.replaceAll('\\', '/')) !== 'main.js') return false;
  const folder = dirname(dirname(resolve(word)));
  try {
    return manifest.safeParse(JSON.parse(await readFile(resolve(folder, 'package.json'), 'utf8'))).success;
  } catch {
    return false;
  }
}
