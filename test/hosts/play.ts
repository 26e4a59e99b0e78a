import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dialog, Host } from './host.ts';
import type { Ready } from './place.ts';
import { openTerminal, type Size, stableScreen, type Terminal } from './tmux.ts';

/** How long a host may take for one turn, in milliseconds. */
const PATIENCE_MS = 90_000;

/** @returns what the host wrote, and its exit code */
export async function playHeadless(host: Host, place: Ready, prompt: string, allowed: boolean): Promise<string> {
  const child = spawn(host.bin, host.headless(prompt, allowed), {
    cwd: place.work,
    env: place.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const timer = setTimeout(() => child.kill(), PATIENCE_MS);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  return `${output}\n(exit ${code})\n`;
}

/** A question that the person of a scene saw. */
export interface SeenQuestion {
  readonly kind: Dialog['kind'];
  readonly screen: string;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A host on a terminal, with a person who answers its questions. */
export interface Conversation {
  readonly questions: readonly SeenQuestion[];
  /** Types a line, answers what is asked, and returns once the model has said its last word or a no has ended the turn. */
  ask(line: string, lastWord: string, answer: 'yes' | 'no'): Promise<void>;
  /** Types a line that is not for the model. */
  say(line: string): Promise<void>;
  screen(): string;
  /** Leaves as a person would. */
  leave(): Promise<void>;
}

export async function converse(host: Host, place: Ready, size: Size): Promise<Conversation> {
  const script = join(place.home, 'start.sh');
  const env = Object.entries(place.env).map(([name, value]) => `${name}=${quoted(value)}`);
  const args = host.interactive.map(quoted);
  writeFileSync(script, `cd ${quoted(place.work)}\nexec env -i ${[...env, host.bin, ...args].join(' ')}\n`);
  const terminal = openTerminal(`sh ${script}`, size);
  const questions: SeenQuestion[] = [];
  let answer: 'yes' | 'no' = 'yes';
  let saidNo = false;

  /** Answers a question that is on the screen. @returns whether there was one */
  async function answerOne(): Promise<boolean> {
    const dialog = host.dialogs.find(({ seen }) => seen.test(terminal.screen()));
    if (!dialog) return false;
    const screen = await stableScreen(terminal);
    if (!dialog.seen.test(screen)) return true;
    questions.push({ kind: dialog.kind, screen });
    const refuses = answer === 'no' && dialog.kind === (host.forms ? 'form' : 'tool') && /delete/i.test(screen);
    saidNo ||= refuses;
    for (const key of refuses ? dialog.no : dialog.yes) {
      terminal.press(key);
      await sleep(700);
    }
    return true;
  }

  async function until(done: () => boolean): Promise<void> {
    const started = Date.now();
    while (!done()) {
      if (Date.now() - started > PATIENCE_MS) return;
      if (!(await answerOne())) await sleep(300);
    }
  }

  await until(() => host.ready.test(terminal.screen()));
  await stableScreen(terminal);
  return {
    questions,
    async say(line) {
      await typeLine(terminal, line);
      await sleep(10_000);
    },
    screen: () => terminal.screen(),
    async ask(line, lastWord, given) {
      answer = given;
      saidNo = false;
      await typeLine(terminal, line);
      let quiet = 0;
      await until(() => {
        const screen = terminal.screen();
        // A no may end the turn without a word of the model.
        quiet = saidNo && !host.dialogs.some(({ seen }) => seen.test(screen)) ? quiet + 1 : 0;
        return screen.includes(`done: ${lastWord}`) || quiet > 15;
      });
    },
    async leave() {
      for (const key of host.leave) {
        if (key.startsWith('/')) terminal.type(key);
        else terminal.press(key);
        await sleep(1000);
      }
      for (let i = 0; i < 20 && !terminal.ended(); i++) await sleep(500);
      terminal.close();
    },
  };
}

/** Types a line and sends it. Hosts need a moment before Enter counts, and one that still starts may overlook it. */
async function typeLine(terminal: Terminal, line: string): Promise<void> {
  terminal.type(line);
  await sleep(1000);
  const typed = await stableScreen(terminal);
  for (let i = 0; i < 5; i++) {
    terminal.press('Enter');
    await sleep(2000);
    if (terminal.screen() !== typed) return;
  }
}
