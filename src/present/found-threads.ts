import * as z from 'zod';
import { defined } from '../base/defined.ts';
import { counted, inThousands, joined } from '../base/wording.ts';
import { MOST_IDS } from '../lists/app-list.ts';
import type { Answer } from '../lists/directory.ts';
import { type AnswerPosition, writePosition } from '../lists/question.ts';
import { type AskedList, type ListStopped, listResult, listText, rowsOf, totalFields } from './list-result.ts';
import { failureNote, goesOn, NONE_WITH_LIMIT_0 } from './list-summary.ts';
import { asOf, utcMinute } from './time.ts';
import { withinBudget } from './token-budget.ts';
import { countThread, noTotals } from './totals.ts';

/** The result of a search through the whole app: that of a list, and how far the app is known. */
export const foundThreads = listResult.extend({
  known: z.int().describe('Threads whose details are known'),
  unresolved: z.int().optional().describe('Threads whose details could not be read; most have no members'),
  not_read: z.int().optional().describe('Those among them that are worth asking again'),
  calls: z.int().describe('Calls to the service'),
  total: z.int().optional().describe('All threads of the app, once its list was read to the end'),
});

export type FoundThreads = z.input<typeof foundThreads>;

export interface SearchFacts extends AskedList {
  readonly answer: Answer;
  readonly limit: number;
  /** What could not be checked, in sentences. */
  readonly notes: readonly string[];
  /** When the search began and ended, in milliseconds since 1970. */
  readonly began: number;
  readonly ended: number;
}

/** Makes the structure of a search. */
export const foundOf = (facts: SearchFacts): FoundThreads =>
  withinBudget(facts.answer.threads.length, (kept) => withRows(facts, kept), listText);

function withRows(facts: SearchFacts, kept: number): FoundThreads {
  const { answer, list, detail, limit } = facts;
  const isCut = kept < answer.threads.length;
  const { threads, next } = isCut ? answer.upTo(kept) : answer;
  const totals = noTotals();
  for (const { thread } of answer.matches) countThread(totals, thread);
  // Where the search stopped as soon as there was enough to show, what else is known happens to be known.
  const countsMore = limit === 0 || (answer.stopped !== 'limit' && answer.matches.length > threads.length);
  return defined({
    summary: summaryOf(facts, threads, next),
    ...rowsOf(
      threads.map(({ thread }) => thread),
      detail,
    ),
    scanned: answer.known,
    matched: answer.matches.length,
    total: answer.isWhole && answer.scope === 'app' ? answer.listed : undefined,
    known: answer.known,
    unresolved: answer.unresolved || undefined,
    not_read: answer.notRead || undefined,
    calls: answer.calls,
    ...totalFields(countsMore ? totals : undefined, facts.groupName),
    ...goesOn(list, next && writePosition(next)),
    stopped: isCut ? ('budget' as const) : stoppedOf(answer),
  });
}

function stoppedOf({ stopped, isAtDeadEnd, listed }: Answer): ListStopped {
  if (stopped !== 'failed') return stopped;
  if (!isAtDeadEnd) return 'page';
  return listed > MOST_IDS ? 'max_scan' : 'cursor_repeated';
}

const threadsText = (count: number): string => counted(inThousands(count), 'thread');

function summaryOf(facts: SearchFacts, threads: Answer['threads'], next: AnswerPosition | undefined): string {
  const { subject, narrowed, answer, began, ended } = facts;
  // An answer about all threads is as old as the oldest record, one about the threads shown as old as theirs.
  const oldest = answer.stopped === 'limit' ? Math.min(...threads.map(({ at }) => at)) : answer.oldestRead;
  const isAnew = answer.learnt === answer.known && !facts.fromStart && answer.calls > 0;
  return joined(
    ' ',
    `${subject}${narrowed}: ${shownWords(facts, threads.length)}.`,
    isAnew && 'What earlier calls had read was not kept, so the app was read anew.',
    failureNote(answer.stopped === 'limit' ? undefined : answer.failure),
    !answer.isOnlyMatch && unresolvedWords(answer),
    answer.scope === 'group' &&
      !answer.isOnlyMatch &&
      'Only lists of members of the group were read: threads that nobody is in are not in them.',
    ...facts.notes,
    nextWords(facts, next),
    oldest < began && `Read at ${utcMinute(oldest)} or later; changes that others made since are not seen.`,
    asOf(ended),
  );
}

const TOO_MANY = `at most ${inThousands(MOST_IDS)} threads of an app are searched, so there may be others: search by group_id, or use list_user_threads`;
const REPEATED = 'the service repeated its cursor, so whether there are others is not known';

/** What is shown of how many, and whether there may be others. Absence is claimed only where it is proven. */
function shownWords({ answer, fromStart }: SearchFacts, shown: number): string {
  const { matches, stopped, isWhole, unjudged, unresolved, notRead, listed } = answer;
  const count = shown === 0 ? 'none' : inThousands(shown);
  const of = matches.length > shown ? ` of ${inThousands(matches.length)}` : '';
  if (stopped === 'limit') return `${count} shown; more may follow`;
  if (answer.isOnlyMatch) return `${count}${of} shown; a message can have only one thread, so there are no others`;
  if (answer.isAtDeadEnd)
    return `${foundWords(matches.length, shown, fromStart)}; ${listed > MOST_IDS ? TOO_MANY : REPEATED}`;
  if (stopped !== 'end')
    return `${foundWords(matches.length, shown, fromStart, ' so far')}; ${progressWords(answer)}, and there may be others`;
  if (unjudged > 0)
    return `${count}${of} shown; ${threadsText(unjudged)} lack what the search asks for, so there may be others`;
  if (notRead > 0) return `${count}${of} shown; ${threadsText(notRead)} could not be read, so there may be others`;
  const [some, that] =
    unresolved > 0 ? [`the ${inThousands(listed - unresolved)} of`, ' that can be read'] : ['all', ''];
  const read =
    isWhole && answer.scope === 'app'
      ? `${some} ${threadsText(listed)}${that} were looked at`
      : `all that could match${that && ' and can be read'} were looked at`;
  const others = fromStart ? 'there are no others' : 'there are no others but those that earlier pages showed';
  return `${count}${of} shown; ${read}, ${others}`;
}

function foundWords(found: number, shown: number, fromStart: boolean, soFar = ''): string {
  const count = found === 0 ? (fromStart ? 'none' : 'no') : inThousands(found);
  const rest = shown === found ? '' : `, ${shown === 0 ? 'none' : inThousands(shown)} shown`;
  return `${count}${fromStart ? '' : ' more'} found${soFar}${rest}`;
}

const progressWords = ({ known, listed, isWhole }: Answer): string =>
  `${inThousands(known)} of ${isWhole ? '' : 'at least '}${threadsText(Math.max(listed, known))} are known`;

function unresolvedWords({ unresolved, notRead, isAtDeadEnd }: Answer): string {
  const unreadable = unresolved - notRead;
  return joined(
    ' ',
    unreadable > 0 &&
      `The details of ${threadsText(unreadable)} cannot be read, most likely since nobody is in them; they are not searched.`,
    // At a dead end, asking again leads no further.
    notRead > 0 && `${threadsText(notRead)} could not be read${isAtDeadEnd ? '' : ' this time: ask again'}.`,
  );
}

function nextWords({ answer, limit }: SearchFacts, next: AnswerPosition | undefined): string | undefined {
  if (next === undefined) return undefined;
  if (answer.stopped === 'end' || answer.stopped === 'limit' || answer.isAtDeadEnd)
    return limit === 0 ? NONE_WITH_LIMIT_0 : 'Next page: the same call with cursor = next_cursor.';
  const left = answer.listed - answer.known - answer.unresolved;
  const more = answer.learnt > 0 && left > 0 ? Math.ceil(left / answer.learnt) : undefined;
  const about = more === undefined ? '' : ` (about ${counted(more, 'more call')})`;
  return `To go on: the same call with cursor = next_cursor${about}.`;
}
