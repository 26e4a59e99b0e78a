import '../mcp/zod-jitless.ts';
import { assemble } from '../app/build-server.ts';
import { knownTools } from '../app/tool-registry.ts';
import { systemClock } from '../base/clock.ts';
import { createLog } from '../base/log.ts';
import { lineTransport } from '../mcp/json-rpc.ts';
import { problemText } from '../settings/problem.ts';
import { readConfig } from '../settings/read-config.ts';

/** When the host is gone, open connections get this long to close, in milliseconds. */
const LAST_MOMENT_MS = 500;

/** Without this, the server would seem to hang to a person who starts it in a terminal. */
const WAITING =
  'agora-threads-mcp waits for an MCP client on stdin; Ctrl-C ends it. To see it at work: agora-threads-mcp demo. Help: --help.\n';

/**
 * Serves MCP on stdin and stdout until the host goes away.
 *
 * @throws UsageError for an unknown flag or an invalid value
 */
export async function serve(args: readonly string[]): Promise<void> {
  const config = readConfig(args.length === 0 ? process.env : await environment(args), knownTools);
  const log = createLog(config.logLevel, (line) => process.stderr.write(line));
  // A host may close our stderr; that must not end the server.
  process.stderr.on('error', () => undefined);
  if (config.target.kind === 'unusable') {
    for (const problem of config.target.problems) log.warn(problemText(problem));
  }
  const { server, connector } = assemble(config, log);

  if (process.stdin.isTTY) process.stderr.write(WAITING);

  const leave = () => void server.close();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, leave);
  await server.connect(lineTransport({ input: process.stdin, output: process.stdout, clock: systemClock }));
  await server.ended;
  setTimeout(() => process.exit(0), LAST_MOMENT_MS).unref();
  await connector.close();
  process.exitCode = 0;
}

/** Loads the parser of flags only here: most hosts give none. */
async function environment(args: readonly string[]): Promise<Record<string, string | undefined>> {
  const { environmentOf, noWords, readCommandLine, settingFlags } = await import('./flags.ts');
  const { words, settings } = readCommandLine(args, [], settingFlags);
  noWords(words);
  return environmentOf(process.env, settings);
}
