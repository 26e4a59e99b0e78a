import { createInterface } from 'node:readline';

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
