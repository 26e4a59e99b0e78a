import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { version } from '../base/version.ts';
import type { SessionOptions } from '../http/team-server.ts';
import { instructionsFor } from '../mcp/instructions.ts';
import { createServer, type ServerOptions, type ThreadsServer } from '../mcp/server.ts';
import type { Config } from '../settings/read-config.ts';
import { type Connector, createConnector } from './connector.ts';
import { isSandbox } from './is-sandbox.ts';
import { loadFirstCall, loadPrompts } from './load-later.ts';
import { allowedBy, toolsFor, toolsForViews } from './tool-registry.ts';

/** The server for these settings and its connection to the app, the same for an assistant and for a script. */
export function assemble(
  config: Config,
  log: Log,
  options: Pick<ServerOptions, 'formIs' | 'onFailure'> = {},
): { server: ThreadsServer; connector: Connector } {
  const connector = connectorFor(config, log);
  return { server: createServer({ ...serverOptions(config, connector, log), ...options }), connector };
}

/** The same for a team: a server for each session, all on one connection to the app. */
export function assembleForTeam(
  config: Config,
  log: Log,
): { newServer: (options: SessionOptions) => ThreadsServer; connector: Connector } {
  const connector = connectorFor(config, log);
  const shared = serverOptions(config, connector, log);
  const { replica } = config.http;
  return {
    connector,
    newServer({ grant: { subject, scopes }, ...options }) {
      const allowed = {
        tools: allowedBy(scopes, shared.tools),
        toolsForViews: allowedBy(scopes, shared.toolsForViews),
        instructions: instructionsFor(config, scopes),
      };
      return createServer({ ...shared, ...options, ...allowed, subject, replica });
    },
  };
}

const connectorFor = (config: Config, log: Log): Connector =>
  createConnector(config, systemClock, version, Math.random, log);

/** What the servers of all sessions share. */
export const serverOptions = (config: Config, { connect }: Connector, log: Log): ServerOptions => ({
  version,
  tools: toolsFor(config),
  toolsForViews,
  loadCaller: async (options, closing) => (await loadFirstCall()).callerFor(options, closing),
  readPage,
  prompts: loadPrompts,
  instructions: instructionsFor(config),
  confirm: config.confirm,
  language: config.language,
  connect,
  sandbox: isSandbox(config.target),
  clock: systemClock,
  log,
});

/** The file lies beside main.js, into which this is bundled. */
async function readPage(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(new URL('view.html', import.meta.url), 'utf8');
}
