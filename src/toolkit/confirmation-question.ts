import { columnsOf } from '../base/display-width.ts';
import type { Language } from '../base/language.ts';
import { capitalised } from '../base/wording.ts';
import { textsOf } from '../present/texts.ts';
import type { Texts } from '../present/texts-en.ts';
import { factsOfOne, factsOfSeveral } from './question-facts.ts';
import {
  asManyAsFit,
  countsOf,
  firstThatFits,
  LINE,
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

export interface QuestionWords {
  /**
   * Four lines for one thread, else at most fourteen, none over 74 columns: Claude Code draws four lines whole, and at
   * 80x24 Codex loses the end of what is longer than the screen, and Copilot CLI its beginning.
   */
  readonly message: string;
  /** Beside the box to tick, and the question on a terminal; at most 40 columns. */
  readonly title: string;
}

/** At most so many threads get a line each. */
const MOST_ROWS = 10;
const SANDBOX = '[sandbox] ';

/** The question before anything is lost: the same words in a form, on a terminal and beside a code. */
export function confirmationQuestion(subject: QuestionSubject, language: Language): QuestionWords {
  const texts = textsOf(language);
  const { threads, users } = subject;
  const [only] = threads.length === 1 ? threads : [];
  const left = threads.filter(({ gone }) => !gone);
  if (users !== undefined) {
    const lines = only ? removeFromOne(only, users, subject, texts) : removeFromSeveral(left, users, subject, texts);
    return { message: lines.join('\n'), title: texts.removal.title(users.length, left.length) };
  }
  return only
    ? { message: deleteOne(only, subject, texts).join('\n'), title: texts.deletion.title }
    : { message: deleteSeveral(left, subject, texts).join('\n'), title: texts.deletion.titleSeveral(left.length) };
}

const markedSandbox = ({ sandbox }: QuestionSubject): string => (sandbox ? SANDBOX : '');

function deleteOne(thread: QuestionThread, subject: QuestionSubject, texts: Texts): string[] {
  const { deletion, facts, separator } = texts;
  const mark = markOf(thread, texts);
  const start = markedSandbox(subject);
  const { id, name, group } = thread;
  const ids = (most: number): string =>
    deletion.messagesToo(
      [capitalised(facts.threadId(shortId(id, most))), ...(group ? [facts.group(shortId(group.id, most))] : [])].join(
        separator,
      ),
    );
  return [
    name === undefined
      ? start + deletion.ask(shortId(id), mark)
      : lineWithName(name, (quoted) => start + deletion.ask(quoted, mark)),
    factsOfOne(thread, texts),
    deletion.where(shortApp(subject.app), shortHost(subject.host)),
    firstThatFits([ids(18), ids(17), ids(16)]),
  ];
}

function deleteSeveral(left: readonly QuestionThread[], subject: QuestionSubject, texts: Texts): string[] {
  const { threads, app, host } = subject;
  const { deletion } = texts;
  return [
    namesInFirstLine(left, markedSandbox(subject), texts),
    factsOfSeveral(left, countsOf(threads, texts), texts),
    deletion.where(shortApp(app), shortHost(host)),
    ...(threads.length <= MOST_ROWS ? threads.map((thread) => rowOf(thread, texts)) : packed(left)),
    deletion.lastLine(left.length, shortApp(app)),
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
  const { id, name, created } = thread;
  const end = (created === undefined ? '' : texts.separator + created) + markOf(thread, texts);
  return name === undefined
    ? `- ${shortId(id)}${end}`
    : lineWithName(name, (quoted) => `- ${quoted} ${shortId(id)}${end}`);
}

function removeFromOne(
  thread: QuestionThread,
  users: readonly string[],
  subject: QuestionSubject,
  texts: Texts,
): string[] {
  const { removal, facts, separator, inBrackets } = texts;
  const mark = markOf(thread, texts);
  const start = markedSandbox(subject);
  const who = whoOf(users, texts);
  const { id, name, group } = thread;
  const groupFacts = group
    ? [facts.group(group.name === undefined ? shortId(group.id) : `${shortGroup(group)} ${shortId(group.id)}`)]
    : [];
  return [
    name === undefined
      ? firstThatFits([
          start + removal.askNameless(who, shortId(id), mark),
          start + removal.askNameless(who, shortId(id, 14), inBrackets(facts.notVerified)),
        ])
      : lineWithName(name, (quoted) => start + removal.ask(who, quoted, mark)),
    usersLine(users, [thread], texts),
    removal.where(shortApp(subject.app), shortHost(subject.host)),
    capitalised([...groupFacts, facts.threadId(shortId(id))].join(separator)),
  ];
}

function removeFromSeveral(
  left: readonly QuestionThread[],
  users: readonly string[],
  subject: QuestionSubject,
  texts: Texts,
): string[] {
  const counts = countsOf(subject.threads, texts);
  const mark = counts.length === 0 ? '' : texts.inBrackets(counts.join(texts.separator));
  const ask = (most?: number): string =>
    markedSandbox(subject) + texts.removal.askSeveral(whoOf(users, texts, most), left.length, mark);
  return [
    firstThatFits([ask(), ask(12)]),
    usersLine(users, left, texts),
    texts.removal.where(shortApp(subject.app), shortHost(subject.host)),
    ...packed(left),
  ];
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
