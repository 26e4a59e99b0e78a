import { createInterface } from 'node:readline';
import { styleText } from 'node:util';
import { columnsOf } from '../base/display-width.ts';
import { redact } from '../base/redact.ts';

const CHINESE = String.raw`\p{sc=Han}\u3000-\u303f\uff00-\uffef“”…`;
const OPENS = '（“「『《〈【';
/** Behind a blank, behind a Chinese character or before one, but not before what closes and not behind what opens. */
const BREAKS = new RegExp(
  String.raw`(?<= )(?! )|(?<=[${CHINESE}])(?<![${OPENS}])(?![，。；：、！？）”」』》〉】… ]|$)|(?<![${OPENS} ])(?=[\p{sc=Han}${OPENS}])(?!^)`,
  'u',
);

/**
 * Folds a line to at most `width` columns, if its words are short enough: at blanks, and anywhere between Chinese
 * characters, which take two columns each. Continuations begin with `indent`.
 */
export function fold(line: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let current = '';
  for (const part of line.trimStart().split(BREAKS)) {
    if (current !== '' && columnsOf((current + part).trimEnd()) > width) {
      lines.push(current.trimEnd());
      current = indent + part;
    } else current += part;
  }
  return [...lines, current.trimEnd()];
}

/** On a terminal, unless the user asked for no colours (https://no-color.org). */
export const wantsColours = (stream: Stream): boolean => stream.isTTY === true && !process.env['NO_COLOR'];
type Stream = { readonly isTTY?: boolean };

export type Style = Parameters<typeof styleText>[0];
export const styled = (style: Style, text: string, stream: Stream = process.stdout): string =>
  wantsColours(stream) ? styleText(style, text) : text;

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Writes to stderr, where no secret may go. */
export const tell = (text: string): void => void process.stderr.write(redact(text));

/** Keys are in the terminal's own buffer, which is read within the first turns of the event loop. */
const TURNS_TO_READ = 3;

/** Drops what was typed before the question was shown: a `y` must be an answer to it. */
async function dropTypedAhead(): Promise<void> {
  const { stdin } = process;
  const drop = (): void => undefined;
  // Without raw mode the terminal would keep an unfinished line for later.
  stdin.setRawMode(true);
  stdin.on('data', drop);
  stdin.resume();
  for (let turn = 0; turn < TURNS_TO_READ; turn++) await new Promise((resolve) => setImmediate(resolve));
  stdin.pause();
  stdin.off('data', drop);
  stdin.setRawMode(false);
}

/**
 * Asks the person at the terminal, which stdin must be. Only `y` or `yes` counts as yes; the end of the input (Ctrl-D)
 * is a no.
 *
 * @param signal ends the wait with a no
 * @returns `interrupted` for Ctrl-C: while readline waits, the process gets no signal
 */
export async function askYesOrNo(
  words: string,
  output: NodeJS.WritableStream,
  signal?: AbortSignal,
): Promise<'yes' | 'no' | 'interrupted'> {
  await dropTypedAhead();
  const terminal = createInterface({ input: process.stdin, output });
  const answered = new Promise<'yes' | 'no' | 'interrupted'>((resolve) => {
    // Without an answer the cursor is still on the line of the question.
    const leave = (answer: 'no' | 'interrupted') => () => {
      output.write('\n');
      resolve(answer);
    };
    terminal.once('close', leave('no'));
    terminal.once('SIGINT', leave('interrupted'));
    signal?.addEventListener('abort', leave('no'), { once: true });
    terminal.question(`${words} [y/N] `, (answer) => resolve(/^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no'));
  });
  return answered.finally(() => {
    terminal.removeAllListeners('close');
    terminal.close();
  });
}
