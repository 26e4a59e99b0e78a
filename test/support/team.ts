import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newToken, type Scope, tokenLine } from '../../src/http/token-line.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { type Nginx, startNginx } from './nginx.ts';
import { freePort } from './ports.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { type Replica, startReplica } from './replica.ts';

export interface TeamOptions {
  /** Settings of both replicas. */
  readonly env?: Readonly<Record<string, string>>;
  /** The names that have a token, each with all scopes. */
  readonly subjects: readonly string[];
  readonly sandbox?: SandboxOptions;
  /** Options for Node. */
  readonly flags?: readonly string[];
  /** Takes each line that a replica writes to stderr. */
  readonly onLine?: (line: string) => void;
}

/** What docs/team.md describes, on loopback: nginx, two replicas, Redis, and a sandbox as the app. */
export interface Team {
  /** The address that clients use. */
  readonly url: URL;
  readonly sandbox: Sandbox;
  readonly redis: RedisServer;
  readonly nginx: Nginx;
  readonly a: Replica;
  readonly b: Replica;
  tokenOf(subject: string): string;
  close(): Promise<void>;
}

const ALL: ReadonlySet<Scope> = new Set(['read', 'write', 'delete']);

export async function startTeam({
  env = {},
  subjects,
  sandbox: ofSandbox = {},
  flags = [],
  onLine = () => undefined,
}: TeamOptions): Promise<Team> {
  const folder = await mkdtemp(join(tmpdir(), 'team-'));
  const tokens = new Map(subjects.map((subject) => [subject, newToken()]));
  const [file, appToken] = [join(folder, 'tokens.txt'), join(folder, 'app-token')];
  await writeFile(appToken, SANDBOX.appToken);
  const lines = Array.from(tokens, ([subject, token]) => `${tokenLine({ subject, scopes: ALL }, token)}\n`);
  await writeFile(file, lines.join(''));

  const [port, portOfA, portOfB] = [await freePort(), await freePort(), await freePort()];
  const [sandbox, redis] = await Promise.all([startSandbox(ofSandbox), startRedis()]);
  const settings = {
    AGORA_CHAT_HOST: sandbox.url,
    AGORA_CHAT_APP_KEY: `${SANDBOX.orgName}#${SANDBOX.appName}`,
    // A server that can tell the sandbox by its credentials does not share its rate limit.
    AGORA_CHAT_APP_TOKEN_FILE: appToken,
    AGORA_THREADS_REDIS_URL: redis.url,
    AGORA_THREADS_HTTP_TOKENS_FILE: file,
    AGORA_THREADS_HTTP_URL: `https://127.0.0.1:${port}`,
    ...env,
  };
  const [a, b] = await Promise.all([
    startReplica({ name: 'a', port: portOfA, env: settings, flags, onLine }),
    startReplica({ name: 'b', port: portOfB, env: settings, flags, onLine }),
  ]);
  const nginx = await startNginx(port, [portOfA, portOfB]);
  return {
    url: new URL('/mcp', nginx.origin),
    sandbox,
    redis,
    nginx,
    a,
    b,
    tokenOf(subject) {
      const token = tokens.get(subject);
      if (token === undefined) throw new Error(`${subject} has no token`);
      return token;
    },
    async close() {
      await Promise.all([a.kill(), b.kill(), nginx.close(), redis.kill()]);
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
