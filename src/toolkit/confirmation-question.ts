import { columnsOf } from '../base/display-width.ts';
import type { Language } from '../base/language.ts';
import { capitalised, joined } from '../base/wording.ts';
import { textsOf } from '../present/texts.ts';
import type { Texts } from '../present/texts-en.ts';
import type { Question } from './ask-by-form.ts';
import { factsOfOne, factsOfSeveral } from './question-facts.ts';
import {
  asManyAsFit,
  countsOf,
  dayOf,
  firstThatFits,
  LINE,
  lineAbout,
  lineWithName,
  markOf,
  packed,
  type QuestionThread,
  quotedName,
  shortApp,
  shortGroup,
  shortHost,
  shortId,
  shortUser,
} from './question-parts.ts';

/** What a person is asked to agree to. Texts from outside are escaped, ids are unique, one thread at least is not gone. */
export interface QuestionSubject {
  readonly threads: readonly QuestionThread[];
  /** The users to be removed from the threads; without them the threads are deleted. */
  readonly users?: readonly string[] | undefined;
  readonly app: string;
  readonly host: string;
  readonly sandbox: boolean;
}

/** What all questions have in common, as it is shown. */
interface Shown {
  readonly texts: Texts;
  /** The mark of the sandbox, before the first word. */
  readonly start: string;
  readonly app: string;
  readonly host: string;
}

/** At most so many threads get a line each. */
const MOST_ROWS = 10;

/**
 * The question before anything is lost: the same words in a form, on a terminal and beside a code.
 *
 * @returns `message`: four lines for one thread, else at most fourteen, none over 74 columns: Claude Code draws four lines
 *   whole, and at 80x24 Codex loses the end of what is longer than the screen, and Copilot CLI its beginning. `title`: at
 *   most 40 columns
 */
export function confirmationQuestion({ threads, users, ...where }: QuestionSubject, language: Language): Question {
  const texts = textsOf(language);
  const shown: Shown = {
    texts,
    start: where.sandbox ? '[sandbox] ' : '',
    app: shortApp(where.app),
    host: shortHost(where.host),
  };
  const [only] = threads.length === 1 ? threads : [];
  const left = threads.filter(({ gone }) => !gone);
  if (users !== undefined) {
    const lines = only ? removeFromOne(only, users, shown) : removeFromSeveral(threads, left, users, shown);
    return { message: lines.join('\n'), title: texts.removal.title(users.length, left.length) };
  }
  return only
    ? { message: deleteOne(only, shown).join('\n'), title: texts.deletion.title }
    : { message: deleteSeveral(threads, left, shown).join('\n'), title: texts.deletion.titleSeveral(left.length) };
}

function deleteOne(thread: QuestionThread, { texts, start, app, host }: Shown): string[] {
  const { deletion, facts, separator } = texts;
  const { id, group_id } = thread;
  const mark = markOf(thread, texts);
  const ids = (most: number): string =>
    joined(separator, capitalised(facts.threadId(shortId(id, most))), group_id && facts.group(shortId(group_id, most)));
  return [
    lineAbout(thread, (shown) => start + deletion.ask(shown, mark)),
    factsOfOne(thread, texts),
    deletion.where(app, host),
    firstThatFits([18, 17, 16].map((most) => deletion.messagesToo(ids(most)))),
  ];
}

function deleteSeveral(
  threads: readonly QuestionThread[],
  left: readonly QuestionThread[],
  { texts, start, app, host }: Shown,
): string[] {
  const { deletion } = texts;
  return [
    namesInFirstLine(left, start, texts),
    factsOfSeveral(left, countsOf(threads, texts), texts),
    deletion.where(app, host),
    ...(threads.length <= MOST_ROWS ? threads.map((thread) => rowOf(thread, texts)) : packed(left)),
    deletion.lastLine(left.length, app),
  ];
}

/** The count, and as many names as follow it whole: hosts may draw no more than the first three lines. */
function namesInFirstLine(threads: readonly QuestionThread[], start: string, { deletion }: Texts): string {
  const ask = start + deletion.askSeveral(threads.length);
  const room = LINE - columnsOf(ask);
  const longest = room - (threads.length > 1 ? columnsOf(deletion.andMore) : 0);
  const nameOf = ({ id, name }: QuestionThread): string =>
    name === undefined ? shortId(id) : quotedName(name, longest);
  return ask + asManyAsFit(threads, nameOf, room, deletion.andMore);
}

/** `- "NAME" ID, DAY` */
function rowOf(thread: QuestionThread, texts: Texts): string {
  const { id, name } = thread;
  const end = joined(texts.separator, shortId(id), dayOf(thread)) + markOf(thread, texts);
  return name === undefined ? `- ${end}` : lineWithName(name, (quoted) => `- ${quoted} ${end}`);
}

function removeFromOne(thread: QuestionThread, users: readonly string[], { texts, start, app, host }: Shown): string[] {
  const { removal, facts, separator, inBrackets } = texts;
  const { id, name, group, group_id } = thread;
  const mark = markOf(thread, texts);
  const who = whoOf(users, texts);
  const groupWords = group_id && facts.group(joined(' ', group && shortGroup(group, group_id), shortId(group_id)));
  return [
    name === undefined
      ? firstThatFits([
          start + removal.askNameless(who, shortId(id), mark),
          start + removal.askNameless(who, shortId(id, 14), inBrackets(facts.notVerified)),
        ])
      : lineWithName(name, (quoted) => start + removal.ask(who, quoted, mark)),
    usersLine(users, [thread], texts),
    removal.where(app, host),
    capitalised(joined(separator, groupWords, facts.threadId(shortId(id)))),
  ];
}

function removeFromSeveral(
  threads: readonly QuestionThread[],
  left: readonly QuestionThread[],
  users: readonly string[],
  { texts, start, app, host }: Shown,
): string[] {
  const { removal, inBrackets } = texts;
  const counts = countsOf(threads, texts);
  const ask = (most?: number): string =>
    start + removal.askSeveral(whoOf(users, texts, most), left.length, counts && inBrackets(counts));
  return [firstThatFits([ask(), ask(12)]), usersLine(users, left, texts), removal.where(app, host), ...packed(left)];
}

function whoOf(users: readonly string[], { removal }: Texts, most?: number): string {
  const [only] = users;
  return users.length === 1 && only !== undefined ? shortUser(only, most) : removal.users(users.length);
}

/** As many users as fit; at least one who would be removed from a thread of their own is named as its owner. */
function usersLine(users: readonly string[], threads: readonly QuestionThread[], texts: Texts): string {
  const { removal, inBrackets } = texts;
  const owners = users.filter((user) => threads.some(({ owner }) => owner === user));
  const listed = (some: readonly string[], room: number, more: string): string =>
    asManyAsFit(some, (user) => shortUser(user), room, more);
  const end = owners.length === 0 ? '' : inBrackets(removal.ofThemOwners(listed(owners, LINE / 4, removal.moreOwners)));
  const room = LINE - columnsOf(removal.userList(users.length, '') + end);
  return removal.userList(users.length, listed(users, room, removal.inAll(users.length))) + end;
}
