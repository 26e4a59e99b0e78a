import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { version } from '../base/version.ts';
import { instructionsFor } from '../mcp/instructions.ts';
import { createServer, type ServerOptions, type ThreadsServer } from '../mcp/server.ts';
import type { Config } from '../settings/read-config.ts';
import { type Connector, createConnector } from './connector.ts';
import { isSandbox } from './is-sandbox.ts';
import { toolsFor, toolsForViews } from './tool-registry.ts';

/** The server for these settings and its connection to the app, the same for an assistant and for a script. */
export function assemble(
  config: Config,
  log: Log,
  options: Pick<ServerOptions, 'formIs' | 'onFailure'> = {},
): { server: ThreadsServer; connector: Connector } {
  const connector = createConnector(config, systemClock, version, Math.random, log);
  const server = createServer({
    version,
    tools: toolsFor(config),
    toolsForViews,
    readPage,
    prompts: async (context) => (await import('../../prompts/index.ts')).promptsFor(context),
    instructions: instructionsFor(config),
    confirm: config.confirm,
    language: config.language,
    connect: connector.connect,
    sandbox: isSandbox(config.target),
    clock: systemClock,
    log,
    ...options,
  });
  return { server, connector };
}

/** The file lies beside main.js, into which this is bundled. */
async function readPage(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(new URL('view.html', import.meta.url), 'utf8');
}
