import { closest } from './base/did-you-mean.ts';
import type { Command, Commands } from './cli/command.ts';
import { UsageError } from './cli/usage-error.ts';

/** Each command is imported when it is called, so that serving loads none of the others. */
const COMMANDS: Commands = {
  serve: {
    summary: 'Serve MCP on stdin and stdout: what an assistant starts (the default)',
    usage: ['[SETTINGS]'],
    examples: [
      '',
      '--read-only',
      'serve --host a41.chat.agora.io --app-id 0123456789abcdef0123456789abcdef --app-certificate-file secret.txt',
    ],
    settings: true,
    run: async (args) => (await import('./cli/serve.ts')).serve(args),
  },
  call: {
    summary: 'Call one tool, for scripts and CI',
    usage: ["TOOL '{json}' [--json] [--confirm THREAD_ID]... [SETTINGS]", 'TOOL [KEY=VALUE]... [--json] ...'],
    flags: {
      '--json':
        'Print the structure of the result alone, in one line; for an error {"error":{"code":"...","text":"..."}}, with the text on stderr as well',
      '--confirm THREAD_ID':
        'Say yes to the question of a tool that deletes, by naming exactly the threads that the call is about: once for each, or separated by commas',
    },
    notes: [
      "A VALUE is read as the tool's argument is typed: a text, a number, true or false; an id stays a text. The items of a list are separated by commas, or the key is given again. What holds a comma itself needs the JSON form.",
      'A tool that deletes asks on the terminal, and only y or yes deletes. Without a terminal it needs --confirm; left out, the question stands on stderr and nothing is deleted.',
    ],
    exitCodes: {
      0: 'Done; the result stands on stdout',
      1: 'The tool failed (the error stands on stderr), was declined, did a part only, or lost the answer',
      2: 'Used wrongly: the command line, the arguments or the settings. Nothing was changed',
      130: 'Cancelled by Ctrl-C. What was sent before may have been done',
    },
    examples: [
      'call list_user_threads username=lin limit=5',
      'call create_thread \'{"group_id":"210000000000001","msg_id":"1882277349226622683","name":"Paid","owner":"lin"}\'',
      'call list_threads max_scan=5000 --json',
      'call delete_thread thread_id=240000142270761 --confirm 240000142270761',
    ],
    settings: true,
    run: async (args) => (await import('./cli/call.ts')).call(args),
  },
  tools: {
    summary: 'List the tools with their arguments',
    usage: ['[TOOL] [--json] [SETTINGS]'],
    flags: { '--json': 'Print the answer to tools/list, as an assistant gets it' },
    notes: ['With a TOOL: all of its description.'],
    examples: ['tools', 'tools list_user_threads', 'tools --json --read-only'],
    settings: true,
    run: async (args) => (await import('./cli/tools.ts')).tools(args),
  },
  demo: {
    summary: 'Play a short scene on the embedded sandbox',
    usage: [''],
    run: async (args) => (await import('./cli/demo.ts')).demo(args),
  },
  doctor: {
    summary: 'Check settings, network and service, and say what to do',
    usage: ['[--json] [--offline] [SETTINGS]'],
    flags: {
      '--json': 'Print all checks as one JSON object',
      '--offline': 'Look at what needs no network alone',
    },
    exitCodes: {
      0: 'Good',
      1: 'A check with the service failed',
      2: 'Something is wrong that needed no service to be found',
    },
    settings: true,
    run: async (args) => (await import('./cli/doctor.ts')).doctor(args),
  },
  sandbox: {
    summary: 'Run the sandbox alone, and print the settings that reach it',
    usage: ['[--port N] [--faults FILE]'],
    flags: {
      '--port N': 'Listen there; by default on a free port',
      '--faults FILE':
        'A JSON file of faults to rehearse, such as [{"on":"list","kind":"status","status":403,"description":"thread not open."}]',
    },
    notes: [
      'A fault has "on": the call that it strikes (create, rename, delete, list, list_user, list_user_group, members, add_members, remove_members, token, get, list_group, list_groups, list_user_groups, list_joined_groups, group_members, get_groups, get_user, or * for any); "kind"; and, if wanted, "times": how often it strikes, and "skip": how many requests pass first.',
      'Kinds that do not let the work be done: status (with "status", and "error", "description", "retry_after" or "body"), rate_limit (with "retry_after"), html (with "status"), reset_before, no_answer_before, expired_token. Kinds that do: latency (with "ms"), reset_after, no_answer, cut_body, empty_body, stuck_cursor.',
    ],
    examples: ['sandbox --port 8123'],
    run: async (args) => (await import('./cli/sandbox.ts')).sandbox(args),
  },
  help: {
    summary: 'Show the commands and settings, or one command; also --help',
    usage: ['[COMMAND]'],
    run: async (args) => (await import('./cli/help.ts')).help(args, COMMANDS),
  },
  version: {
    summary: 'Print the version; also --version',
    usage: [''],
    run: async (args) => (await import('./cli/help.ts')).printVersion(args),
  },
};

const ALIASES: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

const find = (word: string): Command | undefined => (Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined);

async function main(args: readonly string[]): Promise<void> {
  const [first = 'serve', ...rest] = args;
  const word = ALIASES[first] ?? first;
  // Without a command, flags are those of the server.
  const name = word.startsWith('-') ? 'serve' : word;
  const behind = word.startsWith('-') ? args : rest;
  if (name !== 'serve') endWithTheReader();
  try {
    const command = find(name);
    if (!command) throw await unknownCommand(first);
    const others = behind.filter((arg) => arg !== '--help' && arg !== '-h');
    if (others.length === behind.length) await command.run(behind);
    else await find('help')?.run(name === 'help' ? others : [name]);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const of = find(name) && word === name && name !== 'help' ? ` ${name}` : '';
    const gap = error.message.includes('\n') ? '\n' : ' ';
    const text = `${error.message}${gap}See agora-threads-mcp${of} --help.`;
    process.stderr.write(`agora-threads-mcp${of}: ${text}\n`);
    // Who asked for JSON reads stdout.
    if (name === 'call' && behind.includes('--json')) {
      process.stdout.write(`${JSON.stringify({ error: { code: 'bad_usage', text } })}\n`);
    }
    process.exitCode = 2;
  }
}

async function unknownCommand(word: string): Promise<UsageError> {
  const told = `there is no command ${JSON.stringify(word)}.`;
  const { toolNames } = await import('./app/tool-registry.ts');
  if (toolNames.includes(word)) return new UsageError(`${told} It is a tool: agora-threads-mcp call ${word}.`);
  const near = closest(word, Object.keys(COMMANDS));
  return new UsageError(near === undefined ? told : `${told} Did you mean "${near}"?`);
}

/** Ends quietly when nobody reads on, as in `demo | head`; serving has its own way to end. */
function endWithTheReader(): void {
  process.stdout.on('error', () => process.exit());
  process.stderr.on('error', () => undefined);
}

await main(process.argv.slice(2));
