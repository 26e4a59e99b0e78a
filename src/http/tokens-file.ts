import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { systemCode } from '../base/system-code.ts';
import { parseTokens, type Tokens, type WrongLine } from './token-line.ts';
import { en, type SayFault, type TokenWords } from './token-words.ts';

/** From one look at the file to the next, in milliseconds: a change counts within a second. */
const LOOK_MS = 500;
/** Some 10,000 tokens. */
const MOST_BYTES = 1_000_000;
/** Wrong lines described in one message; the rest are counted. */
const MOST_DESCRIBED = 10;
const SETTING = 'AGORA_THREADS_HTTP_TOKENS_FILE';

export type TokensFile = Awaited<ReturnType<typeof openTokensFile>>;

/** Errors that tell something of the file. Any other, such as EMFILE, is of the moment. */
const OF_THE_FILE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG']);

/**
 * Reads the file of tokens, and again every half second until it is closed. A file that is gone, or that this process
 * may not read, holds no token; while it cannot be read for another reason, the tokens last read go on counting. Changes
 * and wrong lines are logged once, by the numbers of lines and never with their text.
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
    if (parsed.wrong.length > 0) log.warn(`${SETTING}: ${describeWrong(parsed.wrong, en)}.`);
    if (tokens.size === 0) log.warn(`${SETTING} holds no token, so nobody may use this server.`);
    else if (last !== undefined) log.info(`${SETTING} was read again; tokens in it: ${tokens.size}.`);
  }

  async function look(): Promise<void> {
    if (file === undefined) return;
    const read = await readTokensText(file);
    if (closed) return;
    cancel = clock.after(LOOK_MS, () => void look());
    const now = 'text' in read ? `text ${read.text}` : read.fault(en);
    if (now === last) return;
    if ('text' in read) take(read.text);
    else {
      if (!read.passes) tokens = new Map();
      const so = tokens.size > 0 ? 'so the tokens read before go on counting' : 'so nobody may use this server';
      log.warn(`${SETTING}: the file it names ${read.fault(en)}, ${so}.`);
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

/** What is wrong with a file of tokens, to be read after its name. */
interface FileFault {
  readonly fault: SayFault;
  /** Does it tell nothing of the file, only of this moment? */
  readonly passes?: boolean;
}

/** The text of a file of tokens, or what is wrong with the file. */
export async function readTokensText(file: string): Promise<{ readonly text: string } | FileFault> {
  try {
    const found = await stat(file);
    // Reading a pipe would wait for its writer.
    if (!found.isFile()) return { fault: (say) => say.notRegular };
    if (found.size > MOST_BYTES) return { fault: (say) => say.tooLarge(MOST_BYTES) };
    const text = await readFile(file, 'utf8');
    // What Windows PowerShell writes with `>>`.
    return text.includes('\0') ? { fault: (say) => say.notText } : { text };
  } catch (error) {
    const code = systemCode(error) ?? 'unknown';
    return { fault: (say) => say.unreadable(code), passes: !OF_THE_FILE.has(code) };
  }
}

/** Which lines do not count, and why: by their numbers, never with their text. */
export function describeWrong(wrong: readonly WrongLine[], words: TokenWords): string {
  const described = wrong.slice(0, MOST_DESCRIBED);
  return words.passedOver(
    described.map(({ line, why }) => [line, why(words)]),
    wrong.length - described.length,
  );
}
