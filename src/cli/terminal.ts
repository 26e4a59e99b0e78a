import { createInterface } from 'node:readline';

/** Folds a line at blanks, to at most `width` columns where its words allow it; continuations begin with `indent`. */
export function fold(line: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = indent + word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}

/** Colours on a terminal, unless the person has asked for none (https://no-color.org). */
export const wantsColours = (stream: { readonly isTTY?: boolean }): boolean =>
  stream.isTTY === true && !process.env['NO_COLOR'];

export type Answer = 'yes' | 'no' | 'interrupted';

/**
 * Asks on the terminal. Only `y` or `yes` is a yes; the end of the input (Ctrl-D) is a no.
 *
 * @param signal ends the wait with a no
 * @returns `interrupted` for Ctrl-C, which does not reach the process as a signal while the terminal waits for a line
 */
export function askYesOrNo(
  words: string,
  streams: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream },
  signal?: AbortSignal,
): Promise<Answer> {
  const terminal = createInterface(streams);
  const answered = new Promise<Answer>((resolve) => {
    // Without an answer the cursor still stands behind the question.
    const leave = (answer: Answer) => () => {
      streams.output.write('\n');
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
