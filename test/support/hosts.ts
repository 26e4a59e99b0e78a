/*
 * What stands in the pages of docs/hosts, from one place: how the server is started, with which settings, and where each
 * host takes a secret from. Forms and names are those of the hosts' own documentation.
 */

const NAME = 'agora-threads';
const COMMAND = 'npx';
const ARGS = ['-y', 'agora-threads-mcp'];
/** Where the data center and the app are not secret, they stand in the file; the values are examples. */
const APP = { AGORA_CHAT_HOST: 'a41.chat.agora.io', AGORA_APP_ID: '0123456789abcdef0123456789abcdef' };
const SECRET = 'AGORA_APP_CERTIFICATE';
const FILE = '/absolute/path/to/secret.txt';

const json = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;

/** With `mcpServers`, as Claude Code, Claude Desktop, Cursor and Gemini CLI read it; they differ in how a secret is named. */
const mcpServers = (env: Record<string, string>, more: object = {}): string =>
  json({ mcpServers: { [NAME]: { command: COMMAND, args: ARGS, env: { ...APP, ...env }, ...more } } });

const INPUT = 'agora-app-certificate';

const vscode = json({
  inputs: [{ type: 'promptString', id: INPUT, description: 'Agora App Certificate', password: true }],
  servers: {
    [NAME]: { type: 'stdio', command: COMMAND, args: ARGS, env: { ...APP, [SECRET]: `\${input:${INPUT}}` } },
  },
});

const codex = `\`\`\`toml
[mcp_servers.${NAME}]
command = "${COMMAND}"
args = [${ARGS.map((arg) => JSON.stringify(arg)).join(', ')}]
# Passed on from the environment that Codex was started in.
env_vars = ["${SECRET}"]
# A question to a person waits for up to five minutes.
tool_timeout_sec = 330
# Else \`codex exec\` may begin before the server is ready, and have none of its tools.
required = true

[mcp_servers.${NAME}.env]
${Object.entries(APP)
  .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  .join('\n')}
\`\`\``;

const opencode = json({
  $schema: 'https://opencode.ai/config.json',
  mcp: {
    [NAME]: {
      type: 'local',
      command: [COMMAND, ...ARGS],
      enabled: true,
      environment: { ...APP, [SECRET]: `{env:${SECRET}}` },
    },
  },
  // Else it asks nothing.
  permission: { [`${NAME}_delete_*`]: 'ask', [`${NAME}_remove_*`]: 'ask' },
});

const copilot = json({
  mcpServers: {
    [NAME]: {
      type: 'local',
      command: COMMAND,
      args: ARGS,
      env: { ...APP, [SECRET]: `\${${SECRET}}` },
      tools: ['*'],
    },
  },
});

/** npx is a script on Windows, and what is no program needs a shell to start it. */
const windows = json({ mcpServers: { [NAME]: { command: 'cmd', args: ['/c', COMMAND, ...ARGS] } } });

/** The generated block of each page. */
export const hostConfigs: Readonly<Record<string, string>> = {
  'claude-code': mcpServers({ [SECRET]: `\${${SECRET}}` }),
  'claude-desktop': mcpServers({ [`${SECRET}_FILE`]: FILE }),
  vscode,
  cursor: mcpServers({ [SECRET]: `\${env:${SECRET}}` }),
  codex,
  'gemini-cli': mcpServers({ [SECRET]: `$${SECRET}` }, { trust: false }),
  opencode,
  'copilot-cli': copilot,
  'qwen-code': mcpServers({ [SECRET]: `$${SECRET}` }, { trust: false }),
  windows,
};

/** A whole configuration, for an app of each vendor. */
export const example = {
  agora: mcpServers({ [`${SECRET}_FILE`]: FILE }),
  easemob: json({
    mcpServers: {
      [NAME]: {
        command: COMMAND,
        args: ARGS,
        env: {
          AGORA_CHAT_HOST: 'a1.easemob.com',
          AGORA_CHAT_APP_KEY: 'org#app',
          EASEMOB_CLIENT_ID: 'YXA6...',
          EASEMOB_CLIENT_SECRET_FILE: FILE,
        },
      },
    },
  }),
} as const;

/** Without settings: the sandbox answers, and no secret stands in a link. */
const STARTED = { command: COMMAND, args: ARGS };

const vscodeLink = (scheme: 'vscode' | 'vscode-insiders'): string =>
  `${scheme}:mcp/install?${encodeURIComponent(JSON.stringify({ name: NAME, ...STARTED }))}`;

const cursorQuery = new URLSearchParams({
  name: NAME,
  config: Buffer.from(JSON.stringify(STARTED)).toString('base64'),
});

/** Pages on the web may not open an application's own scheme everywhere, so VS Code and Cursor run a redirect each. */
const redirect = (link: string): string => `https://insiders.vscode.dev/redirect?url=${encodeURIComponent(link)}`;

export const links = {
  vscode: vscodeLink('vscode'),
  vscodeInsiders: vscodeLink('vscode-insiders'),
  cursor: `cursor://anysphere.cursor-deeplink/mcp/install?${cursorQuery}`,
} as const;

const web = {
  vscode: redirect(links.vscode),
  vscodeInsiders: redirect(links.vscodeInsiders),
  cursor: `https://cursor.com/en/install-mcp?${cursorQuery}`,
} as const;

const linkBlock = (rows: readonly (readonly [name: string, web: string, link: string])[]): string =>
  [
    rows.map(([name, address]) => `[Add to ${name}](${address})`).join(' · '),
    '',
    'The same as the application opens it, to paste into a browser:',
    '',
    '```text',
    ...rows.map(([, , link]) => link),
    '```',
  ].join('\n');

/** The links of a page, where the host has them. */
export const hostLinks: Readonly<Record<string, string>> = {
  vscode: linkBlock([
    ['VS Code', web.vscode, links.vscode],
    ['VS Code Insiders', web.vscodeInsiders, links.vscodeInsiders],
  ]),
  cursor: linkBlock([['Cursor', web.cursor, links.cursor]]),
};
