import { assembleForTeam } from '../app/build-server.ts';
import { systemClock } from '../base/clock.ts';
import { quoted, visible } from '../base/escape.ts';
import type { Log } from '../base/log.ts';
import { isLoopback } from '../base/loopback.ts';
import { redact, toRedactedJson } from '../base/redact.ts';
import type { TeamServer } from '../http/team-server.ts';
import type { Config } from '../settings/read-config.ts';
import { cannotListen, UsageError } from './usage-error.ts';

export interface Listen {
  readonly address: string;
  readonly port: number;
}

const DEFAULTS: Listen = { address: '127.0.0.1', port: 8080 };
/** When nothing is under way any more, what is left gets this long to close, in milliseconds. */
const LAST_MOMENT_MS = 300;

/**
 * Reads where to listen.
 *
 * @throws UsageError for a port that is none, or where `--http` is missing
 */
export function readListen(flags: ReadonlyMap<string, readonly string[]>): Listen {
  if (flags.get('http')?.[0] !== '1') throw new UsageError('--listen and --port belong to --http.');
  const [address = DEFAULTS.address] = flags.get('listen') ?? [];
  const [port = String(DEFAULTS.port)] = flags.get('port') ?? [];
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port must be a whole number from 0 to 65535 (got ${quoted(port)}).`);
  }
  return { address, port: Number(port) };
}

/**
 * Serves MCP over HTTP to a team until a signal ends it.
 *
 * @throws UsageError where it cannot listen, or may not: beyond this machine only with tokens
 */
export async function serveHttp(config: Config, log: Log, listen: Listen): Promise<void> {
  const { http, target } = config;
  const isLocal = isLoopback(listen.address);
  if (!isLocal && http.tokensFile === undefined) throw withoutTokens(listen, 'is not set');
  const { newServer, connector } = assembleForTeam(config, log);
  const { startTeamServer } = await import('../http/team-server.ts');
  const server = await startTeamServer({
    ...listen,
    mayBeEmpty: isLocal,
    replica: http.replica,
    publicUrl: http.url,
    tokensFile: http.tokensFile,
    newServer,
    redact,
    redactedJson: toRedactedJson,
    state: () => ({
      configured: target.kind !== 'unusable',
      redis: config.redisUrl === undefined ? 'not set' : connector.redis(),
    }),
    clock: systemClock,
    log,
  }).catch((error: unknown) => {
    throw cannotListen(error, visible(listen.address, 100), listen.port);
  });
  if (!server) throw withoutTokens(listen, 'names a file without a token');
  process.stderr.write(greeting(server, listen, config));
  await signal();
  log.info('Ending: no new sessions, and what is under way has five seconds.');
  await server.close();
  setTimeout(() => process.exit(0), LAST_MOMENT_MS).unref();
  await connector.close();
  process.exitCode = 0;
}

const signal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve());
  });

const withoutTokens = ({ address }: Listen, fault: string): UsageError =>
  new UsageError(
    `AGORA_THREADS_HTTP_TOKENS_FILE ${fault}, and without tokens this server listens on loopback only, not on ${quoted(address)}. agora-threads-mcp token NAME --scopes read makes a line of that file.`,
  );

function greeting({ port, tokens }: TeamServer, { address }: Listen, { http }: Config): string {
  const host = address.includes(':') ? `[${address}]` : address;
  const who =
    tokens > 0
      ? `valid tokens: ${tokens}.`
      : 'there is no valid token yet, so nobody can connect (see agora-threads-mcp token --help).';
  const names = http.url ? '' : ' It answers on loopback addresses only, since AGORA_THREADS_HTTP_URL is not set.';
  return `agora-threads-mcp serves MCP at http://${visible(host, 100)}:${port}/mcp as replica ${http.replica}; ${who}${names}\n`;
}
