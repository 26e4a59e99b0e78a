import type { Command, CommandLine } from './cli/command.ts';
import { COMMANDS } from './cli/commands.ts';
import { UsageError } from './cli/usage-error.ts';

async function main(args: readonly string[]): Promise<void> {
  const [name, following] = commandOf(args);
  const command = COMMANDS.get(name);
  if (name !== 'serve') exitWhenNobodyReads();
  try {
    if (!command) throw (await import('./cli/help.ts')).unknownCommand(name, COMMANDS);
    await command.run(await readLine(following, command));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const called = command && name === args[0] && name !== 'help' ? `agora-threads-mcp ${name}` : 'agora-threads-mcp';
    const gap = error.message.includes('\n') ? '\n' : ' ';
    const { forTerminal } = await import('./base/escape.ts');
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

/** Most hosts give no flags, and the parser is not loaded for them. */
async function readLine(args: readonly string[], command: Command): Promise<CommandLine> {
  if (args.length === 0) return { words: [], flags: new Map(), settings: {}, environment: process.env };
  return (await import('./cli/flags.ts')).readCommandLine(args, command);
}

/** Ends quietly when the reader of a pipe is gone, as in `demo | head`. Serving ends in its own way. */
function exitWhenNobodyReads(): void {
  process.stdout.on('error', () => process.exit());
  process.stderr.on('error', () => undefined);
}

await main(process.argv.slice(2));
