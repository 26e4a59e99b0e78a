import type { Host } from './host.ts';

export const codex: Host = {
  title: 'Codex',
  name: 'codex',
  package: '@openai/codex',
  version: '0.169.0',
  bin: 'codex',
  forms: true,
  env: () => ({ DUMMY_KEY: 'dummy' }),
  files: ({ model, work }) => ({
    '~/.codex/config.toml': `model = "gpt-5.2"
model_provider = "scripted"
check_for_update_on_startup = false

[model_providers.scripted]
name = "scripted"
base_url = "${model}/v1"
wire_api = "responses"
env_key = "DUMMY_KEY"

[projects."${work}"]
trust_level = "trusted"
`,
  }),
  configFile: '~/.codex/config.toml',
  headless: (prompt, allowed) => [
    'exec',
    '--skip-git-repo-check',
    // Else its turn begins before the server is ready, and has none of its tools.
    '-c',
    'mcp_servers.agora-threads.required=true',
    ...(allowed ? ['-c', 'mcp_servers.agora-threads.default_tools_approval_mode="approve"'] : []),
    prompt,
  ],
  // Its background server outlives it, and would be one for all places.
  interactive: ['--no-daemon'],
  ready: /Ask Codex/,
  dialogs: [
    { kind: 'tool', seen: /Allow the .* MCP server to run tool/, yes: ['Enter'], no: ['Escape'] },
    { kind: 'form', seen: /Field 1\/1/, yes: ['Up', 'Enter'], no: ['Enter'] },
  ],
  choices: [/1\. True/, /2\. False/],
  leave: ['/quit', 'Enter'],
};
