import { capitalised, joined } from '../base/wording.ts';
import type { Texts } from '../present/texts-en.ts';
import { dayOf, firstThatFits, type QuestionThread, shortGroup, shortUser } from './question-parts.ts';

const groupOf = ({ group_id, group }: QuestionThread, { facts }: Texts): string | undefined =>
  group_id === undefined ? undefined : facts.group(shortGroup(group, group_id));
const ownerOf = ({ owner }: QuestionThread, { facts }: Texts): string | undefined =>
  owner === undefined ? undefined : facts.owner(shortUser(owner));

function membersOf({ members }: QuestionThread, { facts }: Texts): string | undefined {
  if (members === undefined) return undefined;
  return members.complete ? facts.members(members.ids.length) : facts.membersOrMore(members.ids.length);
}

const allUnknown = (names: readonly string[], { facts, locale }: Texts): string | undefined =>
  names.length === 0 ? undefined : facts.unknown(new Intl.ListFormat(locale).format(names));

/** Group, owner, day and members; what is not known is named at the end, all together. */
export function factsOfOne(thread: QuestionThread, texts: Texts): string {
  const { names } = texts.facts;
  const facts = [
    { name: names.group, fact: groupOf(thread, texts) },
    { name: names.owner, fact: ownerOf(thread, texts) },
    { name: names.date, fact: dayOf(thread) },
    { name: names.members, fact: membersOf(thread, texts) },
  ];
  const unknown = facts.filter(({ fact }) => fact === undefined).map(({ name }) => name);
  return capitalised(joined(texts.separator, ...facts.map(({ fact }) => fact), allUnknown(unknown, texts)));
}

/**
 * Groups, owners and days of several threads, and the marks given. A single group or owner is named; where that makes
 * the line too long it is counted, and then the owners go, and the days.
 */
export function factsOfSeveral(threads: readonly QuestionThread[], marks: string, texts: Texts): string {
  const { facts, separator } = texts;
  const [first] = threads;
  const groups = nameOrCount(
    threads.map(({ group_id }) => group_id),
    first && groupOf(first, texts),
    facts.groups,
    facts.atLeast,
  );
  const owners = nameOrCount(
    threads.map(({ owner }) => owner),
    first && ownerOf(first, texts),
    facts.owners,
    facts.atLeast,
  );
  const days = daysOf(threads, texts);
  const missing = [
    { name: facts.names.groups, fact: groups.counted },
    { name: facts.names.owners, fact: owners.counted },
    { name: facts.names.dates, fact: days },
  ].filter(({ fact }) => fact === '');
  const unknown = allUnknown(
    missing.map(({ name }) => name),
    texts,
  );
  const line = (...parts: readonly string[]): string => capitalised(joined(separator, ...parts, unknown, marks));
  return firstThatFits([
    line(groups.named, owners.named, days),
    line(groups.named, owners.counted, days),
    line(groups.counted, owners.counted, days),
    line(groups.counted, days),
    line(groups.counted, facts.someDatesUnknown),
  ]);
}

/**
 * @param named what is said where all values are the same
 * @returns both ways to say it; empty where nothing is known
 */
function nameOrCount(
  values: readonly (string | undefined)[],
  named: string | undefined,
  count: (count: string) => string,
  atLeast: (count: number) => string,
): { readonly named: string; readonly counted: string } {
  const known = new Set(values.filter((value) => value !== undefined)).size;
  const isWhole = !values.includes(undefined);
  const counted = known === 0 ? '' : count(isWhole ? String(known) : atLeast(known));
  return { named: isWhole && known === 1 && named !== undefined ? named : counted, counted };
}

/** The first and the last day, and how many threads have none; empty where none has one. */
function daysOf(threads: readonly QuestionThread[], { facts, separator }: Texts): string {
  const days = threads.flatMap((thread) => dayOf(thread) ?? []).sort();
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined) return '';
  const undated = threads.length - days.length;
  return joined(separator, first === last ? first : facts.days(first, last), undated > 0 && facts.undated(undated));
}
