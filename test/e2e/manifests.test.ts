import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import manifestOfPackage from '../../package.json' with { type: 'json' };
import { packBundle } from '../../scripts/mcpb.mjs';
import { callBinary } from '../support/binary.ts';
import { manifestJson, serverJson } from '../support/manifests.ts';

const root = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(root(name), 'utf8'));
const asFile = (content: unknown): string => `${JSON.stringify(content, null, 2)}\n`;

// The files are their own snapshots: `npm run docs` writes them anew, and a stale one fails here.
it('server.json says what package.json and the settings say', async () => {
  await expect(asFile(serverJson(manifestOfPackage))).toMatchFileSnapshot(root('server.json'));
});

it('manifest.json says what package.json and the settings say', async () => {
  await expect(asFile(manifestJson(manifestOfPackage))).toMatchFileSnapshot(root('manifest.json'));
});

it('all versions agree', async () => {
  const versioned = z.object({ version: z.string() });
  const { version } = manifestOfPackage;
  const server = versioned.extend({ packages: z.array(versioned) }).parse(await json('server.json'));
  const lock = z.object({ packages: z.object({ '': versioned }) }).parse(await json('package-lock.json'));
  expect([server.version, ...server.packages.map((part) => part.version)]).toEqual([version, version]);
  expect(versioned.parse(await json('manifest.json')).version).toBe(version);
  expect(lock.packages[''].version).toBe(version);
});

/** The registry's schema of 2025-12-11 and its rules for npm packages, for the parts that are used here. */
const registry = z.strictObject({
  $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
  name: z.string().regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  packages: z.tuple([
    z.strictObject({
      registryType: z.literal('npm'),
      identifier: z.literal(manifestOfPackage.name),
      version: z.string(),
      transport: z.strictObject({ type: z.literal('stdio') }),
      environmentVariables: z.array(
        z.strictObject({
          name: z.string(),
          description: z.string(),
          format: z.enum(['string', 'number', 'boolean', 'filepath']).optional(),
          choices: z.array(z.string()).min(1).optional(),
          default: z.string().optional(),
          isSecret: z.literal(true).optional(),
        }),
      ),
    }),
  ]),
});

it('server.json is as the registry wants it, and every secret is marked', async () => {
  const { name, packages } = registry.parse(await json('server.json'));
  expect(name).toBe(manifestOfPackage.mcpName);
  expect(packages[0].environmentVariables.filter(({ isSecret }) => isSecret).map((variable) => variable.name)).toEqual([
    'AGORA_CHAT_APP_TOKEN',
    'AGORA_APP_CERTIFICATE',
    'EASEMOB_CLIENT_SECRET',
  ]);
});

const option = z.strictObject({
  type: z.enum(['string', 'boolean']),
  title: z.string().min(1),
  description: z.string().min(1),
  required: z.boolean(),
  default: z.union([z.string(), z.boolean()]),
  sensitive: z.literal(true).optional(),
});

/** The parts of MCPB's manifest 0.3 that are used here. Strict, since hosts refuse a manifest with an unknown key. */
const bundleManifest = z
  .strictObject({
    manifest_version: z.literal('0.3'),
    name: z.string().min(1),
    display_name: z.string(),
    version: z.string().regex(/^\d+\.\d+\.\d+$/),
    description: z.string().min(1),
    author: z.strictObject({ name: z.string().min(1) }),
    server: z.strictObject({
      type: z.literal('node'),
      entry_point: z.literal('dist/main.js'),
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
    'each field of user_config must reach the server by exactly one variable',
  );

describe('the .mcpb bundle', () => {
  /** Unpacked as a host does it; gives the path of main.js and the environment for what a person filled in. */
  async function install() {
    const folder = await mkdtemp(join(tmpdir(), 'mcpb bundle ü '));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const [name, bytes] of Object.entries(unzipSync(await packBundle()))) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    const { server, user_config } = bundleManifest.parse(
      JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')),
    );
    const filledIn = (value: (key: string) => string): Record<string, string> =>
      Object.fromEntries(
        Object.entries(server.mcp_config.env).map(([name, words]) => [
          name,
          words.replace(/\$\{user_config\.(\w+)\}/, (_all, key: string) => value(key)),
        ]),
      );
    return { main: join(folder, server.entry_point), filledIn, user_config };
  }

  it('starts on the sandbox where every field is left as it is', async () => {
    const { main, filledIn, user_config } = await install();
    const env = filledIn((key) => String(user_config[key]?.default));
    expect(await callBinary('list_threads', { limit: 1 }, env, main)).toMatch(/^\[sandbox\]/);
  });

  it('starts on the sandbox in a host that passes on the words of the manifest for an empty field', async () => {
    const { main, filledIn } = await install();
    const env = filledIn((key) => `\${user_config.${key}}`);
    expect(await callBinary('list_threads', { limit: 1 }, env, main)).toMatch(/^\[sandbox\]/);
  });

  it('reaches the app of the fields that were filled in', async () => {
    const { main, filledIn } = await install();
    const given = new Map([['agora_chat_host', 'chat.test']]);
    const text = await callBinary(
      'list_threads',
      {},
      filledIn((key) => given.get(key) ?? ''),
      main,
    );
    expect(text).toContain('AGORA_CHAT_APP_KEY');
    expect(text).not.toContain('[sandbox]');
  });

  it('is the same at each packing, and under 1 MB', async () => {
    const [first, second] = [await packBundle(), await packBundle()];
    expect(Buffer.compare(first, second)).toBe(0);
    expect(first.byteLength).toBeLessThan(1_000_000);
  });
});
