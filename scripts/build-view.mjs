// Builds the view, a page that hosts draw, as one file without links: dist/view.html.
import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/** In bytes: hosts get the page with each session that draws it. */
const LARGEST = 15_000;

/** Above what esbuild would otherwise emit as it is written; desktop hosts are Chromium or the system's WebKit. */
const TARGET = ['chrome111', 'firefox115', 'safari16'];

/** @type {(root: string, entry: string, options?: import('esbuild').BuildOptions) => Promise<string>} */
async function minified(root, entry, options) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    charset: 'utf8',
    target: TARGET,
    write: false,
    logLevel: 'warning',
    ...options,
  });
  return (outputFiles?.[0]?.text ?? '').trim();
}

/**
 * Puts a part into the page in place of the tag that names its file.
 *
 * @type {(page: string, tag: string, element: 'style' | 'script', part: string) => string}
 */
function inlined(page, tag, element, part) {
  if (!page.includes(tag)) throw new Error(`views/view.html lacks ${tag}`);
  if (/<\/(?:style|script)|<!--/i.test(part)) throw new Error(`the ${element} of the view would end early`);
  return page.replace(tag, () => `<${element}>${part}</${element}>`);
}

/** @param {string} root the repository's, with a slash at its end */
export async function buildView(root) {
  const [template, css, code] = await Promise.all([
    readFile(`${root}views/view.html`, 'utf8'),
    minified(root, 'views/view.css'),
    minified(root, 'views/start.ts', { format: 'iife' }),
  ]);
  const styled = inlined(template.replaceAll('\n', ''), '<link rel="stylesheet" href="view.css">', 'style', css);
  const page = inlined(styled, '<script src="start.ts"></script>', 'script', code);
  const size = Buffer.byteLength(page);
  if (size > LARGEST) throw new Error(`dist/view.html has ${size} bytes, more than ${LARGEST}`);
  await writeFile(`${root}dist/view.html`, page);
}
