import { styleText } from 'node:util';
import type { Check, Status } from '../doctor/check-result.ts';
import type { Found, Section } from '../doctor/run-checks.ts';
import { isOurs } from '../settings/setting-names.ts';
import { fold } from './terminal.ts';

/** How a report is shown: for a person at a terminal, or as plain lines for a file, a pipe or a bug report. */
export type Look =
  | { readonly kind: 'plain' }
  /** `width` in columns. */
  | { readonly kind: 'terminal'; readonly width: number; readonly colours: boolean };

const MARKS: Readonly<Record<Status, { glyph: string; word: string; style: Parameters<typeof styleText>[0] }>> = {
  ok: { glyph: '✓', word: 'ok', style: 'green' },
  warn: { glyph: '!', word: 'warn', style: 'yellow' },
  fail: { glyph: '✗', word: 'fail', style: 'red' },
  skipped: { glyph: '-', word: 'skipped', style: 'dim' },
};

/** Room for the longest name that is common, `AGORA_CHAT_APP_TOKEN_FILE`; a longer one pushes its line out. */
const NAME_WIDTH = 25;
const WORD_WIDTH = 'skipped'.length;

/** Of a check of ours in words; the name of a variable as it stands, in lower case too. */
const nameOf = (id: string): string => (/^[a-z]/.test(id) && !isOurs(id) ? id.replaceAll('_', ' ') : id);

/** The lines of one check, each ended; under its heading where it is the first of its section. */
export function checkText([section, check]: Found, before: Section | undefined, look: Look): string {
  const heading = section === before ? '' : `\n${styled('bold', section, look)}\n`;
  return `${heading}${look.kind === 'plain' ? plainLine(check) : terminalLines(check, look)}\n`;
}

/** One line for all, so that `grep` finds a check with its fix. */
const plainLine = ({ id, status, detail, fix }: Check): string =>
  `  ${MARKS[status].word.padEnd(WORD_WIDTH)}  ${nameOf(id).padEnd(NAME_WIDTH)}  ${detail}${fix === undefined ? '' : `. Fix: ${fix}`}`;

function terminalLines({ id, status, detail, fix }: Check, look: Look & { kind: 'terminal' }): string {
  const { glyph, style } = MARKS[status];
  const indent = 4 + NAME_WIDTH + 2;
  const folded = (text: string) => fold(text, Math.max(30, look.width - indent)).join(`\n${' '.repeat(indent)}`);
  const head = `  ${styled(style, glyph, look)} ${nameOf(id).padEnd(NAME_WIDTH)}  `;
  const told = status === 'skipped' ? styled('dim', folded(detail), look) : folded(detail);
  const hint = fix === undefined ? '' : `\n${' '.repeat(indent)}${styled(style, folded(`→ ${fix}`), look)}`;
  return head + told + hint;
}

const styled = (style: Parameters<typeof styleText>[0], text: string, look: Look): string =>
  look.kind === 'terminal' && look.colours ? styleText(style, text, { validateStream: false }) : text;

/** Of all checks: 0 good, 1 one failed with the service, 2 something is wrong that needed no service to be found. */
export function exitCodeOf(checks: readonly Check[]): 0 | 1 | 2 {
  const failed = checks.filter(({ status }) => status === 'fail');
  if (failed.length === 0) return 0;
  return failed.some(({ asked }) => !asked) ? 2 : 1;
}

const VERDICTS = {
  0: 'Good',
  1: 'Not good: a check with the service failed',
  2: 'Not good: found without asking the service',
} as const;

/** Skipped checks may hide what is wrong. */
const AS_FAR = 'Good, as far as it was checked';

/** The last line: the verdict and how many checks came out how. */
export function verdictText(checks: readonly Check[], look: Look): string {
  const code = exitCodeOf(checks);
  const counts = (['fail', 'warn', 'skipped', 'ok'] as const).flatMap((status) => {
    const count = checks.filter((check) => check.status === status).length;
    return count === 0 ? [] : [`${count} ${MARKS[status].word}`];
  });
  const whole = checks.every(({ status }) => status !== 'skipped');
  const verdict = code === 0 && !whole ? AS_FAR : VERDICTS[code];
  return `\n${styled(code === 0 ? 'green' : 'red', verdict, look)} (${counts.join(', ')}).\n`;
}
