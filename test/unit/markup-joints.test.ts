import fc from 'fast-check';
import { Marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { breakMarkup } from '../../src/base/markup-joints.ts';
import { anyText } from '../support/any-text.ts';

// Bare addresses stay what they are, so they are not taken for links here.
const markdown = new Marked({ gfm: false });
/** As VS Code finds links in a notification (`linkedText.ts`). */
const VSCODE_LINK = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)[^)\s]+(?: ["'].+?["'])?\)/i;

/** Every link, image and tag that would be drawn. */
function drawn(text: string): string[] {
  const found: string[] = VSCODE_LINK.exec(text)?.slice() ?? [];
  void markdown.walkTokens(markdown.lexer(text), (token) => {
    if (['link', 'image', 'html', 'def'].includes(token.type)) found.push(`${token.type}: ${token.raw}`);
  });
  return found;
}

const PIECES = [
  ...['[', ']', '(', ')', '!', '<', '>', '/', '?', ':', '@', '"', '\\', '&', '#', '-', '`', '*', ' ', '\n'],
  ...[
    'a',
    'B',
    '1',
    '.',
    'é',
    'https://x.test',
    'command:go',
    'file:///x',
    'mailto:',
    '!--',
    '-->',
    'img src=x',
    'a@b.test',
    '&lt;',
  ],
];

const NAMES = [
  ['[Refund](https://x.test)', '[Refund] (https://x.test)'],
  ['[Refund](command:workbench.action.quit)', '[Refund] (command:workbench.action.quit)'],
  ['![x](https://x.test/a.png)', '! [x] (https://x.test/a.png)'],
  ['[x][y]', '[x] [y]'],
  ['[y]: https://x.test', '[y] : https://x.test'],
  ['<img src=x onerror=y>', '< img src=x onerror=y>'],
  ['<https://x.test>', '< https://x.test>'],
  ['<1@b.test>', '< 1@b.test>'],
  ['</b><!-- --><?x?>', '< /b>< !-- -->< ?x?>'],
] as const;

describe('markup in a text for a person', () => {
  it.each(NAMES)('%s is broken', (name, shown) => {
    expect(breakMarkup(name)).toBe(shown);
    expect([drawn(name).length > 0 || name === '[x][y]', drawn(shown)]).toEqual([true, []]);
  });

  it.each(['I <3 you', 'a < b', 'Wow! (really)', '[done]', 'https://x.test/a?b=c', '1 <= 2'])(
    '%s stays as it is',
    (name) => {
      expect(breakMarkup(name)).toBe(name);
    },
  );

  it('is never drawn, whatever the text', () => {
    const text = fc.oneof(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join('')),
      anyText(30),
    );
    fc.assert(
      fc.property(text, (raw) => {
        const shown = breakMarkup(raw);
        const unchanged = shown.replaceAll(' ', '') === raw.replaceAll(' ', '');
        expect([drawn(shown), breakMarkup(shown) === shown, unchanged]).toEqual([[], true, true]);
      }),
      { numRuns: 5_000 },
    );
  });
});
