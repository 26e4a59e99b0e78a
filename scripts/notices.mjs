// The licences of the packages in a bundle, from esbuild's list of its files.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });
const RULE = '-'.repeat(80);

/**
 * One text with the name, version and licence of each package in the bundle.
 *
 * @param {string} root the repository's folder
 * @param {Pick<import('esbuild').Metafile, 'outputs'>} metafile
 * @throws ZodError if a package names no licence
 */
export async function notices(root, { outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const folders = new Set(
    inputs.flatMap(([path, { bytesInOutput }]) => {
      const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? [];
      return folder === undefined || bytesInOutput === 0 ? [] : [folder];
    }),
  );
  const parts = await Promise.all([...folders].sort().map((folder) => notice(join(root, folder))));
  return ['agora-threads-mcp holds code of these packages, under their licences.\n', ...parts].join(`\n${RULE}\n\n`);
}

/** @param {string} folder of an installed package */
async function notice(folder) {
  const { name, version, license } = manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
  const text =
    file === undefined
      ? 'The package comes without the text of its licence.'
      : await readFile(join(folder, file), 'utf8');
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
