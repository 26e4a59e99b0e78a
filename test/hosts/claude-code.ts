import type { Host } from './host.ts';

export const claudeCode: Host = {
  title: 'Claude Code',
  name: 'claude-code',
  package: '@anthropic-ai/claude-code',
  version: '2.1.332',
  bin: 'claude',
  needsNode22: true,
  forms: true,
  env: (model) => ({
    ANTHROPIC_BASE_URL: model,
    ANTHROPIC_API_KEY: 'sk-ant-dummy',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
  }),
  files: ({ work }) => ({
    '~/.claude.json': JSON.stringify({
      hasCompletedOnboarding: true,
      theme: 'dark',
      customApiKeyResponses: { approved: ['sk-ant-dummy'], rejected: [] },
      projects: { [work]: { hasTrustDialogAccepted: true, enabledMcpjsonServers: ['agora-threads'] } },
    }),
    // "auto", its default, asks a classifier on its vendor's servers.
    '~/.claude/settings.json': JSON.stringify({ permissions: { defaultMode: 'default' } }),
  }),
  configFile: '.mcp.json',
  headless: (prompt, allowed) => ['-p', prompt, ...(allowed ? ['--allowedTools', 'mcp__agora-threads'] : [])],
  interactive: [],
  ready: /^❯/m,
  dialogs: [
    { kind: 'form', seen: /requests your input/, yes: ['Space', 'Enter', 'Enter'], no: ['Down', 'Down', 'Enter'] },
    { kind: 'tool', seen: /Do you want to proceed\?/, yes: ['Enter'], no: ['Escape'] },
  ],
  choices: [/☐/, /Accept/, /Decline/],
  promptCommand: '/mcp__agora-threads__triage_user_threads lin',
  leave: ['/exit', 'Enter'],
};
