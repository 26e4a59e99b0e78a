// Bundles the server into few ESM files: one package to install, and little to read at a start.
import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildView } from './build-view.mjs';
import { CHUNKS } from './chunks.mjs';
import { CHUNK_RULES, lean, RULES } from './lean.mjs';
import { notices } from './notices.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Small, since what a start reads is compiled each time; lines are short, so that a stack trace can be read.
 *
 * @type {import('esbuild').BuildOptions}
 */
const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.18',
  format: 'esm',
  minify: true,
  lineLimit: 200,
  legalComments: 'none',
  logLevel: 'warning',
  // ESM has no require(), which bundled CommonJS packages call for Node's own modules.
  banner: {
    js: `#!/usr/bin/env node
if (!process.getBuiltinModule) {
  console.error('agora-threads-mcp needs Node 20.18.1 or later; this is ' + process.version + '.');
  process.exit(1);
}
const require = process.getBuiltinModule;`,
  },
};

/** Builds `dist/main.js`, its chunks, the view and the licence notices below the repository's root. */
export async function buildServer() {
  const server = await build({
    ...options,
    entryPoints: ['src/main.ts'],
    // A file for each import() of ours, and for what these share. Their names change with what is in them: a server that
    // is updated while it runs must not join its old files with new ones.
    splitting: true,
    chunkNames: '[name]-[hash]',
    outdir: 'dist',
    metafile: true,
    define: { BUILT_TOOLS: JSON.stringify(JSON.stringify(await listTools())) },
    plugins: [lean(RULES)],
  });
  const chunks = await build({
    ...options,
    entryPoints: CHUNKS,
    outdir: 'dist',
    metafile: true,
    plugins: [lean(CHUNK_RULES)],
  });
  const outputs = { ...server.metafile.outputs, ...chunks.metafile.outputs };
  await removeOthers(Object.keys(outputs).map((path) => basename(path)));
  await chmod(`${root}dist/main.js`, 0o755);
  await writeFile(`${root}dist/THIRD-PARTY-NOTICES.txt`, await notices(root, { outputs }));
  await buildView(root);
}

/**
 * Removes what earlier builds left in `dist/`.
 *
 * @param {readonly string[]} built
 */
async function removeOthers(built) {
  const others = (await readdir(`${root}dist`)).filter((name) => name.endsWith('.js') && !built.includes(name));
  await Promise.all(others.map((name) => rm(`${root}dist/${name}`)));
}

/** The tools as src/app/prebuilt-tools.ts lists them. */
async function listTools() {
  const { outputFiles } = await build({ ...options, banner: {}, entryPoints: ['tools/index.ts'], write: false });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  /** @type {typeof import('../tools/index.ts')} */
  const { catalogue, undocumented, appOnly } = await import(`data:text/javascript;base64,${code}`);
  /** @param {import('../src/toolkit/define-tool.ts').Tool} tool */
  const listed = (tool) => ({ ...tool, inputSchema: tool.inputSchema(), outputSchema: tool.outputSchema() });
  return { catalogue: catalogue.map(listed), undocumented: undocumented.map(listed), appOnly: appOnly.map(listed) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [entry, outfile] = process.argv.slice(2);
  if (entry && outfile) await build({ ...options, entryPoints: [entry], outfile });
  else await buildServer();
}
