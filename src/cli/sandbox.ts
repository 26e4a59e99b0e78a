import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { systemCode } from '../base/system-code.ts';
import { SANDBOX_HINTS } from '../sandbox/identity.ts';
import type { Fault } from '../sandbox/index.ts';
import type { CommandLine } from './command.ts';
import { readPort } from './flags.ts';
import { settingsOf } from './sandbox-settings.ts';
import { signalled } from './signals.ts';
import { print } from './terminal.ts';
import { wordsFor } from './terminal-words.ts';
import { cannotListen, UsageError } from './usage-error.ts';

/**
 * Runs a standalone sandbox until it is interrupted, and prints the settings that point a server at it.
 *
 * @throws UsageError for a port or a file that cannot be used
 */
export async function sandbox({ flags, environment }: CommandLine): Promise<void> {
  const port = readPort(flags, 0);
  const file = flags.get('faults');
  const faults = file === undefined ? [] : await readFaults(file);
  const { startSandbox } = await import('../sandbox/index.ts');
  const running = await startSandbox({ port, faults }).catch((error: unknown) => {
    throw cannotListen(error, '127.0.0.1', port);
  });
  const [message] = SANDBOX_HINTS.freeMessages;
  const say = wordsFor(environment).sandbox;
  const users = SANDBOX_HINTS.users.join(', ');
  const groups = SANDBOX_HINTS.groups.map(({ id, name }) => `${id} (${name})`).join(', ');
  print(`${say.listening(running.url)}
${say.data}

${say.settings}

${settingsOf(running.url, fileURLToPath(new URL('main.js', import.meta.url)), say)}
${say.toTry(users, groups, message.id, message.group_id, message.owner)}`);
  await signalled();
  await running.close();
}

/**
 * @throws UsageError where the file cannot be read, or does not hold faults
 */
async function readFaults(file: string): Promise<Fault[]> {
  const { FaultsError, parseFaults } = await import('../sandbox/index.ts');
  try {
    return parseFaults(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const fault = `--faults ${file} cannot be used:`;
    if (error instanceof FaultsError) throw new UsageError([fault, ...error.lines].join('\n'));
    if (error instanceof SyntaxError) throw new UsageError(`${fault} it is not JSON.`);
    throw new UsageError(`${fault} it cannot be read (${systemCode(error) ?? 'unknown reason'}).`);
  }
}
