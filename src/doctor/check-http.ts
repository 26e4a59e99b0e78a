import { parseTokens } from '../http/token-line.ts';
import { describeWrong, readTokensText } from '../http/tokens-file.ts';
import type { Config } from '../settings/read-config.ts';
import { type Check, fail, ok, warn } from './check-result.ts';
import type { Say } from './words-en.ts';

const ID = 'http_tokens';
const HOW: Say = (say) => say.server.makeToken;

/** Who may use a server over HTTP? A check only where a file of tokens is set. */
export async function checkHttpTokens({ http }: Config): Promise<Check[]> {
  return http.tokensFile === undefined ? [] : [await checkFile(http.tokensFile)];
}

async function checkFile(file: string): Promise<Check> {
  const read = await readTokensText(file);
  if ('fault' in read) {
    return fail(
      ID,
      (say) => say.server.tokensUnreadable(read.fault(say.tokensFile)),
      (say) => say.steps(say.server.nameTokensFile, HOW(say)),
    );
  }
  const { tokens, wrong } = parseTokens(read.text);
  if (tokens.size === 0) return fail(ID, (say) => say.server.noTokens, HOW);
  const names = new Set(Array.from(tokens.values(), ({ subject }) => subject)).size;
  const valid: Say = (say) => say.server.tokens(tokens.size, names);
  if (wrong.length === 0) return ok(ID, valid);
  return warn(
    ID,
    (say) => say.server.wrongLines(valid(say), describeWrong(wrong, say.tokensFile)),
    (say) => say.steps(say.server.correctLines, HOW(say)),
  );
}
