import { assemble } from '../app/build-server.ts';
import { knownTools } from '../app/tool-registry.ts';
import { systemClock } from '../base/clock.ts';
import type { Language } from '../base/language.ts';
import { createLog, type Log } from '../base/log.ts';
import { lineTransport } from '../mcp/json-rpc.ts';
import { problemText } from '../settings/problem.ts';
import { type Config, type Environment, readConfig } from '../settings/read-config.ts';
import { exitSoon, signalled } from './signals.ts';

/** Without this, the server would seem to hang to a person who starts it in a terminal. */
const WAITING: Readonly<Record<Language, string>> = {
  en: 'agora-threads-mcp waits for an MCP client on stdin; Ctrl-C ends it. To see it at work: agora-threads-mcp demo. Help: --help.',
  zh: 'agora-threads-mcp 正在 stdin 上等待 MCP 客户端，按 Ctrl-C 结束。看演示：agora-threads-mcp demo。帮助：--help。',
};

/** Writes to stderr. Opening it takes a millisecond, and most starts have nothing to write. */
export function toStderr(text: string): void {
  const { stderr } = process;
  // A host may close our stderr; that must not end the server.
  if (stderr.listenerCount('error') === 0) stderr.on('error', () => undefined);
  stderr.write(text);
}

/** Reads the settings of a server, and logs what is wrong with them. */
export function readServerConfig(environment: Environment): { config: Config; log: Log } {
  const config = readConfig(environment, knownTools);
  const log = createLog(config.logLevel, toStderr);
  if (config.target.kind === 'unusable') {
    for (const problem of config.target.problems) log.warn(problemText(problem));
  }
  return { config, log };
}

/** Serves MCP on stdin and stdout until the host goes away. */
export async function serveStdio({ config, log }: ReturnType<typeof readServerConfig>): Promise<void> {
  const { server, connector } = assemble(config, log);
  if (process.stdin.isTTY) toStderr(`${WAITING[config.language]}\n`);
  void signalled().then(() => server.close());
  await server.connect(lineTransport({ input: process.stdin, output: process.stdout, clock: systemClock }));
  await server.ended;
  exitSoon();
  await connector.close();
}
