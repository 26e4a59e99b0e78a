import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Fault, parseFaults } from '../sandbox/faults.ts';
import { SANDBOX, SANDBOX_HINTS } from '../sandbox/identity.ts';
import { startSandbox } from '../sandbox/server.ts';

/** Runs the sandbox alone until it is interrupted, and prints the settings that point a server at it. */
export async function sandbox(args: readonly string[]): Promise<void> {
  const options = await readOptions(args).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  if (options instanceof Error) {
    process.stderr.write(`agora-threads-mcp sandbox: ${options.message}\n`);
    process.exitCode = 2;
    return;
  }
  const running = await startSandbox(options).catch((error: NodeJS.ErrnoException) => error);
  if (running instanceof Error) {
    process.stderr.write(
      `agora-threads-mcp sandbox: port ${options.port} cannot be used (${running.code ?? running.message}).\n`,
    );
    process.exitCode = 2;
    return;
  }
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

async function readOptions(args: readonly string[]): Promise<{ port: number; faults: Fault[] }> {
  const { values } = parseArgs({ args: [...args], options: { port: { type: 'string' }, faults: { type: 'string' } } });
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error('--port takes a whole number from 0 to 65535.');
  }
  return { port, faults: values.faults === undefined ? [] : await readFaults(values.faults) };
}

async function readFaults(file: string): Promise<Fault[]> {
  const text = await readFile(file, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON.`);
  }
  return parseFaults(json);
}
