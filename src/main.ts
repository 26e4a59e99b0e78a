import { COMMANDS, findCommand } from './cli/commands.ts';
import { UsageError } from './cli/usage-error.ts';

const ALIASES: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

async function main(args: readonly string[]): Promise<void> {
  const [first = 'serve', ...rest] = args;
  const word = ALIASES[first] ?? first;
  // Flags without a command belong to serve.
  const [name, commandArgs] = word.startsWith('-') ? ['serve', args] : [word, rest];
  const command = findCommand(name);
  if (name !== 'serve') exitWhenNobodyReads();
  try {
    if (!command) throw await (await import('./cli/help.ts')).unknownCommand(first, COMMANDS);
    const others = commandArgs.filter((arg) => arg !== '--help' && arg !== '-h');
    if (others.length === commandArgs.length) await command.run(commandArgs);
    else await findCommand('help')?.run(name === 'help' ? others : [name, ...others]);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const called = command && word === name && name !== 'help' ? `agora-threads-mcp ${name}` : 'agora-threads-mcp';
    const gap = error.message.includes('\n') ? '\n' : ' ';
    const { forTerminal } = await import('./base/escape.ts');
    const text = forTerminal(`${error.message}${gap}See ${called} --help.`);
    process.stderr.write(`${called}: ${text}\n`);
    // A script that asked for JSON reads stdout.
    if (name === 'call' && commandArgs.includes('--json')) {
      process.stdout.write(`${JSON.stringify({ error: { code: 'bad_usage', text } })}\n`);
    }
    process.exitCode = 2;
  }
}

/** Ends quietly when the reader of a pipe is gone, as in `demo | head`. Serving ends in its own way. */
function exitWhenNobodyReads(): void {
  process.stdout.on('error', () => process.exit());
  process.stderr.on('error', () => undefined);
}

await main(process.argv.slice(2));
