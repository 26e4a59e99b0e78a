import { forTerminal } from '../base/escape.ts';
import { COMMANDS } from './commands.ts';
import { readCommandLine } from './flags.ts';
import { unknownCommand } from './help.ts';
import { UsageError } from './usage-error.ts';

/** Runs what a command line asks for. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const [name, following] = commandOf(args);
  const command = COMMANDS.get(name);
  if (name !== 'serve') exitWhenNobodyReads();
  try {
    if (!command) throw unknownCommand(name, COMMANDS);
    await command.run(readCommandLine(following, command));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const called = command && name === args[0] && name !== 'help' ? `agora-threads-mcp ${name}` : 'agora-threads-mcp';
    const gap = error.message.includes('\n') ? '\n' : ' ';
    const text = forTerminal(`${error.message}${gap}See ${called} --help.`);
    process.stderr.write(`${called}: ${text}\n`);
    // A script that asked for JSON reads stdout.
    if (name === 'call' && following.includes('--json')) {
      process.stdout.write(`${JSON.stringify({ error: { code: 'bad_usage', text } })}\n`);
    }
    process.exitCode = 2;
  }
}

const ALIASES: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

/** The command, and what follows its name. Flags without a command belong to serve. */
function commandOf(args: readonly string[]): readonly [name: string, following: readonly string[]] {
  const [first = 'serve', ...rest] = args;
  const word = ALIASES[first] ?? first;
  const [name, following] = word.startsWith('-') ? (['serve', args] as const) : ([word, rest] as const);
  if (name !== 'help' && following.every((arg) => ALIASES[arg] !== 'help')) return [name, following];
  // `demo --help` is `help demo`, whatever flags are typed beside it.
  const words = name === 'help' ? following : [name, ...following];
  return ['help', words.filter((arg) => !arg.startsWith('-'))];
}

/** Ends quietly when the reader of a pipe is gone, as in `demo | head`. Serving ends in its own way. */
function exitWhenNobodyReads(): void {
  process.stdout.on('error', () => process.exit());
  process.stderr.on('error', () => undefined);
}
