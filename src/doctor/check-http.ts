import { parseTokens } from '../http/token-line.ts';
import { describeWrong, readTokensText } from '../http/tokens-file.ts';
import type { Config } from '../settings/read-config.ts';
import { type Check, fail, ok, warn } from './check-result.ts';

const ID = 'http_tokens';
const HOW = 'agora-threads-mcp token NAME --scopes read prints a line for the file.';

/** Who may use a server over HTTP? A check only where a file of tokens is set. */
export async function checkHttpTokens({ http }: Config): Promise<Check[]> {
  return http.tokensFile === undefined ? [] : [await checkFile(http.tokensFile)];
}

async function checkFile(file: string): Promise<Check> {
  const read = await readTokensText(file);
  if ('fault' in read)
    return fail(ID, `the file ${read.fault}, so nobody can connect`, `Name a file of tokens. ${HOW}`);
  const { tokens, wrong } = parseTokens(read.text);
  if (tokens.size === 0) return fail(ID, 'the file holds no valid token, so nobody can connect', HOW);
  const people = new Set(Array.from(tokens.values(), ({ subject }) => subject)).size;
  const detail = `valid tokens: ${tokens.size}, of ${people} ${people === 1 ? 'name' : 'names'}`;
  if (wrong.length > 0) return warn(ID, `${detail}; ${describeWrong(wrong)}`, `Correct or remove these lines. ${HOW}`);
  return ok(ID, detail);
}
