import type { Host } from './host.ts';

export const geminiCli: Host = {
  title: 'Gemini CLI',
  name: 'gemini-cli',
  package: '@google/gemini-cli',
  version: '0.61.0',
  bin: 'gemini',
  forms: false,
  env: (model) => ({
    GEMINI_API_KEY: 'dummy',
    GOOGLE_GEMINI_BASE_URL: model,
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  }),
  files: () => ({
    '~/.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      general: { enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
      ui: { hideTips: true },
    }),
  }),
  configFile: '.gemini/settings.json',
  headless: (prompt, allowed) => [...(allowed ? ['-y'] : []), '-p', prompt],
  interactive: [],
  ready: /Type your message/,
  dialogs: [
    { kind: 'tool', seen: /Allow execution|Do you want to proceed|Apply this change/, yes: ['Enter'], no: ['Escape'] },
  ],
  choices: [],
  findsPrompts: '/mcp refresh',
  promptCommand: '/triage_user_threads --username="lin"',
  leave: ['/quit', 'Enter'],
};
