import { styleText } from 'node:util';
import type { Check, Status } from '../doctor/check-result.ts';
import type { Section } from '../doctor/run-checks.ts';
import type { Target } from '../settings/read-config.ts';
import { isOurs } from '../settings/setting-names.ts';
import { fold, type Style } from './terminal.ts';

/** Plain lines suit a file, a pipe or a bug report. */
export type ReportStyle =
  | { readonly kind: 'plain' }
  /** `width` in columns. */
  | { readonly kind: 'terminal'; readonly width: number; readonly colours: boolean };

const MARKS: Readonly<Record<Status, { glyph: string; word: string; colour: Style }>> = {
  ok: { glyph: '✓', word: 'ok', colour: 'green' },
  warn: { glyph: '!', word: 'warn', colour: 'yellow' },
  fail: { glyph: '✗', word: 'fail', colour: 'red' },
  skipped: { glyph: '-', word: 'skipped', colour: 'dim' },
};

/** Fits the longest common name, `AGORA_CHAT_APP_TOKEN_FILE`; a longer one pushes its line to the right. */
const NAME_WIDTH = 25;
const WORD_WIDTH = 'skipped'.length;

/** The id of a check as words; the name of a variable as it is, also in lower case. */
const nameOf = (id: string): string => (/^[a-z]/.test(id) && !isOurs(id) ? id.replaceAll('_', ' ') : id);

export const headingText = (section: Section, style: ReportStyle): string => `\n${styled('bold', section, style)}\n`;

/** The lines of one check. */
export const checkText = (check: Check, style: ReportStyle): string =>
  `${style.kind === 'plain' ? plainLine(check) : terminalLines(check, style)}\n`;

/** All in one line, so that `grep` finds a check together with its fix. */
const plainLine = ({ id, status, detail, fix }: Check): string =>
  `  ${MARKS[status].word.padEnd(WORD_WIDTH)}  ${nameOf(id).padEnd(NAME_WIDTH)}  ${detail}${fix === undefined ? '' : `. Fix: ${fix}`}`;

function terminalLines({ id, status, detail, fix }: Check, style: ReportStyle & { kind: 'terminal' }): string {
  const mark = MARKS[status];
  const indent = 4 + NAME_WIDTH + 2;
  const folded = (text: string) => fold(text, Math.max(30, style.width - indent)).join(`\n${' '.repeat(indent)}`);
  const head = `  ${styled(mark.colour, mark.glyph, style)} ${nameOf(id).padEnd(NAME_WIDTH)}  `;
  const text = status === 'skipped' ? styled('dim', folded(detail), style) : folded(detail);
  const hint = fix === undefined ? '' : `\n${' '.repeat(indent)}${styled(mark.colour, folded(`→ ${fix}`), style)}`;
  return head + text + hint;
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

const VERDICTS = {
  0: 'Good',
  1: 'Not good: a check with the service failed',
  2: 'Not good: a check on this machine failed',
  3: 'Sandbox only: your app was NOT checked',
} as const;

/** Skipped checks may hide what is wrong. */
const AS_FAR = 'Good so far, but not everything was checked';

/**
 * The last lines: the verdict, and how many checks have which status.
 *
 * @param handedOver how to have an app checked, where it was only a sandbox
 */
export function verdictText(checks: readonly Check[], style: ReportStyle, handedOver: string | undefined): string {
  const code = exitCodeOf(checks, handedOver !== undefined);
  const counts = (['fail', 'warn', 'skipped', 'ok'] as const).flatMap((status) => {
    const count = checks.filter((check) => check.status === status).length;
    return count === 0 ? [] : [`${count} ${MARKS[status].word}`];
  });
  const whole = checks.every(({ status }) => status !== 'skipped');
  const verdict = code === 0 && !whole ? AS_FAR : VERDICTS[code];
  const line = `\n${styled(VERDICT_STYLES[code], verdict, style)} (${counts.join(', ')}).\n`;
  if (handedOver === undefined) return line;
  return `${line}${style.kind === 'plain' ? handedOver : fold(handedOver, style.width).join('\n')}\n`;
}

const VERDICT_STYLES = { 0: 'green', 1: 'red', 2: 'red', 3: 'yellow' } as const satisfies Record<number, Style>;

/** How to have an app checked and not a sandbox. */
export function handOver(target: Target, file: string | undefined): string {
  if (target.kind === 'sandbox' && target.forced) return 'To check your app, unset AGORA_THREADS_SANDBOX.';
  const settings = 'AGORA_CHAT_HOST, AGORA_CHAT_APP_KEY or AGORA_APP_ID, and credentials';
  if (file !== undefined) {
    const names = target.kind === 'app' ? 'a sandbox that runs by itself' : 'no app';
    return `The file names ${names}. To check your app, its env needs ${settings}.`;
  }
  return `To check your app, give the doctor the settings that your assistant gives the server: doctor --config FILE with its JSON configuration, or the same variables in this shell (${settings}).`;
}
