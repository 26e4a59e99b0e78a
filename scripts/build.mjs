// Bundles the server into one executable ESM file: one package to install, one file to read at a start.
import { chmod, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { COMMON_RULES, lean } from './lean.mjs';
import { notices } from './notices.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Our names stay and lines are short, so that a stack trace can be read. Blanks go: each start reads the whole file.
 *
 * @type {import('esbuild').BuildOptions}
 */
const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.18',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 160,
  legalComments: 'none',
  logLevel: 'warning',
};

/** ESM has no require(), which bundled CommonJS packages call for Node's own modules. */
const REQUIRE = 'const require = process.getBuiltinModule;';
const banner = {
  js: `#!/usr/bin/env node
if (!process.getBuiltinModule) {
  console.error('agora-threads-mcp needs Node 20.18.1 or later; this is ' + process.version + '.');
  process.exit(1);
}
${REQUIRE}`,
};

/** What is loaded on demand, each bundled apart; `RULES` in scripts/lean.mjs leave it out of main.js. */
const CHUNKS = [{ entry: 'src/redis/quota-store.ts', outfile: 'dist/redis.js' }];

/** Builds `dist/main.js`, its chunks and their licence notices below the repository's root. */
export async function buildServer() {
  const outfile = `${root}dist/main.js`;
  const main = build({
    ...options,
    banner,
    entryPoints: ['src/main.ts'],
    outfile,
    metafile: true,
    define: { BUILT_TOOLS: JSON.stringify(await listTools()) },
    plugins: [lean()],
  });
  const chunks = CHUNKS.map(({ entry, outfile }) =>
    build({
      ...options,
      banner: { js: REQUIRE },
      entryPoints: [entry],
      outfile,
      metafile: true,
      plugins: [lean(COMMON_RULES)],
    }),
  );
  const built = await Promise.all([main, ...chunks]);
  const metafiles = built.map(({ metafile }) => metafile);
  await writeFile(`${root}dist/THIRD-PARTY-NOTICES.txt`, await notices(root, metafiles));
  await chmod(outfile, 0o755);
  return outfile;
}

/** The tools as src/app/prebuilt-tools.ts lists them. */
async function listTools() {
  const { outputFiles } = await build({ ...options, entryPoints: ['tools/index.ts'], write: false });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  /** @type {typeof import('../tools/index.ts')} */
  const { catalogue, undocumented } = await import(`data:text/javascript;base64,${code}`);
  /** @param {import('../src/toolkit/define-tool.ts').Tool} tool */
  const listed = (tool) => ({ ...tool, inputSchema: tool.inputSchema(), outputSchema: tool.outputSchema() });
  return { catalogue: catalogue.map(listed), undocumented: undocumented.map(listed) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [entry, outfile] = process.argv.slice(2);
  if (entry && outfile) await build({ ...options, banner, entryPoints: [entry], outfile });
  else await buildServer();
}
