// Packs dist/agora-threads-mcp.mcpb: a zip with a manifest, which desktop hosts install by a double click.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import * as z from 'zod';
import { buildServer } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** package.json says that main.js is ESM. */
const FILES = [
  ...['manifest.json', 'package.json', 'README.md', 'LICENSE'],
  ...['dist/main.js', 'dist/THIRD-PARTY-NOTICES.txt'],
];

const option = z.strictObject({
  type: z.enum(['string', 'boolean']),
  title: z.string().min(1),
  description: z.string().min(1),
  required: z.boolean(),
  default: z.union([z.string(), z.boolean()]),
  sensitive: z.literal(true).optional(),
});

/**
 * MCPB's manifest 0.3, as far as it is used here, and strict as its own: hosts refuse a manifest with an unknown key.
 */
export const manifest = z
  .strictObject({
    manifest_version: z.literal('0.3'),
    name: z.string().min(1),
    display_name: z.string(),
    version: z.string().regex(/^\d+\.\d+\.\d+$/),
    description: z.string().min(1),
    author: z.strictObject({ name: z.string().min(1) }),
    server: z.strictObject({
      type: z.literal('node'),
      entry_point: z.enum(FILES),
      mcp_config: z.strictObject({
        command: z.literal('node'),
        args: z.array(z.string()),
        env: z.record(z.string(), z.string()),
      }),
    }),
    tools: z.array(z.strictObject({ name: z.string(), description: z.string() })),
    keywords: z.array(z.string()),
    license: z.string(),
    compatibility: z.strictObject({
      platforms: z.array(z.enum(['darwin', 'win32', 'linux'])),
      runtimes: z.strictObject({ node: z.string() }),
    }),
    user_config: z.record(z.string().regex(/^[a-z_]+$/), option),
  })
  .refine(
    ({ server, user_config }) =>
      Object.values(server.mcp_config.env).sort().join() ===
      Object.keys(user_config)
        .map((key) => `\${user_config.${key}}`)
        .sort()
        .join(),
    'each field of user_config must reach the server by one variable, and no other',
  );

/**
 * The bundle's bytes; the same files give the same bytes.
 *
 * @throws ZodError where the manifest is none
 */
export async function packBundle() {
  manifest.parse(JSON.parse(await readFile(`${root}manifest.json`, 'utf8')));
  const entries = await Promise.all(FILES.map(async (name) => [name, new Uint8Array(await readFile(root + name))]));
  return zipSync(Object.fromEntries(entries), { level: 9, mtime: '1980-01-01T12:00:00' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildServer();
  const bytes = await packBundle();
  const target = 'dist/agora-threads-mcp.mcpb';
  await writeFile(root + target, bytes);
  process.stdout.write(`${target}: ${bytes.byteLength} bytes\n`);
}
