import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import { knownTools } from '../app/tool-registry.ts';
import { SANDBOX_HINTS } from '../sandbox/identity.ts';
import { readConfig } from '../settings/read-config.ts';
import { startOwnServer } from './own-server.ts';
import { askYesOrNo, fold, print, type Style, styled } from './terminal.ts';

/** In columns, without the gutter. */
const WIDTH = Math.min(100, process.stdout.columns || 100) - 4;
const GUTTER = '  │ ';

const caption = (text: string): void => print(styled('cyan', text));

const reused = z.object({
  threads: z.array(z.object({ id: z.string() })).optional(),
  status: z.string().optional(),
});

/** Plays the main job on the sandbox with a real MCP client and the real server. Prints each call and what the model reads. */
export async function demo(): Promise<void> {
  // Without the user's settings: the demo can never reach a real app.
  const client = await startOwnServer(readConfig({ AGORA_THREADS_SANDBOX: '1' }, knownTools), ask);
  const call = async (name: string, args: Record<string, unknown>) => {
    printCall(name, args);
    const { text, structured } = await client.call(name, args);
    printIndented(text, structured === undefined ? 'red' : 'reset');
    return reused.parse(structured ?? {});
  };

  try {
    const [username] = SANDBOX_HINTS.users;
    print(styled('dim', 'agora-threads-mcp on its embedded sandbox. Indented: what the model reads.'));
    caption('1. Find a thread by its name, anywhere in the app:');
    const { threads } = await call('find_threads', {
      name_contains: 'stuck in customs',
      created_after: '2026-09-01',
    });
    if (threads === undefined) {
      caption('The demo ends here: the sandbox runs on loopback (127.0.0.1), which this machine does not let it use.');
      process.exitCode = 1;
      return;
    }
    caption('2. Users of the app write the names. One of these gives orders; it is quoted, and stays a name:');
    await call('list_user_threads', { username, limit: 2 });
    caption('3. Delete it. The server asks the person, not the model:');
    const thread_id = threads[0]?.id;
    const { status } = await call('delete_thread', { thread_id });
    if (status === 'deleted') {
      caption('4. Changed your mind? The thread is made again, without its messages:');
      await call('restore_thread', { thread_id });
    } else caption('4. Without a yes, nothing is deleted.');
    caption('Next: the README has the line for your assistant, docs/credentials.md the way to your own app.');
  } finally {
    await client.close();
  }
}

/** Shows the question and takes the answer of the person at the terminal. Without a terminal it says yes, and says so. */
async function ask({ message }: { message: string }): Promise<boolean> {
  printIndented(message, 'yellow');
  if (!process.stdin.isTTY) {
    print(styled('yellow', '  ? No terminal to ask on: the demo answers yes by itself.'));
    return true;
  }
  const answer = await askYesOrNo(styled('yellow', '  ? Delete it?'), process.stdout);
  if (answer === 'interrupted') process.exit(130);
  return answer === 'yes';
}

function printCall(name: string, args: Record<string, unknown>): void {
  const words = Object.entries(args).map(([key, value]) => {
    const text = String(value);
    return `${styled('dim', `${key}=`)}${/\s/.test(text) ? JSON.stringify(text) : text}`;
  });
  print([styled('bold', `> ${name}`), ...words].join(' '));
}

function printIndented(text: string, style: Style): void {
  const lines = text.split('\n').flatMap((line) => fold(stripVTControlCharacters(line), WIDTH, '  '));
  for (const line of lines) print(styled('dim', GUTTER) + styled(style, line));
}
