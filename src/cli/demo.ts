import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters, styleText } from 'node:util';
import * as z from 'zod';
import { connectChildProcess } from '../mcp/child-process-client.ts';
import { SANDBOX_HINTS } from '../sandbox/identity.ts';
import { noWords, readCommandLine } from './flags.ts';
import { askYesOrNo, fold, wantsColours } from './terminal.ts';

/** In columns, without the gutter. */
const WIDTH = Math.min(100, process.stdout.columns || 100) - 4;
const GUTTER = '  │ ';

const colours = wantsColours(process.stdout);
type Style = Parameters<typeof styleText>[0];
const styled = (style: Style, text: string): string => (colours ? styleText(style, text) : text);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const reused = z.object({ thread_id: z.string().optional(), next_cursor: z.string().optional() });

/**
 * Plays the main job on the sandbox with a real MCP client and the real server as its child process. Prints each call
 * and what the model reads.
 */
export async function demo(args: readonly string[]): Promise<void> {
  noWords(readCommandLine(args, []).words);
  const client = await connectChildProcess(fileURLToPath(import.meta.url), sandboxEnvironment(), ask);
  const call = async (name: string, args: Record<string, unknown>) => {
    printCall(name, args);
    const { text, structured } = await client.call(name, args);
    printIndented(text, structured === undefined ? 'red' : 'reset');
    return reused.parse(structured ?? {});
  };

  try {
    const [message] = SANDBOX_HINTS.freeMessages;
    const [username] = SANDBOX_HINTS.users;
    print(styled('dim', 'agora-threads-mcp on its embedded sandbox; indented: what the model reads.'));
    const page = await call('list_user_threads', { username, limit: 4 });
    await call('list_user_threads', { username, limit: 4, cursor: page.next_cursor });
    const { group_id, owner } = message;
    const created = await call('create_thread', { group_id, msg_id: message.id, name: 'Refund for order 1207', owner });
    await call('rename_thread', { thread_id: created.thread_id, name: 'Refund for order 1207 (paid)' });
    await call('delete_thread', { thread_id: created.thread_id });
    await call('create_thread', { group_id, msg_id: Number(message.id), name: 'A number loses digits', owner });
    print(
      styled('dim', 'Next: add it to your assistant, as the README says; for your own app: agora-threads-mcp doctor.'),
    );
  } finally {
    await client.close();
  }
}

/** What a process needs on any system; none of these is a setting of ours. */
const HARMLESS = ['PATH', 'HOME', 'SYSTEMROOT', 'TEMP'];

/** Without the user's settings, so that the demo can never reach a real app. */
function sandboxEnvironment(): Record<string, string> {
  const kept = HARMLESS.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(kept), AGORA_THREADS_SANDBOX: '1' };
}

/** Shows the question and takes the answer of the person at the terminal. Without a terminal it says yes, and says so. */
async function ask({ message }: { message: string }): Promise<boolean> {
  print(styled('yellow', '  ? The server asks the person, not the model:'));
  printIndented(message, 'yellow');
  if (!process.stdin.isTTY) {
    print(styled('yellow', '  ? No terminal to ask on: the demo answers yes by itself.'));
    return true;
  }
  const answer = await askYesOrNo(styled('yellow', '  ? Delete it?'), { input: process.stdin, output: process.stdout });
  if (answer === 'interrupted') process.exit(130);
  return answer === 'yes';
}

const argument = ([key, value]: [string, unknown]): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const short = text.length > 40 ? `${text.slice(0, 12)}…` : text;
  return `${styled('dim', `${key}=`)}${/[\s"]/.test(short) ? JSON.stringify(short) : short}`;
};

function printCall(name: string, args: Record<string, unknown>): void {
  let line = styled('bold', `> ${name}`);
  for (const part of Object.entries(args).map(argument)) {
    const longer = `${line} ${part}`;
    if (stripVTControlCharacters(longer).length > WIDTH + GUTTER.length) {
      print(line);
      line = `    ${part}`;
    } else line = longer;
  }
  print(line);
}

function printIndented(text: string, style: Style): void {
  const lines = text.split('\n').flatMap((line) => fold(stripVTControlCharacters(line), WIDTH, '  '));
  for (const line of lines) print(styled('dim', GUTTER) + styled(style, line));
}
