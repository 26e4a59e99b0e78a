import { SANDBOX } from '../sandbox/identity.ts';
import type { TerminalWords } from './terminal-words-en.ts';

type Say = TerminalWords['sandbox'];

/** The kinds of credentials of the sandbox. */
const CREDENTIALS: Readonly<Record<keyof Say['credentials'], Readonly<Record<string, string>>>> = {
  token: { AGORA_CHAT_APP_TOKEN: SANDBOX.appToken },
  certificate: {
    AGORA_APP_ID: SANDBOX.appId,
    AGORA_APP_CERTIFICATE: SANDBOX.appCertificate,
  },
  client: {
    EASEMOB_CLIENT_ID: SANDBOX.clientId,
    EASEMOB_CLIENT_SECRET: SANDBOX.clientSecret,
  },
};

/** How an assistant starts this very program: from a clone by its path, from a package by its name. */
const startOf = (main: string): { command: string; args: string[] } =>
  /[\\/]node_modules[\\/]/.test(main)
    ? { command: 'npx', args: ['-y', 'agora-threads-mcp'] }
    : { command: 'node', args: [main] };

/**
 * The settings that reach a sandbox, in each kind of credentials, to be pasted into a shell or into the configuration of
 * an assistant. Each block unsets what another one has set: two kinds at once are refused.
 *
 * @param main full path of this program
 */
export function settingsOf(url: string, main: string, say: Say): string {
  const app = { AGORA_CHAT_HOST: url, AGORA_CHAT_APP_KEY: `${SANDBOX.orgName}#${SANDBOX.appName}` };
  const kinds = [
    [say.credentials.token, CREDENTIALS.token],
    [say.credentials.certificate, CREDENTIALS.certificate],
    [say.credentials.client, CREDENTIALS.client],
  ] as const;
  return kinds
    .flatMap(([title, credentials], index) => {
      const env = { ...app, ...credentials };
      const others = Object.values(CREDENTIALS).filter((one) => one !== credentials);
      const unset = others.flatMap((one) => Object.keys(one));
      return [
        `${index + 1}. ${title}`,
        '  bash, zsh',
        `    unset ${unset.join(' ')}`,
        // Single quotes: in a shell `#` begins a comment. No value has a quote of its own.
        ...Object.entries(env).map(([name, value]) => `    export ${name}='${value}'`),
        '  PowerShell',
        `    Remove-Item -ErrorAction Ignore ${unset.map((name) => `env:${name}`).join(', ')}`,
        ...Object.entries(env).map(([name, value]) => `    $env:${name} = '${value}'`),
        `  ${say.json}`,
        `    ${JSON.stringify({ mcpServers: { 'agora-threads': { ...startOf(main), env } } })}`,
        '',
      ];
    })
    .join('\n');
}
