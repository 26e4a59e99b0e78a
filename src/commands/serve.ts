import '../jitless.ts';
import { toolNames, toolsFor } from '../../tools/wanted.ts';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { instructionsFor } from '../instructions.ts';
import { createLog } from '../log.ts';
import { createServer, serveOver } from '../server.ts';
import { createConnector } from '../session.ts';
import { version } from '../version.ts';

/** What may still be open when the host is gone gets this long to end, in milliseconds. */
const LAST_MOMENT_MS = 500;

/** Serves MCP on stdin and stdout until the host goes away. */
export async function serve(): Promise<void> {
  const config = readConfig(process.env, toolNames);
  const log = createLog(config.logLevel, (line) => process.stderr.write(line));
  // A host that closes our stderr must not end us.
  process.stderr.on('error', () => undefined);
  if (config.target.kind === 'unusable') {
    for (const { text } of config.target.problems) log.warn(text);
  }
  const connector = createConnector(config, systemClock, version);
  const server = createServer({
    version,
    tools: toolsFor(config),
    instructions: instructionsFor(config),
    confirm: config.confirm,
    connect: connector.connect,
    sandbox: config.target.kind === 'sandbox',
    clock: systemClock,
    log,
  });

  const leave = () => void server.close();
  process.once('SIGINT', leave);
  process.once('SIGTERM', leave);
  await serveOver(server, { input: process.stdin, output: process.stdout, clock: systemClock });
  setTimeout(() => process.exit(0), LAST_MOMENT_MS).unref();
  await connector.close();
  process.exitCode = 0;
}
