import { version } from '../base/version.ts';
import { call } from './call.ts';
import type { Command, Commands } from './command.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { exportAll } from './export.ts';
import { help } from './help.ts';
import { sandbox } from './sandbox.ts';
import { serve } from './serve.ts';
import { print } from './terminal.ts';
import { token } from './token.ts';
import { tools } from './tools.ts';

/** What can follow the name of the binary. A server that an assistant starts loads nothing of it. */
const commands: Readonly<Record<string, Command>> = {
  serve: {
    say: (words) => words.serve,
    usage: ['[SETTINGS]', '--http [--listen ADDRESS] [--port N] [SETTINGS]'],
    examples: [
      '',
      '--read-only',
      'serve --http --port 8080 --http-tokens-file /etc/agora-threads/tokens.txt',
      'serve --host a41.chat.agora.io --app-id 0123456789abcdef0123456789abcdef --app-certificate-file secret.txt',
    ],
    settings: true,
    run: serve,
  },
  call: {
    say: (words) => words.call,
    usage: ["TOOL '{json}' [--json] [--confirm THREAD_ID]... [SETTINGS]", 'TOOL [KEY=VALUE]... [--json] ...'],
    words: Number.POSITIVE_INFINITY,
    listFlag: 'confirm',
    takesArguments: true,
    examples: [
      'call list_user_threads username=lin limit=5',
      'call create_thread \'{"group_id":"210000000000001","msg_id":"1882277349226622683","name":"Paid","owner":"lin"}\'',
      'call list_threads max_scan=5000 --json',
      'call delete_thread thread_id=240000142270761 --confirm 240000142270761',
    ],
    settings: true,
    run: call,
  },
  export: {
    say: (words) => words.export,
    usage: [
      '[--group ID | --user ID] [--created-after TIME] [--created-before TIME] [--members] [--format jsonl|csv] [--bom] [--out FILE] [SETTINGS]',
    ],
    examples: [
      'export --out threads.jsonl',
      'export --created-before 2026-01-01 --members --format csv --bom --out old.csv',
      'export --user lin | jq -r \'select(.type=="thread").name\'',
    ],
    settings: true,
    run: exportAll,
  },
  tools: {
    say: (words) => words.tools,
    usage: ['[TOOL] [--json] [SETTINGS]'],
    words: 1,
    examples: ['tools', 'tools list_user_threads', 'tools --json --read-only'],
    settings: true,
    run: tools,
  },
  demo: {
    say: (words) => words.demo,
    run: demo,
  },
  doctor: {
    say: (words) => words.doctor,
    usage: ['[--config FILE [--server NAME]] [--json] [--offline] [SETTINGS]'],
    examples: ['doctor', 'doctor --config .vscode/mcp.json', 'doctor --config ~/.claude.json --server agora-threads'],
    settings: true,
    run: doctor,
  },
  sandbox: {
    say: (words) => words.sandbox,
    usage: ['[--port N] [--faults FILE]'],
    examples: ['sandbox --port 8123'],
    run: sandbox,
  },
  token: {
    say: (words) => words.token,
    usage: ['NAME --scopes read,write,delete'],
    words: 1,
    examples: ['token lin --scopes read,write,delete >> tokens.txt', 'token dashboard --scopes read'],
    run: token,
  },
  help: {
    say: (words) => words.help,
    usage: ['[COMMAND]'],
    words: Number.POSITIVE_INFINITY,
    run: async (line) => help(line, COMMANDS),
  },
  version: {
    say: (words) => words.version,
    run: async () => print(version),
  },
};

export const COMMANDS: Commands = new Map(Object.entries(commands));
