import type { CommandLine } from './command.ts';
import { serveHttp } from './serve-http.ts';
import { readServerConfig, serveStdio } from './serve-stdio.ts';

/**
 * Serves MCP on stdin and stdout until the host goes away; with `--http` over HTTP, to a team.
 *
 * @throws UsageError where it cannot listen for HTTP
 */
export async function serve({ flags, environment }: CommandLine): Promise<void> {
  const { config, log } = readServerConfig(environment);
  if (flags.has('http') || flags.has('listen') || flags.has('port')) return serveHttp(config, log, flags);
  return serveStdio({ config, log });
}
