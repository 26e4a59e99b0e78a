import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newToken, type Scope, tokenLine } from '../../src/http/token-line.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { freePort } from '../support/ports.ts';
import { type Replica, startReplica } from '../support/replica.ts';
import { WATCH } from './peer.ts';

const SCOPES: Readonly<Record<string, readonly Scope[]>> = {
  reader: ['read'],
  writer: ['write'],
  cleaner: ['delete'],
  lin: ['read', 'write', 'delete'],
  wei: ['read', 'write', 'delete'],
};

/** A `serve --http` on a sandbox, for several people with other scopes. */
export interface FuzzedServer {
  readonly port: number;
  readonly sandbox: Sandbox;
  readonly replica: Replica;
  /** By name. */
  readonly tokens: ReadonlyMap<string, string>;
  /** Each line that the server has written to stderr. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function startFuzzedServer(): Promise<FuzzedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const tokensFile = join(folder, 'tokens.txt');
  const made = Object.entries(SCOPES).map(([subject, scopes]) => ({
    subject,
    scopes: new Set(scopes),
    token: newToken(),
  }));
  await writeFile(tokensFile, made.map(({ token, ...grant }) => tokenLine(grant, token)).join('\n'));
  const sandbox = await startSandbox({ callsPerSecond: 1e9 });
  const complaints: string[] = [];
  const port = await freePort();
  const replica = await startReplica({
    name: 'a',
    port,
    flags: ['--expose-gc', '--import', WATCH],
    env: {
      AGORA_CHAT_HOST: sandbox.url,
      AGORA_CHAT_APP_KEY: `${SANDBOX.orgName}#${SANDBOX.appName}`,
      AGORA_CHAT_APP_TOKEN: SANDBOX.appToken,
      AGORA_THREADS_RATE_LIMIT: '1000000',
      AGORA_THREADS_HTTP_TOKENS_FILE: tokensFile,
    },
    onLine: (line) => void complaints.push(line),
  });
  return {
    port,
    sandbox,
    replica,
    tokens: new Map(made.map(({ subject, token }) => [subject, token])),
    complaints,
    async close() {
      await replica.kill();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
