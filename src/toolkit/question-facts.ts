import { capitalised } from '../base/wording.ts';
import type { Texts } from '../present/texts-en.ts';
import { firstThatFits, type QuestionThread, shortGroup, shortUser } from './question-parts.ts';

/** Group, owner, day and members; what is not known is named at the end, all together. */
export function factsOfOne({ group, owner, created, members }: QuestionThread, texts: Texts): string {
  const { facts, separator } = texts;
  const { names } = facts;
  const known = [
    ...(group ? [facts.group(shortGroup(group))] : []),
    ...(owner === undefined ? [] : [facts.owner(shortUser(owner))]),
    ...(created === undefined ? [] : [created]),
    ...(members ? [members.complete ? facts.members(members.count) : facts.membersOrMore(members.count)] : []),
  ];
  const unknown = [
    ...(group ? [] : [names.group]),
    ...(owner === undefined ? [names.owner] : []),
    ...(created === undefined ? [names.date] : []),
    ...(members ? [] : [names.members]),
  ];
  return capitalised([...known, ...allUnknown(unknown, texts)].join(separator));
}

const allUnknown = (names: readonly string[], { facts, locale }: Texts): string[] =>
  names.length === 0 ? [] : [facts.unknown(new Intl.ListFormat(locale).format(names))];

/**
 * Groups, owners and days of several threads, and the marks given. A single group or owner is named; where that makes
 * the line too long it is counted, and then the owners go, and the days.
 */
export function factsOfSeveral(threads: readonly QuestionThread[], marks: readonly string[], texts: Texts): string {
  const { facts, separator } = texts;
  const [{ group = undefined, owner = undefined } = {}] = threads;
  const groups = nameOrCount(
    threads.map((thread) => thread.group?.id),
    group && facts.group(shortGroup(group)),
    facts.groups,
    facts.atLeast,
  );
  const owners = nameOrCount(
    threads.map((thread) => thread.owner),
    owner === undefined ? undefined : facts.owner(shortUser(owner)),
    facts.owners,
    facts.atLeast,
  );
  const days = daysOf(threads, texts);
  const unknown = allUnknown(
    [
      ...(groups.counted.length === 0 ? [facts.names.groups] : []),
      ...(owners.counted.length === 0 ? [facts.names.owners] : []),
      ...(days.length === 0 ? [facts.names.dates] : []),
    ],
    texts,
  );
  const line = (...parts: readonly (readonly string[])[]): string =>
    capitalised([...parts, unknown, marks].flat().join(separator));
  return firstThatFits([
    line(groups.named, owners.named, days),
    line(groups.named, owners.counted, days),
    line(groups.counted, owners.counted, days),
    line(groups.counted, days),
    line(groups.counted, [facts.someDatesUnknown]),
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
): { readonly named: readonly string[]; readonly counted: readonly string[] } {
  const known = new Set(values.filter((value) => value !== undefined)).size;
  const whole = !values.includes(undefined);
  const counted = known === 0 ? [] : [count(whole ? String(known) : atLeast(known))];
  return { named: whole && known === 1 && named !== undefined ? [named] : counted, counted };
}

/** The first and the last day, and how many threads have none. */
function daysOf(threads: readonly QuestionThread[], { facts }: Texts): string[] {
  const days = threads.flatMap(({ created }) => created ?? []).sort();
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined) return [];
  const undated = threads.length - days.length;
  return [first === last ? first : facts.days(first, last), ...(undated > 0 ? [facts.undated(undated)] : [])];
}
