import type { AgoraError } from '../agora/errors.ts';
import { counted, joined } from '../base/wording.ts';
import { type CursorScope, type Position, wrapCursor } from '../lists/cursor.ts';
import type { Walk } from '../lists/walk.ts';
import { errorWords } from './error-words.ts';
import type { ListStopped } from './list-result.ts';
import { asOf } from './time.ts';

/** Does a list go on, and with which cursor? */
export const goesOn = (list: CursorScope, next: Position | undefined) => ({
  has_more: next !== undefined,
  next_cursor: next && wrapCursor(list, next),
});

/** How much of a list was read, and how it goes on behind what is shown. */
export function reachOf(list: CursorScope, found: Walk<unknown>, shown: number, fromStart: boolean) {
  const stopped: ListStopped = shown < found.items.length ? 'budget' : found.stopped;
  return {
    scanned: found.scanned,
    total: fromStart && found.stopped === 'end' ? found.scanned : undefined,
    ...goesOn(list, found.after(shown)),
    stopped,
  };
}

/** What a list has to say of itself, beside how far it was read. */
export interface ListWords {
  /** Whose list it is, with what it was narrowed to: `Threads of user lin, owned by wei`. */
  readonly subject: string;
  /** What is counted. */
  readonly one: 'thread' | 'member';
  /** The limits of what such a list can hold: `that this user has joined`. */
  readonly within?: string | undefined;
  readonly shown: number;
  /** Was the list narrowed by a filter? */
  readonly filtered?: boolean;
  /** Did the call begin at the start of the list, or at a cursor? */
  readonly fromStart: boolean;
  /** How many lack a field that the filter needs, so that nobody knows whether they match. */
  readonly unjudged?: number;
  /** What only this list has to say. */
  readonly notes?: readonly string[];
  /** Milliseconds since 1970: models often do not know the date. */
  readonly now: number;
}

/** The sentences with which every list begins. Absence is claimed only where it is proven. */
export function listSummary(
  words: ListWords,
  { matched, scanned, failure }: Walk<unknown>,
  { stopped, has_more }: Pick<ReturnType<typeof reachOf>, 'stopped' | 'has_more'>,
): string {
  const { subject, notes = [], now } = words;
  return joined(
    ' ',
    `${subject}: ${shownOf(words, matched)}; ${restOf(words, matched, scanned, stopped)}.`,
    failureNote(failure),
    ...notes,
    has_more && `${stopped === 'end' ? 'Next page' : 'To go on'}: the same call with cursor = next_cursor.`,
    asOf(now),
  );
}

/** The next page of such a call shows none either, for ever. */
export const NONE_WITH_LIMIT_0 = 'With limit 0 none are shown; to see them: the same call with a limit of 1-50.';

/** Why a walk ended early. */
export const failureNote = (failure: AgoraError | undefined): string | undefined =>
  failure && `The next page could not be read (${errorWords(failure)}).`;

function shownOf({ shown, fromStart }: ListWords, matched: number): string {
  if (matched === 0) return fromStart ? 'none found' : 'no further ones found';
  if (shown === 0) return `${matched} found, none shown`;
  return shown === matched ? `${shown} shown` : `${shown} of ${matched} shown`;
}

/** What is known of those that are not shown. */
function restOf(
  { one, within, filtered, fromStart, unjudged = 0, shown }: ListWords,
  matched: number,
  scanned: number,
  stopped: ListStopped,
): string {
  const checked = filtered ? ` (${counted(scanned, one)} checked)` : '';
  const others = within === undefined ? 'there are no others' : `there are no others ${within}`;
  if (unjudged > 0) {
    return `${counted(scanned, one)} checked, of which ${unjudged} ${unjudged === 1 ? 'lacks' : 'lack'} the field that the filter needs, so there may be others`;
  }
  switch (stopped) {
    case 'end':
      return fromStart
        ? `the whole list was read${checked}, ${others}`
        : `this is the end of the list${checked}: apart from the pages before this cursor, ${others}`;
    case 'cursor_repeated':
      return `the service repeated its cursor${checked}, so whether there are others is not known`;
    case 'deadline':
      return `the time of this call was up${checked}, there may be others`;
    case 'budget':
      return `${matched > shown ? 'the others have no room here' : 'no more has room here'}${checked}, and more may follow`;
    case 'page':
    case 'limit':
    case 'max_scan':
      return `more may follow${checked}`;
  }
}
