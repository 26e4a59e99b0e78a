import { closest } from './closest.ts';

/** Each command is imported when it is called, so that serving loads none of the others. */
const COMMANDS = {
  serve: async () => (await import('./commands/serve.ts')).serve(),
  demo: async () => (await import('./commands/demo.ts')).demo(),
  doctor: async (args: readonly string[]) => (await import('./commands/doctor.ts')).doctor(args),
  sandbox: async (args: readonly string[]) => (await import('./commands/sandbox.ts')).sandbox(args),
  help: async () => (await import('./commands/help.ts')).help(),
  version: async () => (await import('./commands/help.ts')).printVersion(),
};

type Command = keyof typeof COMMANDS;

const ALIASES: Readonly<Record<string, Command>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

const isCommand = (word: string): word is Command => Object.hasOwn(COMMANDS, word);

async function main([word = 'serve', ...args]: readonly string[]): Promise<void> {
  const command = ALIASES[word] ?? word;
  if (isCommand(command)) return COMMANDS[command](args);
  const near = closest(command, Object.keys(COMMANDS));
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  process.stderr.write(
    `agora-threads-mcp: there is no command ${JSON.stringify(word)}.${hint} See agora-threads-mcp --help.\n`,
  );
  process.exitCode = 2;
}

await main(process.argv.slice(2));
