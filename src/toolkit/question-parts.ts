import { columnsOf, countedCut, cutEnd, cutInQuotes, cutMiddle, plainCut } from '../base/display-width.ts';
import { breakMarkup } from '../base/markup-joints.ts';
import { joined } from '../base/wording.ts';
import type { Texts } from '../present/texts-en.ts';
import { word } from '../present/thread-facts.ts';
import type { MemberList } from './thread-look.ts';
import type { ViewItem } from './view-data.ts';

/** No line of a question is longer, in columns: hosts at 80 draw a border and blanks beside it. */
export const LINE = 74;
/** The longest each part is shown, in columns. Ids that need quotes are shown with them in as many. */
const GROUP = 18;
const USER = 14;
const APP = 26;
const HOST = 20;
const ID = 18;
/** Names that share lines are cut to the largest of these at which all lines of names fit. */
const NAME_SIZES = [60, 36, 22, 16, 10];
const NAME_LINES = 10;
/** At less, `…⟨+29⟩` would be longer than what it leaves of the name. */
const COUNTED_FROM = 22;

/** A thread as the question shows it, with texts from outside escaped; all but the id may be unknown. */
export type QuestionThread = ViewItem & { readonly members?: MemberList | undefined };

/** The day in UTC, `2025-01-01`. */
export const dayOf = ({ created_at }: QuestionThread): string | undefined => created_at?.slice(0, 10);

export const quotedName = (name: string, room: number): string =>
  cutInQuotes(breakMarkup(name), room, (text, most) => cutEnd(text, most, most < COUNTED_FROM ? plainCut : countedCut));

/** The name that a line has room for, always with the count of what is cut off. */
export const lineWithName = (name: string, line: (quoted: string) => string): string =>
  line(cutInQuotes(breakMarkup(name), LINE - columnsOf(line('')), cutEnd));

const bareOrQuoted = (text: string, isBare: boolean, most: number): string => {
  const unmarked = breakMarkup(text);
  return isBare ? cutMiddle(unmarked, most) : cutInQuotes(unmarked, most, cutMiddle);
};
export const shortId = (id: string, most: number = ID): string => bareOrQuoted(id, word(id) === id, most);
export const shortUser = (id: string, most: number = USER): string => shortId(id, most);
/** `org#app`, `a1.easemob.com`, `[::1]:8080`: what an operator has set, so no quotes where it looks as expected. */
const ADDRESS = /^[\w.:#/[\]-]+$/;
export const shortApp = (app: string): string => bareOrQuoted(app, ADDRESS.test(app), APP);
export const shortHost = (host: string): string => bareOrQuoted(host, ADDRESS.test(host), HOST);
export const shortGroup = (name: string | undefined, id: string): string =>
  name === undefined ? shortId(id) : cutInQuotes(breakMarkup(name), GROUP + 2, cutEnd);

/** A line with the name, as far as there is room for it; else with the id. */
export const lineAbout = ({ id, name }: QuestionThread, line: (shown: string) => string): string =>
  name === undefined ? line(shortId(id)) : lineWithName(name, line);

/** The first of the lines that fits, else the last. */
export const firstThatFits = (lines: readonly string[]): string =>
  lines.find((line) => columnsOf(line) <= LINE) ?? lines.at(-1) ?? '';

const isVerified = ({ name, verified }: QuestionThread): boolean => verified && name !== undefined;

/** What a question says behind the name of one thread. */
export function markOf(thread: QuestionThread, { facts, separator, inBrackets }: Texts): string {
  const { name, gone } = thread;
  const marks = joined(
    separator,
    gone && facts.alreadyGone,
    name === undefined && facts.nameUnknown,
    !isVerified(thread) && !gone && facts.notVerified,
  );
  return marks && inBrackets(marks);
}

/** How many of the threads are not verified, and how many gone: as far as there are any. */
export function countsOf(threads: readonly QuestionThread[], { facts, separator }: Texts): string {
  const gone = threads.filter((thread) => thread.gone).length;
  const notVerified = threads.filter((thread) => !thread.gone && !isVerified(thread)).length;
  return joined(separator, notVerified > 0 && facts.countNotVerified(notVerified), gone > 0 && facts.countGone(gone));
}

/**
 * As many of the items as a room holds, the first one at least.
 *
 * @param more what follows where some are left out
 */
export function asManyAsFit<T>(items: readonly T[], shown: (item: T) => string, room: number, more: string): string {
  let joined = '';
  let fitting = '';
  for (const [index, item] of items.entries()) {
    joined += index === 0 ? shown(item) : `, ${shown(item)}`;
    const whole = index < items.length - 1 ? joined + more : joined;
    if (index === 0 || columnsOf(whole) <= room) fitting = whole;
    // The last one may fit where what follows others does not.
    if (columnsOf(joined) > room) break;
  }
  return fitting;
}

/** Names that share lines, at most ten lines for fifty of them; an id where there is no name. */
export function packed(threads: readonly QuestionThread[]): string[] {
  let lines: string[] = [];
  for (const size of NAME_SIZES) {
    lines = flow(
      threads.map(({ id, name }) =>
        name === undefined ? shortId(id, Math.min(size, ID)) : quotedName(name, size + 2),
      ),
    );
    if (lines.length <= NAME_LINES) break;
  }
  return lines;
}

/** Items with commas between them, in lines that are as full as can be. */
function flow(items: readonly string[]): string[] {
  const lines: string[] = [];
  for (const [index, item] of items.entries()) {
    const next = index < items.length - 1 ? `${item},` : item;
    const joined = `${lines.at(-1) ?? ''} ${next}`;
    if (lines.length > 0 && columnsOf(joined) <= LINE) lines.splice(-1, 1, joined);
    else lines.push(next);
  }
  return lines;
}
