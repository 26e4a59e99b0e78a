// Parts of the server in files of their own: most starts do not need them, and so do not read them.
import { build } from 'esbuild';

/** @type {readonly { what: string, entry: string, file: string, imported: RegExp }[]} */
export const CHUNKS = [
  {
    what: 'The sandbox is its own program: only a server without an app starts it',
    entry: 'src/sandbox/index.ts',
    file: 'sandbox.js',
    imported: /[\\/]sandbox[\\/]index\.ts$/,
  },
  {
    what: 'Only a server that shares its rate limit speaks to Redis',
    entry: 'src/redis/quota-store.ts',
    file: 'redis.js',
    imported: /[\\/]redis[\\/]quota-store\.ts$/,
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
 * @param {() => import('esbuild').Plugin} plugin
 * @returns {Promise<import('esbuild').Metafile[]>}
 */
export const buildChunks = (options, folder, plugin) =>
  Promise.all(
    CHUNKS.map(async ({ entry, file }) => {
      const outfile = `${folder}${file}`;
      const { metafile } = await build({
        ...options,
        entryPoints: [entry],
        outfile,
        metafile: true,
        plugins: [plugin()],
      });
      return metafile;
    }),
  );
