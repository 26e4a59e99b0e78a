import { styleText } from 'node:util';
import { columnsOf } from '../base/display-width.ts';
import type { Check, Status } from '../doctor/check-result.ts';
import type { Section } from '../doctor/run-checks.ts';
import type { DoctorWords } from '../doctor/words-en.ts';
import type { Target } from '../settings/read-config.ts';
import { fold, type Style } from './terminal.ts';

/** Plain lines suit a file, a pipe or a bug report. */
export type ReportStyle =
  | { readonly kind: 'plain' }
  /** `width` in columns. */
  | { readonly kind: 'terminal'; readonly width: number; readonly colours: boolean };

const MARKS: Readonly<Record<Status, { glyph: string; colour: Style }>> = {
  ok: { glyph: '✓', colour: 'green' },
  warn: { glyph: '!', colour: 'yellow' },
  fail: { glyph: '✗', colour: 'red' },
  skipped: { glyph: '-', colour: 'dim' },
};

/** Fits the longest common name, `AGORA_CHAT_APP_TOKEN_FILE`; a longer one pushes its line to the right. */
const NAME_WIDTH = 25;
const MARK_WIDTH = 'skipped'.length;

/** Chinese takes two columns a character. */
const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - columnsOf(text)));

/** A check has a name in each language; a setting is named as it is. */
const nameOf = (id: string, { names }: DoctorWords): string =>
  Object.entries(names).find(([known]) => known === id)?.[1] ?? id;

export const headingText = (section: Section, words: DoctorWords, style: ReportStyle): string =>
  `\n${styled('bold', words.sections[section], style)}\n`;

/** The lines of one check. */
export const checkText = (check: Check, words: DoctorWords, style: ReportStyle): string =>
  `${style.kind === 'plain' ? plainLine(check, words) : terminalLines(check, words, style)}\n`;

/** All in one line, so that `grep` finds a check together with its fix. */
function plainLine({ id, status, detail, fix }: Check, words: DoctorWords): string {
  const text = fix ? words.withFix(detail(words), fix(words)) : detail(words);
  return `  ${padded(words.marks[status], MARK_WIDTH)}  ${padded(nameOf(id, words), NAME_WIDTH)}  ${text}`;
}

function terminalLines(
  { id, status, detail, fix }: Check,
  words: DoctorWords,
  style: ReportStyle & { kind: 'terminal' },
): string {
  const { glyph, colour } = MARKS[status];
  const indent = ' '.repeat(4 + NAME_WIDTH + 2);
  const folded = (text: string) => fold(text, Math.max(30, style.width - indent.length)).join(`\n${indent}`);
  const head = `  ${styled(colour, glyph, style)} ${padded(nameOf(id, words), NAME_WIDTH)}  `;
  const found = folded(detail(words));
  const text = status === 'skipped' ? styled('dim', found, style) : found;
  return head + text + (fix ? `\n${indent}${styled(colour, folded(`→ ${fix(words)}`), style)}` : '');
}

const styled = (colour: Style, text: string, style: ReportStyle): string =>
  style.kind === 'terminal' && style.colours ? styleText(colour, text, { validateStream: false }) : text;

/**
 * 0: good; 1: a check with the service failed; 2: something wrong was found without asking the service; 3: nothing is
 * wrong, but only a sandbox was checked.
 */
export function exitCodeOf(checks: readonly Check[], sandboxOnly: boolean): 0 | 1 | 2 | 3 {
  const failed = checks.filter(({ status }) => status === 'fail');
  if (failed.length === 0) return sandboxOnly ? 3 : 0;
  return failed.some(({ asked }) => !asked) ? 2 : 1;
}

const VERDICT_STYLES = { 0: 'green', 1: 'red', 2: 'red', 3: 'yellow' } as const satisfies Record<number, Style>;

/**
 * The last lines: the verdict, and how many checks have which status.
 *
 * @param handedOver how to have an app checked, where it was only a sandbox
 */
export function verdictText(
  checks: readonly Check[],
  words: DoctorWords,
  style: ReportStyle,
  handedOver: string | undefined,
): string {
  const { verdict, marks } = words;
  const code = exitCodeOf(checks, handedOver !== undefined);
  const counts = (['fail', 'warn', 'skipped', 'ok'] as const).flatMap((status) => {
    const count = checks.filter((check) => check.status === status).length;
    return count === 0 ? [] : [verdict.count(count, marks[status])];
  });
  const whole = checks.every(({ status }) => status !== 'skipped');
  const text = code === 0 && !whole ? verdict.soFar : verdict[code];
  const line = `\n${verdict.line(styled(VERDICT_STYLES[code], text, style), counts)}\n`;
  if (handedOver === undefined) return line;
  return `${line}${style.kind === 'plain' ? handedOver : fold(handedOver, style.width).join('\n')}\n`;
}

/** How to have an app checked and not a sandbox. */
export function handOver(target: Target, { verdict }: DoctorWords, file: string | undefined): string {
  if (target.kind === 'sandbox' && target.forced) return verdict.unsetSandbox;
  if (file === undefined) return verdict.giveSettings;
  return target.kind === 'app' ? verdict.fileNamesSandbox : verdict.fileNamesNoApp;
}
