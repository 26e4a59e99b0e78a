import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, newToken, parseTokens, SCOPES, tokenLine } from '../../src/http/token-line.ts';
import { en } from '../../src/http/token-words.ts';
import { anyText } from '../support/any-text.ts';

const HASH = `sha256:${'a1'.repeat(32)}`;
const OTHER = `sha256:${'b2'.repeat(32)}`;

/** What is left of a file: each token as `name scopes`, and each wrong line as `number why`. */
function read(text: string): readonly string[] {
  const { tokens, wrong } = parseTokens(text);
  return [
    ...[...tokens.values()].map(({ subject, scopes }) => `${subject} ${[...scopes].join(',')}`),
    ...wrong.map(({ line, why }) => `${line} ${why(en)}`),
  ];
}

const FORM = 'it is not NAME SCOPES sha256:HEX';
const NAME = 'the name must be 1 to 64 letters, digits or . _ @ + -';
const SCOPE = 'the scopes must be read, write, delete, separated by commas without blanks';
const DIGITS = 'the third field must be sha256: and 64 hex digits';

describe('a file of tokens', () => {
  it.each([
    ['one line', `lin read ${HASH}`, ['lin read']],
    ['all scopes, in any order', `lin delete,read,write ${HASH}`, ['lin read,write,delete']],
    ['a scope twice', `lin read,read ${HASH}`, ['lin read']],
    ['delete alone', `lin delete ${HASH}`, ['lin delete']],
    ['two tokens of one name', `lin read ${HASH}\nlin delete ${OTHER}`, ['lin read', 'lin delete']],
    ['capital hex digits', `lin read ${HASH.replaceAll('a1', 'A1')}`, ['lin read']],
    [
      'tabs, blanks around, and line ends of Windows',
      ` lin\t read   ${HASH} \r\nwei read ${OTHER}\r\n`,
      ['lin read', 'wei read'],
    ],
    ['a byte order mark', `\ufefflin read ${HASH}`, ['lin read']],
    ['empty lines and comments', `# people\n\n  \t\n#lin read ${OTHER}\nlin read ${HASH}\n`, ['lin read']],
    [
      'names of any script',
      `林 read ${HASH}\nops-bot.2@example.com read ${OTHER}`,
      ['林 read', 'ops-bot.2@example.com read'],
    ],
    ['a name that objects have', `__proto__ read ${HASH}`, ['__proto__ read']],
    ['nothing', '', []],
    [
      'a wrong line between good ones',
      `lin read ${HASH}\nwei\nmia read ${OTHER}`,
      ['lin read', 'mia read', `2 ${FORM}`],
    ],
    ['the token itself', `lin read att_${'x'.repeat(43)}`, [`1 ${DIGITS}`]],
    ['the hash without its kind', `lin read ${'a1'.repeat(32)}`, [`1 ${DIGITS}`]],
    ['a hash that is cut', `lin read ${HASH.slice(0, -1)}`, [`1 ${DIGITS}`]],
    ['a hash that is too long', `lin read ${HASH}0`, [`1 ${DIGITS}`]],
    ['no scopes', `lin ${HASH}`, [`1 ${FORM}`]],
    ['an unknown scope', `lin read,admin ${HASH}`, [`1 ${SCOPE}`]],
    ['an empty scope', `lin read, ${HASH}`, [`1 ${SCOPE}`]],
    ['a scope that objects have', `lin constructor ${HASH}`, [`1 ${SCOPE}`]],
    ['scopes in capitals', `lin READ ${HASH}`, [`1 ${SCOPE}`]],
    ['a blank between scopes', `lin read, write ${HASH}`, [`1 ${FORM}`]],
    ['a name with a blank', `lin wei read ${HASH}`, [`1 ${FORM}`]],
    ['a name that turns text around', `lin\u202e read ${HASH}`, [`1 ${NAME}`]],
    ['a name like an option', `--lin read ${HASH}`, [`1 ${NAME}`]],
    ['a name that is too long', `${'n'.repeat(65)} read ${HASH}`, [`1 ${NAME}`]],
    ['a remark behind it', `lin read ${HASH} # lin`, [`1 ${FORM}`]],
    [
      'one token twice',
      `lin read ${HASH}\nwei delete ${HASH}`,
      ['lin read', '2 it repeats the token of an earlier line'],
    ],
  ])('%s', (_what, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('of wild lines lets in only what has the form, and repeats nothing of the others', () => {
    const word = fc.oneof(anyText(12), fc.constantFrom('lin', 'read', 'read,write', HASH, 'sha256:', '#', ','));
    const line = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const text = lines.join('\n');
        const { tokens, wrong } = parseTokens(text);
        const said = text
          .replace(/^\ufeff/, '')
          .split(/\r?\n/)
          .filter((one) => /^[ \t]*[^ \t#]/.test(one));
        expect(tokens.size + wrong.length).toBe(said.length);
        for (const { why } of wrong)
          expect([FORM, NAME, SCOPE, DIGITS, 'it repeats the token of an earlier line']).toContain(why(en));
        for (const [hash, { scopes }] of tokens) {
          expect(hash).toMatch(/^[0-9a-f]{64}$/);
          expect([...scopes].every((scope) => SCOPES.includes(scope)) && scopes.size > 0).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('lets in exactly the token that a line was made for', () => {
    const [token, other] = [newToken(), newToken()];
    const grant = { subject: 'lin', scopes: new Set(['read', 'delete'] as const) };
    const { tokens } = parseTokens(tokenLine(grant, token));
    expect(tokens.get(hashOf(token))).toEqual(grant);
    expect(tokens.get(hashOf(other))).toBeUndefined();
    expect(token).toMatch(/^att_[\w-]{43}$/);
  });
});
