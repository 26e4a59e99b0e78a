import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A program on a terminal of a known size. */
export interface Terminal {
  /** What is on the screen, without blanks at the ends of lines. */
  screen(): string;
  type(text: string): void;
  /** @param key as tmux names it, such as `Enter` */
  press(key: string): void;
  /** Has the program ended? */
  ended(): boolean;
  close(): void;
}

let sessions = 0;

/** @param command for `sh` */
export function openTerminal(command: string, { columns, rows }: Size): Terminal {
  const name = `hosts-${++sessions}`;
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-L', `agora-threads-${process.pid}`, '-f', '/dev/null', ...args], { encoding: 'utf8' });
  tmux('new-session', '-d', '-s', name, '-x', `${columns}`, '-y', `${rows}`, `sh -c '${command}; sleep 600'`);
  return {
    screen: () => tmux('capture-pane', '-p', '-t', name).replace(/[ \t]+$/gm, ''),
    type: (text) => void tmux('send-keys', '-t', name, '-l', text),
    press: (key) => void tmux('send-keys', '-t', name, key),
    ended: () => tmux('display-message', '-p', '-t', name, '#{pane_current_command}').trim() === 'sleep',
    close: () => void tmux('kill-session', '-t', name),
  };
}

/** Waits until the screen has stayed the same for half a second. */
export async function stableScreen(terminal: Terminal): Promise<string> {
  let before = terminal.screen();
  for (let i = 0; i < 20; i++) {
    await sleep(500);
    const now = terminal.screen();
    if (now === before) break;
    before = now;
  }
  return before;
}
