// Parts of the server in files of their own: most starts do not need them, and so do not read them.
import { build } from 'esbuild';
import { lean, RULES } from './lean.mjs';

/** @type {readonly { what: string, entry: string, file: string, imported: RegExp, rules: readonly import('./lean.mjs').Rule[] }[]} */
export const CHUNKS = [
  {
    what: 'The sandbox is its own program: only a server without an app starts it',
    entry: 'src/sandbox/index.ts',
    file: 'sandbox.js',
    imported: /[\\/]sandbox[\\/]index\.ts$/,
    rules: RULES.esm,
  },
  {
    what: 'Only a server that shares its rate limit speaks to Redis',
    entry: 'src/redis/quota-store.ts',
    file: 'redis.js',
    imported: /[\\/]redis[\\/]quota-store\.ts$/,
    rules: RULES.esm,
  },
  {
    what: 'No request is sent before the first call',
    entry: 'src/agora/undici.ts',
    file: 'undici.js',
    imported: /[\\/]undici\.ts$/,
    rules: RULES.undici,
  },
  {
    what: 'Only a server for a team speaks HTTP to its clients',
    entry: 'src/http/team-server.ts',
    file: 'http.js',
    imported: /[\\/]http[\\/]team-server\.ts$/,
    rules: RULES.esm,
  },
];

/** The files in `dist/` beside `main.js`. */
export const CHUNK_FILES = CHUNKS.map(({ file }) => file);

/** @type {import('./lean.mjs').Rule[]} */
export const CHUNK_RULES = CHUNKS.map(({ what, file, imported }) => ({
  what,
  filter: imported,
  resolve: () => ({ path: `./${file}`, external: true }),
}));

/**
 * Bundles each chunk by itself.
 *
 * @param {import('esbuild').BuildOptions} options
 * @param {string} folder
 * @returns {Promise<import('esbuild').Metafile[]>}
 */
export const buildChunks = (options, folder) =>
  Promise.all(
    CHUNKS.map(async ({ entry, file, rules }) => {
      const outfile = `${folder}${file}`;
      const { metafile } = await build({
        ...options,
        entryPoints: [entry],
        outfile,
        metafile: true,
        plugins: [lean(rules)],
      });
      return metafile;
    }),
  );
