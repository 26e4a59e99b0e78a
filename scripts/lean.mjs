// What is left out of the bundle or loaded later, and why: each start reads and compiles what is left.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHUNKS } from './chunks.mjs';

/** @param {string} path from the repository's root */
const use = (path) => ({ path: fileURLToPath(new URL(`../${path}`, import.meta.url)) });

/**
 * A rule resolves an import that its filter matches; `undefined` leaves it to esbuild.
 *
 * @typedef {object} Rule
 * @property {string} what
 * @property {RegExp} filter
 * @property {(args: import('esbuild').OnResolveArgs) => import('esbuild').OnResolveResult | undefined} resolve
 */

/** @type {Rule} */
const BUILTIN = {
  // An ESM import is loaded before the first line runs, even where the file that needs it waits for an `import()`.
  what: "Node's own modules are CommonJS, so that each is loaded with the file that needs it",
  filter: /^node:/,
  resolve: ({ path, kind }) => (kind === 'import-statement' ? { path, namespace: 'builtin' } : undefined),
};

/**
 * For the server itself.
 *
 * @type {readonly Rule[]}
 */
export const RULES = [
  ...Object.entries(CHUNKS).map(([name, entry]) => ({
    what: `The chunk ${name} is a file of its own`,
    filter: /\.ts$/,
    /** @type {Rule['resolve']} */
    resolve: ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import' && join(resolveDir, path) === use(entry).path
        ? { path: `./${name}.js`, external: true }
        : undefined,
  })),
  {
    what: 'Tools are listed from data and loaded when they are called',
    filter: /[\\/]index\.ts$/,
    resolve: ({ importer }) =>
      /[\\/]app[\\/]tool-registry\.ts$/.test(importer) ? use('src/app/prebuilt-tools.ts') : undefined,
  },
  {
    what: 'No JSON Schema validator: the answers to forms are read by our own schema',
    filter: /[\\/]ajv-provider\.js$/,
    resolve: () => use('scripts/lean/no-validator.mjs'),
  },
  {
    what: 'No schemas of zod 3, which the SDK takes from tools of other people',
    filter: /^zod-to-json-schema$/,
    resolve: () => use('scripts/lean/nothing.cjs'),
  },
  BUILTIN,
];

/**
 * For its chunks.
 *
 * @type {readonly Rule[]}
 */
export const CHUNK_RULES = [
  BUILTIN,
  {
    what: 'No fetch bodies: what undici sends here is text',
    filter: /[\\/]fetch[\\/]body\.js$/,
    resolve: () => use('scripts/lean/nothing.cjs'),
  },
  {
    what: 'No HTTP/2, which the service does not need',
    filter: /[\\/]client-h2\.js$/,
    resolve: () => use('scripts/lean/nothing.cjs'),
  },
  {
    what: 'One HTTP parser of the two in undici: the one without SIMD runs everywhere, and responses here are small',
    filter: /[\\/]llhttp_simd-wasm\.js$/,
    resolve: () => use('node_modules/undici/lib/llhttp/llhttp-wasm.js'),
  },
];

/**
 * Applies the rules, and fails the build where one of them matches nothing: a library that moved a file would otherwise
 * bring back in silence what was left out.
 *
 * @param {readonly Rule[]} rules
 * @returns {import('esbuild').Plugin}
 */
export const lean = (rules) => ({
  name: 'lean',
  setup(build) {
    const unmatched = new Set(rules);
    for (const rule of rules) {
      build.onResolve({ filter: rule.filter }, (args) => {
        const result = rule.resolve(args);
        if (result) unmatched.delete(rule);
        return result;
      });
    }
    build.onLoad({ filter: /^/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
    build.onEnd(() => ({
      errors: [...unmatched].map(({ what, filter }) => ({ text: `No file matches ${filter}. ${what}` })),
    }));
  },
});
