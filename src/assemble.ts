import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { toolsFor } from '../tools/wanted.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { instructionsFor } from './instructions.ts';
import type { Log } from './log.ts';
import { createServer } from './server.ts';
import { type Connector, createConnector } from './session.ts';
import { version } from './version.ts';

/** The server that the settings ask for, and its way to the app: the same for an assistant and for a script. */
export function assemble(config: Config, log: Log): { server: Server; connector: Connector } {
  const connector = createConnector(config, systemClock, version, Math.random);
  const server = createServer({
    version,
    tools: toolsFor(config),
    prompts: async (context) => (await import('../prompts/index.ts')).promptsFor(context),
    instructions: instructionsFor(config),
    confirm: config.confirm,
    connect: connector.connect,
    sandbox: config.target.kind === 'sandbox',
    clock: systemClock,
    log,
  });
  return { server, connector };
}
