import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import { knownTools } from '../app/tool-registry.ts';
import { languageOf } from '../base/language.ts';
import { SANDBOX_HINTS } from '../sandbox/identity.ts';
import { readConfig } from '../settings/read-config.ts';
import { startOwnServer } from './own-server.ts';
import { askYesOrNo, fold, print, type Style, styled } from './terminal.ts';
import { terminalWords } from './terminal-words.ts';
import type { TerminalWords } from './terminal-words-en.ts';

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
  // Without the user's settings but the language: the demo can never reach a real app.
  const { AGORA_THREADS_LANG: lang } = process.env;
  const config = readConfig({ AGORA_THREADS_SANDBOX: '1', AGORA_THREADS_LANG: languageOf(lang) }, knownTools);
  const say = terminalWords(config.language).demo;
  const client = await startOwnServer(config, ({ message }) => ask(message, say));
  const call = async (name: string, args: Record<string, unknown>) => {
    printCall(name, args);
    const { text, structured } = await client.call(name, args);
    printIndented(text, structured === undefined ? 'red' : 'reset');
    return reused.parse(structured ?? {});
  };

  try {
    const [username] = SANDBOX_HINTS.users;
    print(styled('dim', say.title));
    caption(say.find);
    const { threads } = await call('find_threads', {
      name_contains: 'stuck in customs',
      created_after: '2026-09-01',
    });
    if (threads === undefined) {
      caption(say.noLoopback);
      process.exitCode = 1;
      return;
    }
    caption(say.orders);
    await call('list_user_threads', { username, limit: 2 });
    caption(say.delete);
    const thread_id = threads[0]?.id;
    const { status } = await call('delete_thread', { thread_id });
    if (status === 'deleted') {
      caption(say.restore);
      await call('restore_thread', { thread_id });
    } else caption(say.kept);
    caption(say.next);
  } finally {
    await client.close();
  }
}

/** Shows the question and takes the answer of the person at the terminal. Without a terminal it says yes, and says so. */
async function ask(message: string, say: TerminalWords['demo']): Promise<boolean> {
  printIndented(message, 'yellow');
  if (!process.stdin.isTTY) {
    print(styled('yellow', `  ? ${say.noTerminal}`));
    return true;
  }
  const answer = await askYesOrNo(styled('yellow', `  ? ${say.question}`), process.stdout);
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
