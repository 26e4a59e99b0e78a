import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { parseTokens, type Tokens, type WrongLine } from './token-line.ts';

/** From one look at the file to the next, in milliseconds: a change counts within a second. */
const LOOK_MS = 500;
/** Some 10,000 tokens. */
const MOST_BYTES = 1_000_000;
/** Wrong lines described in one message; the rest are counted. */
const MOST_DESCRIBED = 10;
const SETTING = 'AGORA_THREADS_HTTP_TOKENS_FILE';

export type TokensFile = Awaited<ReturnType<typeof openTokensFile>>;

/**
 * Reads the file of tokens, and again every half second until it is closed. A file that is gone or unreadable holds no
 * token. Changes and wrong lines are logged once, by the numbers of lines and never with their text.
 *
 * @param file undefined where none is set: nobody has a token
 */
export async function openTokensFile(file: string | undefined, clock: Clock, log: Pick<Log, 'warn' | 'info'>) {
  let tokens: Tokens = new Map();
  let last: string | undefined;
  let closed = false;
  let cancel: (() => void) | undefined;

  function take(text: string): void {
    const parsed = parseTokens(text);
    tokens = parsed.tokens;
    if (parsed.wrong.length > 0) log.warn(`${SETTING}: ${describeWrong(parsed.wrong)}.`);
    if (tokens.size === 0) log.warn(`${SETTING} holds no token, so nobody may use this server.`);
    else if (last !== undefined) log.info(`${SETTING} was read again; tokens in it: ${tokens.size}.`);
  }

  async function look(): Promise<void> {
    if (file === undefined) return;
    const read = await readTokensText(file);
    if (closed) return;
    cancel = clock.after(LOOK_MS, () => void look());
    const now = JSON.stringify(read);
    if (now === last) return;
    if ('text' in read) take(read.text);
    else {
      tokens = new Map();
      log.warn(`${SETTING}: the file it names ${read.fault}, so nobody may use this server.`);
    }
    last = now;
  }

  await look();
  return {
    /**
     * Whose token has this hash; undefined for nobody's. Nobody can choose the hash of what they send, so the time of
     * this lookup says nothing about the tokens here.
     */
    grantOf: (hash: string) => tokens.get(hash),
    /** How many tokens count. */
    size: () => tokens.size,
    close() {
      closed = true;
      cancel?.();
    },
  };
}

/** The text of a file of tokens, or what is wrong with the file: to be read after its name. */
export async function readTokensText(file: string): Promise<{ readonly text: string } | { readonly fault: string }> {
  try {
    const found = await stat(file);
    // Reading a pipe would wait for its writer.
    if (!found.isFile()) return { fault: 'is not a regular file' };
    if (found.size > MOST_BYTES) return { fault: `has more than ${MOST_BYTES} bytes` };
    const text = await readFile(file, 'utf8');
    // What Windows PowerShell writes with `>>`.
    return text.includes('\0') ? { fault: 'is not UTF-8 text' } : { text };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return { fault: `cannot be read (${code})` };
  }
}

/** Which lines do not count, and why: by their numbers, never with their text. */
export function describeWrong(wrong: readonly WrongLine[]): string {
  const lines = wrong.slice(0, MOST_DESCRIBED).map(({ line, why }) => `line ${line} is passed over: ${why}`);
  const more = wrong.length - lines.length;
  return [...lines, ...(more > 0 ? [`${more} more lines are passed over`] : [])].join('; ');
}
