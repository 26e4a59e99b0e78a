import { documented } from '../../src/settings/schema.ts';
import { whereForAll } from '../../src/settings/where-found.ts';
import { catalogue } from '../../tools/index.ts';

/*
 * The two files that hosts and registries read before anything is installed, made from package.json and the settings.
 */

interface Package {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly mcpName: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly engines: { readonly node: string };
}

const TITLE = 'Agora Chat threads';
/** The registry takes at most 100 characters [server.schema.json 2025-12-11]. */
const IN_SHORT = 'Message threads of an Agora Chat (Easemob) app: create, rename, list, and delete after asking.';

const offered = documented.flatMap(({ label, ...setting }) => (label === undefined ? [] : [{ label, ...setting }]));

const sentence = (words: string, where: string | undefined): string =>
  [words.replaceAll('`', ''), ...(where === undefined ? [] : [`Where to find it: ${where}`])].join('. ');

/** server.json of the MCP registry. */
export const serverJson = ({ name, version, mcpName }: Package) => ({
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  name: mcpName,
  title: TITLE,
  description: IN_SHORT,
  version,
  packages: [
    {
      registryType: 'npm',
      identifier: name,
      version,
      transport: { type: 'stdio' },
      environmentVariables: offered.map((setting) => ({
        name: setting.name,
        description: sentence(setting.meaning, setting.where && whereForAll(setting.where)),
        ...(setting.flag && { format: 'boolean' }),
        ...(setting.value === 'FILE' && { format: 'filepath' }),
        ...(setting.choices && { choices: setting.choices, default: setting.default }),
        ...(setting.secret && { isSecret: true }),
      })),
    },
  ],
});

const key = (name: string): string => name.toLowerCase();

/** manifest.json of an MCPB bundle. */
export const manifestJson = ({ name, version, description, license, keywords, engines }: Package) => ({
  manifest_version: '0.3',
  name,
  display_name: TITLE,
  version,
  description,
  author: { name: 'the agora-threads-mcp contributors' },
  server: {
    type: 'node',
    entry_point: 'dist/main.js',
    mcp_config: {
      command: 'node',
      args: [`\${__dirname}/dist/main.js`],
      env: Object.fromEntries(offered.map((setting) => [setting.name, `\${user_config.${key(setting.name)}}`])),
    },
  },
  tools: catalogue.map((tool) => ({ name: tool.name, description: tool.title })),
  keywords,
  license,
  compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: engines.node } },
  user_config: Object.fromEntries(
    offered.map((setting) => [
      key(setting.name),
      {
        type: setting.flag ? 'boolean' : 'string',
        title: setting.label,
        description: sentence(setting.inForm ?? setting.meaning, setting.where && whereForAll(setting.where)),
        required: false,
        // A field without a default that is left empty reaches the server as the words "${user_config...}".
        default: setting.flag ? false : '',
        ...(setting.secret && { sensitive: true }),
      },
    ]),
  ),
});
