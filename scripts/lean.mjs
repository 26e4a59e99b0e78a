// What is left out of the bundle, or loaded later, and why: each start reads and compiles the whole file.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { transform } from 'esbuild';

const require = createRequire(import.meta.url);

/** @param {string} name a file, from this folder */
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Files that another stands for; with `importer`, only where that file asks.
 *
 * @type {readonly { from: RegExp, importer?: RegExp, to: string }[]}
 */
const REPLACED = [
  // Tools are listed from data, and loaded when they are called.
  { from: /[\\/]index\.ts$/, importer: /[\\/]app[\\/]tool-registry\.ts$/, to: '../src/app/prebuilt-tools.ts' },
  // ajv: confirm.ts reads the answers of forms itself.
  { from: /[\\/]ajv-provider\.js$/, to: 'lean/no-validator.mjs' },
  // Schemas of zod 3, of which the SDK takes those of other people's tools.
  { from: /^zod-to-json-schema$/, to: 'lean/nothing.cjs' },
  // Parts of undici that nothing here asks for: HTTP/2, SOCKS (refused among the settings), and bodies that are no strings.
  { from: /[\\/]client-h2\.js$/, to: 'lean/nothing.cjs' },
  { from: /[\\/]socks5-proxy-agent$/, to: 'lean/nothing.cjs' },
  { from: /[\\/]fetch[\\/]body\.js$/, to: 'lean/nothing.cjs' },
  // undici carries its parser of HTTP twice. The one without SIMD runs everywhere, and answers here have a few KB.
  { from: /[\\/]llhttp_simd-wasm\.js$/, to: '../node_modules/undici/lib/llhttp/llhttp-wasm.js' },
];

const SDK_TYPES = /[\\/]sdk[\\/]dist[\\/]esm[\\/]types\.js$/;

/**
 * The SDK makes a schema of every message there is, a tenth of a start. So written, each is made when it is first asked
 * for anything, and esbuild sees that one which nobody uses can go. A definition that does not match stays as it is.
 *
 * @param {string} source
 */
const later = (source) =>
  `const later = (make) => {
    let made;
    const schema = () => (made ??= make());
    return new Proxy({}, {
      get: (_, key) => schema()[key],
      has: (_, key) => key in schema(),
      getPrototypeOf: () => Object.getPrototypeOf(schema()),
    });
  };\n${source.replace(
    /^((?:export )?const \w+Schema = )(\S.*(?:\n[ \]})].*)*);$/gm,
    '$1/* @__PURE__ */ later(() => $2);',
  )}`;

/** The makers of JSON Schemas: each zod schema holds on to them, and here they are made at build time alone. */
const SCHEMA_MAKERS =
  /[\\/]zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors|json-schema-generator)\.js$/;

/**
 * The same exports, none of which does anything.
 *
 * @param {string} source
 */
const hollow = (source) =>
  [...source.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)]
    .map(([, name]) => `export const ${name} = () => undefined;`)
    .join('\n');

/** @type {import('esbuild').Plugin} */
export const lean = {
  name: 'lean',
  setup(build) {
    for (const { from, importer, to } of REPLACED) {
      build.onResolve({ filter: from }, (args) =>
        importer === undefined || importer.test(args.importer) ? { path: file(to) } : undefined,
      );
    }
    // An ESM import is loaded before the first line runs, one of Node's own modules too, even where the file that needs
    // it waits for an `import()`. As CommonJS it waits with that file.
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'require-call' ? undefined : { path, namespace: 'builtin' },
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
    // A third of the length, for half a millisecond at the first request.
    build.onLoad({ filter: /[\\/]llhttp-wasm\.js$/ }, ({ path }) => {
      /** @type {Uint8Array} */
      const wasm = require(path);
      const packed = JSON.stringify(deflateRawSync(wasm, { level: 9 }).toString('base64'));
      return {
        contents: `module.exports = require('node:zlib').inflateRawSync(Buffer.from(${packed}, 'base64'));`,
      };
    });
    build.onLoad({ filter: SCHEMA_MAKERS }, async ({ path }) => ({ contents: hollow(await readFile(path, 'utf8')) }));
    // The local names of libraries are cut short; ours stay as they are, so that a stack says where it was.
    build.onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => {
      const source = SDK_TYPES.test(path) ? later(await readFile(path, 'utf8')) : await readFile(path, 'utf8');
      const format = /^(import|export)\b/m.test(source) ? 'esm' : 'cjs';
      const { code } = await transform(source, { minifyIdentifiers: true, format });
      return { contents: code };
    });
  },
};
