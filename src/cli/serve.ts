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
 * Serves MCP on stdin and stdout until the host goes away; with `--http` over HTTP, to a team.
 *
 * @throws UsageError for an unknown flag or an invalid value
 */
export async function serve(args: readonly string[]): Promise<void> {
  const { environment, flags } = args.length === 0 ? WITHOUT_FLAGS : await readFlags(args);
  const config = readConfig(environment, knownTools);
  const log = createLog(config.logLevel, (line) => process.stderr.write(line));
  // A host may close our stderr; that must not end the server.
  process.stderr.on('error', () => undefined);
  if (config.target.kind === 'unusable') {
    for (const problem of config.target.problems) log.warn(problemText(problem));
  }
  if (HTTP_FLAGS.some(({ name }) => flags.has(name))) {
    const { readListen, serveHttp } = await import('./serve-http.ts');
    return serveHttp(config, log, readListen(flags));
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

interface ServeFlags {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

const WITHOUT_FLAGS: ServeFlags = { environment: process.env, flags: new Map() };

const HTTP_FLAGS = [{ name: 'http' }, { name: 'listen', value: 'ADDRESS' }, { name: 'port', value: 'N' }];

/** Loads the parser of flags only here: most hosts give none. */
async function readFlags(args: readonly string[]): Promise<ServeFlags> {
  const { environmentOf, noWords, readCommandLine, settingFlags } = await import('./flags.ts');
  const { words, flags, settings } = readCommandLine(args, HTTP_FLAGS, settingFlags);
  noWords(words);
  return { environment: environmentOf(process.env, settings), flags };
}
