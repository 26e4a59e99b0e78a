import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { doctor } from '../../src/cli/doctor.ts';
import { readCommandLine } from '../../src/cli/flags.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

/** Letters and digits with one character in it that ends a word somewhere: in a shell, a variable, JSON, a URL. */
const secret = fc
  .tuple(
    fc.stringMatching(/^[a-z0-9]{10,16}$/),
    fc.constantFrom('', '$', '=', '/', '\\', '"', ' ', '#', ':', '{', '}', '.', ',', '-', '@', '\n', '密'),
    fc.stringMatching(/^[A-Z0-9]{10,16}$/),
  )
  .map(([first, between, last]) => first + between + last);

/** How a secret may be written where a text is due. */
const WRITTEN: readonly ((secret: string) => string)[] = [
  (s) => s,
  (s) => ` ${s} `,
  (s) => `"${s}"`,
  (s) => `Bearer ${s}`,
  (s) => `\${${s}}`,
  (s) => `\${env:${s}}`,
  (s) => `\${input:${s}}`,
  (s) => `\${UNSET:-${s}}`,
  (s) => `$${s}`,
  (s) => `{env:${s}}`,
  (s) => `{file:${s}}`,
  (s) => `%${s}%`,
  (s) => `/no/such/${s}`,
  (s) => `redis://:${s}@127.0.0.1:9`,
];

const GOOD = { AGORA_CHAT_HOST: 'a41.chat.agora.io', AGORA_APP_ID: '0123456789abcdef0123456789abcdef' };
const command = 'npx';
const args = ['-y', 'agora-threads-mcp'];
const entry = (env: object, more: object = {}) => ({ command, args, env, ...more });

/** Variables of which the doctor shows no value. */
const NEVER_SHOWN = [
  'AGORA_APP_CERTIFICATE',
  'AGORA_APP_CERTIFICATE_FILE',
  'AGORA_CHAT_APP_TOKEN',
  'AGORA_CHAT_APP_TOKEN_FILE',
  'EASEMOB_CLIENT_SECRET',
  'EASEMOB_CLIENT_SECRET_FILE',
  'AGORA_THREADS_REDIS_URL',
  'AGORA_THREADS_REDIS_URL_FILE',
  'AGORA_THREADS_HTTP_TOKENS_FILE',
  'AGORA_THREADS_TOOLS',
  'AGORA_THREADS_RATE_LIMIT',
  'AGORA_THREADS_LANG',
  'AGORA_CHAT_TOKEN',
  'AGORA_APPID',
  'agora_app_certificate',
  'SOME_OTHER_KEY',
];

/** Where a text may be in the entry of a server. */
const PLACES: readonly ((text: string) => object)[] = [
  ...NEVER_SHOWN.map((name) => (text: string) => entry({ ...GOOD, [name]: text })),
  (text) => entry({ ...GOOD, [`AGORA_APP_CERTIFICATE=${text}`]: '' }),
  (text) => entry({ ...GOOD, [`AGORA_APP_CERTIFICATE: ${text}`]: 1 }),
  (text) => entry({ ...GOOD, [text]: 1 }),
  (text) => entry({ ...GOOD, [text]: `\${UNSET}` }),
  (text) => entry(GOOD, { env: text }),
  (text) => entry(GOOD, { env: [`AGORA_APP_CERTIFICATE=${text}`] }),
  (text) => entry(GOOD, { env: null, [text]: text, cwd: text, headers: { authorization: text } }),
  (text) => entry(GOOD, { envFile: text }),
  (text) => entry(GOOD, { url: text }),
  (text) => entry(GOOD, { url: `https://${text}/mcp?key=${text}` }),
  (text) => entry(GOOD, { command: text }),
  (text) => entry(GOOD, { command: `AGORA_APP_CERTIFICATE=${text} npx agora-threads-mcp` }),
  (text) => entry(GOOD, { command: `${text}/agora-threads-mcp` }),
  (text) => entry(GOOD, { args: text }),
  ...[
    '',
    '--',
    '-',
    '--app-certificate=',
    '--app-certificate-file=',
    '--rate-limit=',
    '--confirm=',
    '--read-only=',
  ].map((flag) => (text: string) => entry(GOOD, { args: [...args, flag + text] })),
  (text) => entry(GOOD, { args: [...args, '--app-certificate', text] }),
  (text) => entry(GOOD, { args: [...args, '--timeout-ms', text] }),
  (text) => entry(GOOD, { args: [`AGORA_APP_CERTIFICATE=${text}`, ...args] }),
  (text) => entry(GOOD, { args: [text, ...args] }),
];

/** The files of assistants, with the servers where each has them. */
const FILES: readonly (readonly [path: string, document: (servers: object) => object])[] = [
  ...['.mcp.json', '.claude.json', '.cursor/mcp.json', '.gemini/settings.json', '.trae/mcp.json'].map(
    (path) => [path, (servers: object) => ({ mcpServers: servers })] as const,
  ),
  ['.claude.json', (servers) => ({ projects: { [process.cwd()]: { mcpServers: servers } } })],
  ['.vscode/mcp.json', (servers) => ({ servers })],
  ['.vscode/settings.json', (servers) => ({ mcp: { servers } })],
  ['opencode.json', (servers) => ({ mcp: servers })],
];

/** What is around the server, or breaks the file. */
const AROUND: readonly ((json: string, text: string) => string)[] = [
  (json) => json,
  (json, text) => `// ${text}\n${json}`,
  (json, text) => json.replace('{', `{${JSON.stringify(text)}: [${JSON.stringify(text)}],`),
  (json, text) => json.replace(/\}$/, JSON.stringify(text)),
  (json, text) => json + text,
];

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** All that the doctor says, on stdout or in an error. */
async function said(path: string, json: string, more: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'secret-'));
  const file = join(folder, path);
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += String(part);
    return true;
  });
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, json);
    await doctor(readCommandLine(['--offline', '--config', file, ...more], COMMANDS.get('doctor') ?? {}));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    text += error.message;
  } finally {
    write.mockRestore();
    await rm(folder, { recursive: true });
  }
  return text;
}

it('shows no part of a secret, wherever it is in the file', async () => {
  await fc.assert(
    fc.asyncProperty(
      secret,
      fc.constantFrom(...WRITTEN),
      fc.constantFrom(...PLACES),
      fc.constantFrom(...FILES),
      fc.constantFrom(...AROUND),
      fc.subarray(['--json', '--server=mine']),
      async (hidden, written, place, [path, document], around, more) => {
        const text = written(hidden);
        const json = around(JSON.stringify(document({ mine: place(text) })), text);
        const shown = await said(path, json, more);
        expect(shown).not.toBe('');
        for (const part of hidden.match(/[a-z0-9]{8}|[A-Z0-9]{8}/g) ?? []) expect(shown).not.toContain(part);
      },
    ),
    { numRuns: 300 },
  );
});
