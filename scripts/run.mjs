// Runs a TypeScript file of this repository. It is bundled first, since the oldest supported Node cannot run TypeScript.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [entry = ''] = process.argv.slice(2);
const outfile = `${root}dist/${entry.replaceAll(/[/\\]/g, '-')}.mjs`;
await build({
  absWorkingDir: root,
  entryPoints: [entry],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
await import(pathToFileURL(outfile).href);
