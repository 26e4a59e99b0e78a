// Holds pages and sources to plain English (and natural Chinese): no phrase of plain-english.json. Run by `npm run lint`.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @type {readonly (readonly [phrase: string, better: string])[]} */
const PHRASES = JSON.parse(readFileSync(`${ROOT}scripts/plain-english.json`, 'utf8'));

/** Line breaks and the marks that begin a line of a comment or a quotation are blanks to a reader. */
const flat = (/** @type {string} */ text) => text.replace(/\s*\n\s*(?:[*>/]+ )?\s*/g, ' ').toLowerCase();

/**
 * @param {string} text of a page or a source
 * @returns the phrases it has, each with a better one
 */
export function unplain(text) {
  const words = flat(text);
  return PHRASES.filter(([phrase]) => words.includes(phrase.toLowerCase()));
}

/** @returns {string[]} pages and sources, by path */
function files() {
  const inFolders = ['docs', 'src', 'tools', 'prompts', 'views', 'scripts'].flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name.replaceAll('\\', '/')}`,
    ),
  );
  return [...readdirSync(ROOT), ...inFolders].filter((name) => /\.(md|ts|mjs)$/.test(name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = files().flatMap((name) =>
    unplain(readFileSync(`${ROOT}${name}`, 'utf8')).map(([phrase, better]) => `${name}: "${phrase}" -> "${better}"`),
  );
  for (const line of found) process.stderr.write(`${line}\n`);
  if (found.length > 0) process.exitCode = 1;
}
