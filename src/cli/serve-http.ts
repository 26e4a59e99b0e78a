import { assembleForTeam } from '../app/build-server.ts';
import { systemClock } from '../base/clock.ts';
import { quoted, visible } from '../base/escape.ts';
import type { Log } from '../base/log.ts';
import { isLoopback } from '../base/loopback.ts';
import { redact, toRedactedJson } from '../base/redact.ts';
import type { TeamServer } from '../http/team-server.ts';
import type { Config } from '../settings/read-config.ts';
import type { CommandLine } from './command.ts';
import { readPort } from './flags.ts';
import { toStderr } from './serve-stdio.ts';
import { exitSoon, signalled } from './signals.ts';
import { cannotListen, UsageError } from './usage-error.ts';

/**
 * Serves MCP over HTTP to a team until a signal ends it.
 *
 * @throws UsageError where it cannot listen, or may not: beyond this machine only with tokens
 */
export async function serveHttp(config: Config, log: Log, flags: CommandLine['flags']): Promise<void> {
  const { http, target } = config;
  if (flags.get('http') !== '1') throw new UsageError('--listen and --port belong to --http.');
  const address = flags.get('listen') ?? '127.0.0.1';
  const port = readPort(flags, 8080);
  const isLocal = isLoopback(address);
  if (!isLocal && http.tokensFile === undefined) throw withoutTokens(address, 'is not set');
  const { newServer, connector } = assembleForTeam(config, log);
  const { startTeamServer } = await import('../http/team-server.ts');
  const server = await startTeamServer({
    address,
    port,
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
    throw cannotListen(error, visible(address, 100), port);
  });
  if (!server) throw withoutTokens(address, 'names a file without a token');
  toStderr(greeting(server, address, config));
  await signalled();
  log.info('Ending: no new sessions, and what is under way has five seconds.');
  await server.close();
  exitSoon();
  await connector.close();
}

const withoutTokens = (address: string, fault: string): UsageError =>
  new UsageError(
    `AGORA_THREADS_HTTP_TOKENS_FILE ${fault}, and without tokens this server listens on loopback only, not on ${quoted(address)}. agora-threads-mcp token NAME --scopes read makes a line of that file.`,
  );

function greeting({ port, tokens }: TeamServer, address: string, { http }: Config): string {
  const host = address.includes(':') ? `[${address}]` : address;
  const who =
    tokens > 0
      ? `valid tokens: ${tokens}.`
      : 'there is no valid token yet, so nobody can connect (see agora-threads-mcp token --help).';
  const names = http.url ? '' : ' It answers on loopback addresses only, since AGORA_THREADS_HTTP_URL is not set.';
  return `agora-threads-mcp serves MCP at http://${visible(host, 100)}:${port}/mcp as replica ${http.replica}; ${who}${names}\n`;
}
