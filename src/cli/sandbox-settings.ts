import { SANDBOX } from '../sandbox/identity.ts';

const APP_KEY = `${SANDBOX.orgName}#${SANDBOX.appName}`;

/** One kind of credentials of the sandbox, as settings without the host. */
const KINDS: readonly { readonly title: string; readonly settings: Readonly<Record<string, string>> }[] = [
  {
    title: 'An app token',
    settings: { AGORA_CHAT_APP_KEY: APP_KEY, AGORA_CHAT_APP_TOKEN: SANDBOX.appToken },
  },
  {
    title: 'App ID and App Certificate, as in the Agora Console',
    settings: {
      AGORA_CHAT_APP_KEY: APP_KEY,
      AGORA_APP_ID: SANDBOX.appId,
      AGORA_APP_CERTIFICATE: SANDBOX.appCertificate,
    },
  },
  {
    title: 'Client ID and ClientSecret, as in the Easemob console',
    settings: {
      AGORA_CHAT_APP_KEY: APP_KEY,
      EASEMOB_CLIENT_ID: SANDBOX.clientId,
      EASEMOB_CLIENT_SECRET: SANDBOX.clientSecret,
    },
  },
];

const ALL_NAMES = [...new Set(KINDS.flatMap(({ settings }) => Object.keys(settings)))];

/** Single quotes: in a shell `#` begins a comment. No value has a quote of its own. */
const inShell = (settings: Readonly<Record<string, string>>, unset: readonly string[]): string[] => [
  `unset ${unset.join(' ')}`,
  ...Object.entries(settings).map(([name, value]) => `export ${name}='${value}'`),
];

const inPowerShell = (settings: Readonly<Record<string, string>>, unset: readonly string[]): string[] => [
  `Remove-Item -ErrorAction Ignore ${unset.map((name) => `env:${name}`).join(', ')}`,
  ...Object.entries(settings).map(([name, value]) => `$env:${name} = '${value}'`),
];

/** How an assistant starts this very program: from a clone by its path, from a package by its name. */
const startOf = (main: string): { command: string; args: string[] } =>
  /[\\/]node_modules[\\/]/.test(main)
    ? { command: 'npx', args: ['-y', 'agora-threads-mcp'] }
    : { command: 'node', args: [main] };

const inJson = (env: Readonly<Record<string, string>>, main: string): string[] => [
  JSON.stringify({ mcpServers: { 'agora-threads': { ...startOf(main), env } } }),
];

/**
 * The settings that reach a sandbox, in each kind of credentials, to be pasted into a shell or into the configuration of
 * an assistant. Each block unsets what another one has set: two kinds at once are refused.
 *
 * @param main full path of this program
 */
export function settingsOf(url: string, main: string): string {
  return KINDS.flatMap(({ title, settings }, index) => {
    const whole = { AGORA_CHAT_HOST: url, ...settings };
    const unset = ALL_NAMES.filter((name) => !Object.hasOwn(settings, name));
    return [
      `${index + 1}. ${title}`,
      '  bash, zsh',
      ...inShell(whole, unset).map((line) => `    ${line}`),
      '  PowerShell',
      ...inPowerShell(whole, unset).map((line) => `    ${line}`),
      '  JSON for an assistant',
      ...inJson(whole, main).map((line) => `    ${line}`),
      '',
    ];
  }).join('\n');
}
