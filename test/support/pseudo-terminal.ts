import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import { BINARY } from './binary.ts';

const SCRIPT = fileURLToPath(new URL('./terminal.py', import.meta.url));

/** Whether this machine has pseudo terminals, and Python to open one. */
export const hasTerminal = process.platform !== 'win32' && spawnSync('python3', ['-c', 'import pty']).status === 0;

const run = z.object({ code: z.number(), stdout: z.string(), terminal: z.string() });

type Steps = readonly { readonly await: string; readonly send: string }[];

/**
 * Runs the built binary with stdin and stderr on a terminal and stdout on a pipe.
 *
 * @param steps what is typed, each after the text it waits for
 */
export const runOnTerminal = (
  args: readonly string[],
  env: Record<string, string>,
  steps: Steps,
): Promise<z.output<typeof run>> => start(args, env, steps, true);

/** What a person sees who runs the demo and types an answer to its question. */
export async function playDemo(answer: 'y' | 'n'): Promise<string> {
  const { code, terminal } = await start(['demo'], {}, [{ await: '[y/N]', send: `${answer}\r` }], false);
  if (code !== 0) throw new Error(`The demo exited with ${code}.`);
  return stripVTControlCharacters(terminal).replaceAll('\r', '');
}

async function start(
  args: readonly string[],
  env: Record<string, string>,
  steps: Steps,
  piped: boolean,
): Promise<z.output<typeof run>> {
  const order = {
    command: [process.execPath, BINARY, ...args],
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', NO_COLOR: '1', ...env },
    steps,
    piped,
  };
  const { stdout } = await promisify(execFile)('python3', [SCRIPT, JSON.stringify(order)]);
  return run.parse(JSON.parse(stdout));
}
