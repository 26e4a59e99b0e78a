// Packs dist/agora-threads-mcp.mcpb: a zip with a manifest that desktop hosts install with a double click.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { buildServer } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** package.json is needed since it says that main.js is ESM. */
const FILES = [
  ...['manifest.json', 'package.json', 'README.md', 'LICENSE'],
  ...['view.html', 'THIRD-PARTY-NOTICES.txt'].map((name) => `dist/${name}`),
];

/** The bundle's bytes; the same files give the same bytes. */
export async function packBundle() {
  const code = (await readdir(`${root}dist`)).filter((name) => name.endsWith('.js')).sort();
  const files = [...FILES, ...code.map((name) => `dist/${name}`)];
  const entries = await Promise.all(files.map(async (name) => [name, new Uint8Array(await readFile(root + name))]));
  return zipSync(Object.fromEntries(entries), { level: 9, mtime: '1980-01-01T12:00:00' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildServer();
  const bytes = await packBundle();
  const target = 'dist/agora-threads-mcp.mcpb';
  await writeFile(root + target, bytes);
  process.stdout.write(`${target}: ${bytes.byteLength} bytes\n`);
}
