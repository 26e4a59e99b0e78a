import { type documented, SETTING_GROUPS, type SettingGroup } from '../settings/schema.ts';

/** What the help says of a command. */
export interface CommandWords {
  /** One line: what it does. */
  readonly summary: string;
  /** Its own flags with their values, and what each does. A flag without a value is a yes. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Paragraphs about its behaviour. */
  readonly notes?: readonly string[];
  /** Its exit codes, if there are others than 0 and 2. */
  readonly exitCodes?: Readonly<Record<number, string>>;
}

const groups: Readonly<Record<SettingGroup, string>> = SETTING_GROUPS;

/** What the help says. Usage, flags and examples are the same in every language. */
export const en = {
  titles: {
    usage: 'Usage',
    commands: 'Commands',
    flags: 'Flags',
    exitCodes: 'Exit codes',
    examples: 'Examples',
    settings: 'Settings',
  },
  /** Follows the name and the version. */
  what: ': the message threads of an Agora Chat app, as an MCP server',
  moreOfEach: (help: string) => `${help} tells more of each.`,
  moreOfCall: (help: string) => `${help} has the flags, exit codes and examples.`,
  settingsFrom: [
    'Each by a flag of serve, call, export, tools and doctor, or in the environment; a flag wins.',
    'With none set the embedded sandbox answers.',
  ],
  settingsAre: (help: string) => `[SETTINGS] are the flags that ${help} lists, such as --host or --read-only.`,
  groups,
  /** Of a setting by its flag, which needs no `1: ...`. */
  meaning: ({ meaning }: Setting) => meaning.replace(/^1: (.)/, (_all, first: string) => first.toUpperCase()),
  withDefault: (meaning: string, value: string) => `${meaning} (default ${value})`,
  orItself: (file: string, name: string) => `${file}, or ${name} itself`,
  sentence: (text: string) => `${text}.`,

  commands: {
    serve: {
      summary: 'Serve MCP on stdin and stdout: what an assistant starts (the default)',
      flags: {
        '--http': 'Serve a team over HTTP instead, at /mcp',
        '--listen ADDRESS': 'Listen there; 127.0.0.1 by default, any other than loopback only with tokens',
        '--port N': 'The port, 8080 by default',
      },
      notes: [
        'Over HTTP each person needs a bearer token (see help token); leave TLS to a proxy. SIGTERM ends the server within six seconds: open questions end with "not deleted", and calls already sent may still be answered.',
      ],
    },
    call: {
      summary: 'Call one tool, for scripts and CI',
      flags: {
        '--json':
          'Print only the structure of the result, on one line; for an error {"error":{"code":"...","text":"..."}}, with the text on stderr as well',
        '--confirm THREAD_ID':
          'Confirm a deletion without a prompt by repeating the exact thread ids: once for each, or separated by commas',
      },
      notes: [
        "Values are parsed by the argument's type: text, a number, true or false; an id stays text. Separate the items of a list with commas, or repeat the key. An item that contains a comma needs the JSON form.",
        'A tool that deletes asks on the terminal, and only y or yes deletes. Without a terminal it needs --confirm; without that, the question goes to stderr and nothing is deleted.',
      ],
      exitCodes: {
        0: 'Done; the result is on stdout',
        1: 'The tool failed (the error is on stderr), was declined, did only a part, or lost the answer',
        2: 'Wrong usage: the command line, the arguments or the settings. Nothing was changed',
        130: 'Cancelled by Ctrl-C. What was sent before may have been done',
      },
    },
    export: {
      summary: 'Write all threads to a file or to stdout',
      flags: {
        '--group ID': 'Only threads of this group',
        '--user ID': 'Only threads that this user has joined',
        '--created-after TIME': 'ISO date or time, inclusive; UTC',
        '--created-before TIME': 'ISO date or time, exclusive',
        '--members': 'With the members of each thread: one more call a thread, or more',
        '--format jsonl|csv': 'JSON lines (the default) hold exact values; CSV is for spreadsheets',
        '--bom': 'Begin CSV with a byte order mark, by which Excel knows UTF-8',
        '--out FILE': 'Write a new file that only you can read; an existing one is never written over',
      },
      notes: [
        'JSON lines: the first has "type":"agora-threads-export"; then one "thread" a line, "unresolved" for a thread of which no list tells more than its id (nobody is in it, or it could not be read), and last "end" with "complete". Without that last line the export is incomplete.',
        "In CSV a cell that begins with = + - @ (in full width too), a tab, a line break or ' gets a ' before it, so that no spreadsheet runs it, and so does an id of 15 or more digits, which would lose some as a number. Take one leading ' away to have the exact value.",
        'Threads of a group or a user are found in the lists of its members: one that nobody is in is in none of them. Only half of the rate limit is used.',
      ],
      exitCodes: {
        0: 'Complete',
        1: 'Failed: nothing was exported',
        2: 'Wrong usage, or the file exists',
        3: 'Incomplete: the last line says so',
        130: 'Cancelled by Ctrl-C; the last line is missing',
      },
    },
    tools: {
      summary: 'List the tools with their arguments',
      flags: { '--json': 'Print the answer to tools/list, as an assistant gets it' },
      notes: ['With a TOOL: all of its description.'],
    },
    demo: { summary: 'Play a short scene on the embedded sandbox' },
    doctor: {
      summary: 'Check settings, network and service, and say what to do',
      flags: {
        '--config FILE':
          'Check the server that an assistant starts, by its JSON configuration: .mcp.json or .claude.json (Claude Code), claude_desktop_config.json, .cursor/mcp.json, .vscode/mcp.json, opencode.json, .gemini/settings.json, .qwen/settings.json, mcp-config.json (Copilot CLI)',
        '--server NAME': 'The server in that file, if it is not the only one that starts this program',
        '--json': 'Print all checks as one JSON object',
        '--offline': 'Skip all network checks',
      },
      notes: [
        'With --config, settings come from the file, not from this shell, with the variables that this assistant fills in. Their values come from this shell, and so do proxies and certificates. What VS Code asks for is taken from the setting of the same name in this shell. Secrets are never printed.',
      ],
      exitCodes: {
        0: 'Good',
        1: 'A check with the service failed',
        2: 'A check on this machine failed, or the command line or the file is wrong',
        3: 'Nothing is wrong, but only a sandbox was checked: no setting names your app',
      },
    },
    sandbox: {
      summary: 'Run a standalone sandbox, and print the settings that reach it',
      flags: {
        '--port N': 'Listen there; by default on a free port',
        '--faults FILE':
          'A JSON file of faults to rehearse, such as [{"on":"list","kind":"status","status":403,"description":"thread not open."}]',
      },
      notes: [
        'A fault has "on": the call that it strikes (create, rename, delete, list, list_user, list_user_group, members, add_members, remove_members, token, get, list_group, list_groups, list_user_groups, list_joined_groups, group_members, get_groups, get_user, or * for any); "kind"; and, if wanted, "times": how often it strikes, and "skip": how many requests pass first.',
        'Kinds that do not let the work be done: status (with "status", and "error", "description", "retry_after" or "body"), rate_limit (with "retry_after"), html (with "status"), reset_before, no_answer_before, expired_token. Kinds that do: latency (with "ms"), reset_after, no_answer, cut_body, empty_body, stuck_cursor.',
      ],
    },
    token: {
      summary: 'Make a bearer token for serve --http, and the line that lets it in',
      flags: {
        '--scopes read,write,delete': 'What its holder may do: one or more, separated by commas; none includes another',
      },
      notes: [
        'The token goes to stderr, once; this server never stores it. Its line goes to stdout: append it to the file that AGORA_THREADS_HTTP_TOKENS_FILE names. A running server reads that file again within a second.',
        'A name may have several tokens, such as an old and a new one. To revoke a token, remove its line.',
      ],
    },
    help: { summary: 'Show the commands and settings, or one command; also --help' },
    version: { summary: 'Print the version; also --version' },
  },
};

type Setting = (typeof documented)[number];
export type HelpWords = typeof en;
