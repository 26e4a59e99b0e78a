import { assemble } from '../app/build-server.ts';
import { createLog } from '../base/log.ts';
import { type Ask, connectInProcess } from '../mcp/tool-client.ts';
import type { Config } from '../settings/read-config.ts';
import { tell } from './terminal.ts';

/**
 * Starts a server in this process for a command of ours, which gets what an assistant would get.
 *
 * @returns its client; closing that ends the server, too
 */
export async function startOwnServer(config: Config, ask: Ask, options?: Parameters<typeof assemble>[2]) {
  const { server, connector } = assemble(config, createLog(config.logLevel, tell), options);
  const client = await connectInProcess(server, ask);
  return {
    ...client,
    async close() {
      await client.close();
      await connector.close();
    },
  };
}
