import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../base/clock.ts';
import { lineTransport } from './json-rpc.ts';
import { type Ask, connectToolClient, type ToolClient } from './tool-client.ts';

/**
 * A client of this server in a Node process of its own, started as a host would start it. Closing the client waits for
 * the end of the process.
 *
 * @param script the file that Node runs
 * @param env all environment variables of the process
 */
export async function connectChildProcess(
  script: string,
  env: Readonly<Record<string, string>>,
  ask: Ask,
): Promise<ToolClient> {
  const child = spawn(process.execPath, [script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const transport = lineTransport({ input: child.stdout, output: child.stdin, clock: systemClock });
  const client = await connectToolClient(transport, 'agora-threads-demo', ask);
  return {
    ...client,
    async close() {
      await client.close();
      child.stdin.end();
      await gone;
    },
  };
}
