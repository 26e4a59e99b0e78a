import type * as z from 'zod';
import type { AgoraError, AgoraErrorFacts, ErrorCode } from '../agora/errors.ts';
import { closest } from '../base/did-you-mean.ts';
import { quoted, visible } from '../base/escape.ts';
import { inThousands } from '../base/wording.ts';
import { waitOf } from './time.ts';

/** A failure inside a result, in one phrase: `user_not_in_group: the user is not a member of the group`. */
export const errorWords = ({ facts }: Pick<AgoraError, 'facts'>): string =>
  `${facts.code}: ${facts.what}${facts.retryAfterMs === undefined ? '' : `; trying again may help in ${inSeconds(facts.retryAfterMs)}`}`;

/** Why a row of a result is as it is: in words for the model, and by a code for the person's language. */
export interface RowReason {
  readonly words: string;
  readonly code: ErrorCode | 'not_sent' | 'answer_lost' | 'nothing_said';
}

export const reasonOf = (error: AgoraError): RowReason => ({ words: errorWords(error), code: error.code });

/** A wait, rounded up: `45 s`, `24 h`. */
export function inSeconds(ms: number): string {
  const { count, unit } = waitOf(ms);
  return `${count} ${unit}`;
}

/** What came back, to follow a sentence without its full stop: `. The service said: "…" (HTTP 403)`. */
export function serviceSaid({ status, said }: AgoraErrorFacts): string {
  const shown = status === undefined || status === 200 ? '' : ` (HTTP ${status})`;
  return said === undefined ? shown : `. The service said: ${quoted(said, 200)}${shown}`;
}

/** A model that sends more faults than this corrects them in another call. */
const MOST_FAULTS = 5;
/** Unknown names that are compared with ours: a call with 60,000 of them held a server for 27 s. */
const MOST_COMPARED = 20;

/**
 * What is wrong with arguments, in one line: each one's name, what it must be, and what it is, unless the schema hides that
 * with `params: { isHidden: true }`.
 *
 * @param known further names that an unknown argument may be meant as: those of other tools
 */
export function argumentFaults(
  error: z.ZodError,
  args: unknown,
  argumentNames: readonly string[],
  known = argumentNames,
): string {
  const faults = error.issues.slice(0, MOST_FAULTS).map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return `${unknownArguments(issue.keys, known)}; expected: ${argumentNames.join(', ')}`;
    }
    if (issue.path.length === 0) return 'the arguments must be an object';
    const name = issue.path.join('.');
    const value = valueAt(args, issue.path);
    if (value === undefined) return `${name} is missing`;
    const isHidden = issue.code === 'custom' && issue.params?.['isHidden'] === true;
    return `${name} ${issue.message}${isHidden ? '' : ` (got ${valueText(value)})`}`;
  });
  return faults.join('; ');
}

/** A name that resembles none of ours may be a value in the wrong place, such as an approval, and is only counted. */
function unknownArguments(keys: readonly string[], known: readonly string[]): string {
  const alike = keys.slice(0, MOST_COMPARED).filter((key) => closest(key.toLowerCase(), known) !== undefined);
  const named = alike.slice(0, MOST_FAULTS);
  const others = keys.length - named.length;
  const [s, them] = keys.length === 1 ? ['', 'it'] : ['s', 'them'];
  if (named.length === 0) return `${inThousands(others)} unknown argument${s}: leave ${them} out`;
  const more = others > 0 ? ` and ${inThousands(others)} more` : '';
  return `unknown argument${s} ${named.map((key) => quoted(key, 60)).join(', ')}${more}: leave ${them} out`;
}

function valueAt(args: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (value === null || typeof value !== 'object') return undefined;
    return Object.entries(value).find(([name]) => name === String(key))?.[1];
  }, args);
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return quoted(value, 40);
  try {
    return visible(JSON.stringify(value) ?? 'undefined', 40);
  } catch {
    // JSON.parse takes any depth, JSON.stringify only what the stack holds.
    return 'a value nested too deep to be shown';
  }
}
