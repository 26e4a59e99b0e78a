import type { Host } from './host.ts';

export const opencode: Host = {
  title: 'opencode',
  name: 'opencode',
  package: 'opencode-ai',
  version: '1.18.33',
  bin: 'opencode',
  forms: false,
  env: () => ({
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_SHARE: '1',
  }),
  files: ({ model }) => ({
    '~/.config/opencode/opencode.json': JSON.stringify({
      model: 'scripted/scripted',
      small_model: 'scripted/scripted',
      provider: {
        scripted: {
          npm: '@ai-sdk/openai-compatible',
          name: 'scripted',
          options: { baseURL: `${model}/v1`, apiKey: 'dummy' },
          models: { scripted: { name: 'scripted' } },
        },
      },
    }),
  }),
  configFile: 'opencode.json',
  headless: (prompt) => ['run', prompt],
  interactive: [],
  ready: /Ask anything/,
  dialogs: [{ kind: 'tool', seen: /Permission required/, yes: ['Enter'], no: ['Escape'] }],
  choices: [],
  promptCommand: '/agora-threads:triage_user_threads lin',
  leave: ['/exit', 'Enter'],
};
