import type { Host } from './host.ts';

export const copilotCli: Host = {
  title: 'Copilot CLI',
  name: 'copilot-cli',
  package: '@github/copilot',
  version: '1.0.102',
  bin: 'copilot',
  forms: true,
  env: (model) => ({
    COPILOT_PROVIDER_BASE_URL: `${model}/v1`,
    COPILOT_PROVIDER_TYPE: 'openai',
    COPILOT_PROVIDER_API_KEY: 'dummy',
    COPILOT_MODEL: 'gpt-5.5',
    COPILOT_OFFLINE: 'true',
  }),
  files: ({ work }) => ({ '~/.copilot/config.json': JSON.stringify({ trusted_folders: [work], banner: 'never' }) }),
  configFile: '~/.copilot/mcp-config.json',
  headless: (prompt, allowed) => ['-p', prompt, ...(allowed ? ['--allow-all-tools'] : [])],
  interactive: [],
  ready: /^❯/m,
  dialogs: [
    { kind: 'start', seen: /Do you trust the files/, yes: ['1'], no: ['3'] },
    { kind: 'form', seen: /needs information/, yes: ['Up', 'Enter'], no: ['Enter'] },
    { kind: 'tool', seen: /Do you want to (use|run|allow)/, yes: ['Enter'], no: ['Escape'] },
  ],
  choices: [/ Yes/, /❯ No/],
  leave: ['/exit', 'Enter'],
};
