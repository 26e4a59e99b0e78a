import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { BINARY } from './binary.ts';

const SCRIPT = fileURLToPath(new URL('./terminal.py', import.meta.url));

/** Is there a pseudo terminal here, and a Python to hold it? */
export const hasTerminal = process.platform !== 'win32' && spawnSync('python3', ['-c', 'import pty']).status === 0;

const run = z.object({ code: z.number(), stdout: z.string(), terminal: z.string() });

/**
 * Runs the built binary with stdin and stderr on a terminal and stdout on a pipe.
 *
 * @param steps what is typed, each behind the text that it waits for
 */
export async function runOnTerminal(
  args: readonly string[],
  env: Record<string, string>,
  steps: readonly { readonly await: string; readonly send: string }[],
): Promise<z.output<typeof run>> {
  const order = {
    command: [process.execPath, BINARY, ...args],
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', NO_COLOR: '1', ...env },
    steps,
  };
  const { stdout } = await promisify(execFile)('python3', [SCRIPT, JSON.stringify(order)]);
  return run.parse(JSON.parse(stdout));
}
