// Holds pages and sources to plain English (and natural Chinese): no phrase of plain-english.json. Run by `npm run lint`.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @type {readonly (readonly [phrase: string, better: string])[]} */
const PHRASES = JSON.parse(readFileSync(`${ROOT}scripts/plain-english.json`, 'utf8'));

/** Line breaks and the marks that begin a line of a comment or a quotation are blanks to a reader. */
const flat = (/** @type {string} */ text) => text.replace(/\s*\n\s*(?:[*>/]+ )?\s*/g, ' ').toLowerCase();

const inFolders = ['docs', 'src', 'tools', 'prompts', 'views', 'scripts'].flatMap((folder) =>
  readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
);
for (const name of [...readdirSync(ROOT), ...inFolders].filter((file) => /\.(md|ts|mjs)$/.test(file))) {
  const words = flat(readFileSync(`${ROOT}${name}`, 'utf8'));
  for (const [phrase, better] of PHRASES.filter(([phrase]) => words.includes(phrase.toLowerCase()))) {
    process.stderr.write(`${name}: "${phrase}" -> "${better}"\n`);
    process.exitCode = 1;
  }
}
