import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { parseFaults } from '../sandbox/faults.ts';
import { SANDBOX, SANDBOX_HINTS } from '../sandbox/identity.ts';
import { startSandbox } from '../sandbox/server.ts';

/** Runs the sandbox alone until it is interrupted, and prints the settings that point a server at it. */
export async function sandbox(args: readonly string[]): Promise<void> {
  const options = readArguments(args);
  if ('fault' in options) {
    process.stderr.write(`agora-threads-mcp sandbox: ${options.fault}\n`);
    process.exitCode = 2;
    return;
  }
  const faults = options.faults === undefined ? [] : parseFaults(JSON.parse(await readFile(options.faults, 'utf8')));
  const running = await startSandbox({ port: options.port, faults });
  const [message] = SANDBOX_HINTS.freeMessages;
  process.stdout.write(`An embedded Agora Chat is listening on ${running.url}
Its data is invented, kept in memory, and gone when it ends (Ctrl-C).

Point a server at it with
  AGORA_CHAT_HOST=${running.url}
  AGORA_CHAT_APP_KEY='${SANDBOX.orgName}#${SANDBOX.appName}'
  AGORA_CHAT_APP_TOKEN=${SANDBOX.appToken}

To try: users ${SANDBOX_HINTS.users.join(', ')}
        groups ${SANDBOX_HINTS.groups.map(({ id, name }) => `${id} (${name})`).join(', ')}
        message ${message.id} in group ${message.group_id}, owner ${message.owner}
`);
  const end = () => void running.close();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

function readArguments(args: readonly string[]): { port: number; faults?: string } | { fault: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, faults: { type: 'string' } },
    });
    const port = Number(values.port ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      return { fault: '--port takes a whole number from 0 to 65535.' };
    return { port, ...(values.faults === undefined ? {} : { faults: values.faults }) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}
