import { basename, dirname, resolve } from 'node:path';
import * as z from 'zod';
import { readText } from './assistant-variables.ts';

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

/** It passes on only what its own flags say, and a word of its line may be the name of a container. */
const CONTAINERS = /(^|[\\/])(docker|podman)(\.exe)?$/i;

/**
 * What a command line hands to this program: `npx -y agora-threads-mcp --read-only`, `node PATH/dist/main.js`.
 *
 * @returns undefined where none of its words is known to be this program
 */
export function ownWords(words: readonly string[]): OwnWords | undefined {
  if (CONTAINERS.test(words[0] ?? '')) return undefined;
  const at = words.findIndex((word) => BY_NAME.test(word) || BY_FOLDER.test(word) || isOurMain(word));
  const [program, ...rest] = at === -1 ? [] : words.slice(at);
  if (program === undefined) return undefined;
  // `npx --package agora-threads-mcp agora-threads-mcp`: the second one is the program.
  return { program, words: BY_NAME.test(rest[0] ?? '') ? rest.slice(1) : rest };
}

const manifest = z.object({ name: z.literal(PACKAGE) });

/** A clone may be in a folder of any name, so its package.json tells. */
function isOurMain(word: string): boolean {
  if (basename(word.replaceAll('\\', '/')) !== 'main.js') return false;
  try {
    return manifest.safeParse(JSON.parse(readText(resolve(dirname(word), '../package.json')) ?? '')).success;
  } catch {
    return false;
  }
}
