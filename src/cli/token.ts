import { quoted } from '../base/escape.ts';
import { isName, newToken, parseScopes, SCOPES, tokenLine } from '../http/token-line.ts';
import type { CommandLine } from './command.ts';
import { print } from './terminal.ts';
import { wordsFor } from './terminal-words.ts';
import { UsageError } from './usage-error.ts';

/**
 * Makes a bearer token for `serve --http`: the token on stderr, and on stdout its line, which can be appended to the
 * file of tokens.
 *
 * @throws UsageError for a name or scopes that the file could not hold
 */
export async function token({ words: [subject], flags, environment }: CommandLine): Promise<void> {
  if (subject === undefined) throw new UsageError('whose token? Name a person or a program: token lin --scopes read.');
  if (!isName(subject)) {
    throw new UsageError(`${quoted(subject)} cannot be a name: it takes 1 to 64 letters, digits or . _ @ + -.`);
  }
  const given = flags.get('scopes');
  if (given === undefined) throw new UsageError(`--scopes is needed: one or more of ${SCOPES.join(',')}.`);
  const scopes = parseScopes(given);
  if (!scopes) throw new UsageError(`--scopes takes ${SCOPES.join(',')} or some of them (got ${quoted(given)}).`);

  const fresh = newToken();
  process.stderr.write(`${wordsFor(environment).token(subject)}\n${fresh}\n`);
  print(tokenLine({ subject, scopes }, fresh));
}
