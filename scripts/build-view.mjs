// Builds the view, a page that hosts draw, as one file without links: dist/view.html.
import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/** In bytes: hosts get the page with each session that draws it. */
const LARGEST = 15_000;

/**
 * Puts a part into the page in place of the tag that names its file.
 *
 * @type {(page: string, tag: string, element: 'style' | 'script', part: string) => string}
 */
function inlined(page, tag, element, part) {
  if (!page.includes(tag)) throw new Error(`views/view.html lacks ${tag}`);
  if (/<\/(?:style|script)|<!--/i.test(part)) throw new Error(`the ${element} of the view would end early`);
  return page.replace(tag, () => `<${element}>${part.trim()}</${element}>`);
}

/** @param {string} root the repository's, with a slash at its end */
export async function buildView(root) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['views/view.css', 'views/start.ts'],
    outdir: 'dist',
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    charset: 'utf8',
    // Above what esbuild would otherwise emit as it is written; desktop hosts are Chromium or the system's WebKit.
    target: ['chrome111', 'firefox115', 'safari16'],
    logLevel: 'warning',
  });
  const part = (/** @type {string} */ extension) =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? '';
  const template = await readFile(`${root}views/view.html`, 'utf8');
  const styled = inlined(
    template.replaceAll('\n', ''),
    '<link rel="stylesheet" href="view.css">',
    'style',
    part('.css'),
  );
  const page = inlined(styled, '<script src="start.ts"></script>', 'script', part('.js'));
  const size = Buffer.byteLength(page);
  if (size > LARGEST) throw new Error(`dist/view.html has ${size} bytes, more than ${LARGEST}`);
  await writeFile(`${root}dist/view.html`, page);
}
