// What is left out of the bundle or loaded later, and why: each start reads and compiles the whole file.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

/** @param {string} path from this folder */
const use = (path) => ({ path: fileURLToPath(new URL(path, import.meta.url)) });

/**
 * A rule either resolves an import or loads a file that its filter matches; `undefined` leaves it to esbuild.
 *
 * @typedef {{ what: string, filter: RegExp } & (
 *   | { resolve: (args: import('esbuild').OnResolveArgs) => import('esbuild').OnResolveResult | undefined }
 *   | { load: (args: import('esbuild').OnLoadArgs) => Promise<import('esbuild').OnLoadResult> }
 * )} Rule
 */

/**
 * For every file of the package.
 *
 * @type {readonly Rule[]}
 */
export const COMMON_RULES = [
  {
    // An ESM import is loaded before the first line runs, even where the file that needs it waits for an `import()`.
    what: "Node's own modules are CommonJS, so that each is loaded with the file that needs it",
    filter: /^node:/,
    resolve: ({ path, kind }) => (kind === 'require-call' ? undefined : { path, namespace: 'builtin' }),
  },
  {
    what: 'Local names in libraries are cut short; ours stay, so that a stack trace can be read',
    filter: /[\\/]node_modules[\\/].*\.[cm]?js$/,
    async load({ path }) {
      const source = await readFile(path, 'utf8');
      const format = /^(import|export)\b/m.test(source) ? 'esm' : 'cjs';
      const { code } = await transform(source, { minifyIdentifiers: true, format });
      return { contents: code };
    },
  },
];

/** @type {readonly Rule[]} */
export const RULES = [
  {
    what: 'Tools are listed from data and loaded when they are called',
    filter: /[\\/]index\.ts$/,
    resolve: ({ importer }) =>
      /[\\/]app[\\/]tool-registry\.ts$/.test(importer) ? use('../src/app/prebuilt-tools.ts') : undefined,
  },
  {
    what: 'No JSON Schema validator: the answers to forms are read by our own schema',
    filter: /[\\/]ajv-provider\.js$/,
    resolve: () => use('lean/no-validator.mjs'),
  },
  {
    what: 'No fetch bodies: what undici sends here is text',
    filter: /[\\/]fetch[\\/]body\.js$/,
    resolve: () => use('lean/nothing.cjs'),
  },
  {
    what: 'One HTTP parser of the two in undici: the one without SIMD runs everywhere, and responses here are small',
    filter: /[\\/]llhttp_simd-wasm\.js$/,
    resolve: () => use('../node_modules/undici/lib/llhttp/llhttp-wasm.js'),
  },
  {
    what: 'Redis is a file of its own, which is read only where it is used',
    filter: /[\\/]redis[\\/]quota-store\.ts$/,
    resolve: () => ({ path: './redis.js', external: true }),
  },
  ...COMMON_RULES,
];

/**
 * Applies the rules, and fails the build where one of them matches nothing: a library that moved a file would otherwise
 * bring back in silence what was left out.
 *
 * @param {readonly Rule[]} [rules]
 * @returns {import('esbuild').Plugin}
 */
export const lean = (rules = RULES) => ({
  name: 'lean',
  setup(build) {
    const unmatched = new Set(rules);
    for (const rule of rules) {
      const { filter } = rule;
      if ('resolve' in rule) {
        build.onResolve({ filter }, (args) => {
          const result = rule.resolve(args);
          if (result) unmatched.delete(rule);
          return result;
        });
      } else {
        build.onLoad({ filter }, (args) => {
          unmatched.delete(rule);
          return rule.load(args);
        });
      }
    }
    build.onLoad({ filter: /^/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
    build.onEnd(() => ({
      errors: [...unmatched].map(({ what, filter }) => ({ text: `No file matches ${filter}. ${what}` })),
    }));
  },
});
