/*
 * What stands in the pages of docs/hosts, from one place: how the server is started, with which settings, and where each
 * host takes a secret from. Forms and names are those of the hosts' own documentation.
 */

const NAME = 'agora-threads';
/** From a clone, until the package is on npm: then `npx` with `-y agora-threads-mcp`. */
const COMMAND = 'node';
export const CLONED_MAIN = '/absolute/path/to/agora-threads-mcp/dist/main.js';
const ARGS = [CLONED_MAIN];
/** Read-only to begin with. Where the data center and the app are not secret, they stand in the file; these are examples. */
const APP = {
  AGORA_CHAT_HOST: 'a41.chat.agora.io',
  AGORA_APP_ID: '0123456789abcdef0123456789abcdef',
  AGORA_THREADS_READ_ONLY: '1',
};
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

const windows = json({
  mcpServers: { [NAME]: { command: COMMAND, args: ['C:\\absolute\\path\\to\\agora-threads-mcp\\dist\\main.js'] } },
});

const EASEMOB = {
  AGORA_CHAT_HOST: 'a1.easemob.com',
  AGORA_CHAT_APP_KEY: 'org#app',
  EASEMOB_CLIENT_ID: 'YXA6...',
  EASEMOB_CLIENT_SECRET_FILE: FILE,
};
const servers = (env: Readonly<Record<string, string>>): string =>
  json({ mcpServers: { [NAME]: { command: COMMAND, args: ARGS, env } } });

/** A whole configuration for an app of Easemob, read-only to begin with. */
export const easemobConfig = servers({ ...EASEMOB, AGORA_THREADS_READ_ONLY: '1' });
/** The same for people who read Chinese. */
export const chineseConfig = servers({ ...EASEMOB, AGORA_THREADS_LANG: 'zh', AGORA_THREADS_READ_ONLY: '1' });
/** The same, where nobody has seen what the assistant does before a deletion. */
const untriedConfig = servers({
  ...EASEMOB,
  AGORA_THREADS_LANG: 'zh',
  AGORA_THREADS_READ_ONLY: '1',
  AGORA_THREADS_CONFIRM: 'person',
});

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
  'chinese-assistants.zh-CN': untriedConfig,
};

interface Input {
  readonly type: 'promptString';
  readonly id: string;
  readonly description: string;
  readonly password?: true;
}

const input = (id: string, description: string): Input => ({ type: 'promptString', id, description });
const secretInput = (id: string, description: string): Input => ({ ...input(id, description), password: true });
const CLONE = input('agora-threads-clone', 'Folder of your clone of agora-threads-mcp (absolute path)');

/** What VS Code asks for when a link is opened, by the setting that it is for. */
const ASKED = {
  sandbox: {},
  Agora: {
    AGORA_CHAT_HOST: input('agora-chat-host', 'REST host, such as a41.chat.agora.io'),
    AGORA_APP_ID: input('agora-app-id', 'App ID, 32 hexadecimal digits'),
    AGORA_APP_CERTIFICATE: secretInput(INPUT, 'App Certificate'),
  },
  Easemob: {
    AGORA_CHAT_HOST: input('agora-chat-host', 'REST host, such as a1.easemob.com'),
    AGORA_CHAT_APP_KEY: input('agora-chat-app-key', 'App Key, such as org#app'),
    EASEMOB_CLIENT_ID: input('easemob-client-id', 'Client ID'),
    EASEMOB_CLIENT_SECRET: secretInput('easemob-client-secret', 'Client Secret'),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Input>>>>;

function vscodeLink(asked: Readonly<Record<string, Input>>): string {
  const env = Object.fromEntries(Object.entries(asked).map(([name, { id }]) => [name, `\${input:${id}}`]));
  const server = {
    name: NAME,
    type: 'stdio',
    command: COMMAND,
    args: [`\${input:${CLONE.id}}/dist/main.js`],
    ...(Object.keys(env).length > 0 && { env }),
    inputs: [CLONE, ...Object.values(asked)],
  };
  return `vscode:mcp/install?${encodeURIComponent(JSON.stringify(server))}`;
}

/** By what VS Code is to ask for. */
export const links = {
  sandbox: vscodeLink(ASKED.sandbox),
  Agora: vscodeLink(ASKED.Agora),
  Easemob: vscodeLink(ASKED.Easemob),
} as const;

/** Pages on the web may not open an application's own scheme everywhere, so VS Code runs a redirect. */
const redirect = (link: string): string => `https://insiders.vscode.dev/redirect?url=${encodeURIComponent(link)}`;

/** The links of a page, where the host has them. */
export const hostLinks: Readonly<Record<string, string>> = {
  vscode: [
    `[Add with the sandbox](${redirect(links.sandbox)})`,
    `[Add with an Agora app](${redirect(links.Agora)})`,
    `[Add with an Easemob app](${redirect(links.Easemob)})`,
  ].join(' · '),
};
