import type { Host } from './host.ts';

export const qwenCode: Host = {
  title: 'Qwen Code',
  name: 'qwen-code',
  package: '@qwen-code/qwen-code',
  version: '0.24.4',
  bin: 'qwen',
  needsNode22: true,
  forms: false,
  env: (model) => ({ OPENAI_BASE_URL: `${model}/v1`, OPENAI_API_KEY: 'dummy', OPENAI_MODEL: 'scripted' }),
  files: () => ({
    '~/.qwen/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'openai' } },
      general: { enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
    }),
  }),
  configFile: '.qwen/settings.json',
  headless: (prompt, allowed) => [...(allowed ? ['-y'] : []), '-p', prompt],
  interactive: [],
  ready: /Type your message/,
  dialogs: [{ kind: 'tool', seen: /Do you want to|Allow execution/, yes: ['Enter'], no: ['Escape'] }],
  choices: [],
  promptCommand: '/triage_user_threads --username="lin"',
  leave: ['/quit', 'Enter'],
};
