// Bundles the server into one executable ESM file, so that installing it is one package and starting it one read.
import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds `dist/main.js` below the repository's root. */
export async function buildServer() {
  const outfile = `${root}dist/main.js`;
  await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.18',
    format: 'esm',
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    banner: {
      // Bundled CommonJS packages (undici) call require() for Node's own modules; ESM has none.
      js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);',
    },
  });
  await chmod(outfile, 0o755);
  return outfile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildServer();
