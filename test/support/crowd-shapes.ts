import { threeOf } from './ask-directory.ts';
import { type CrowdOptions, type crowdedApp, type seededRandom, userName } from './crowded-app.ts';

export type CrowdShape = Omit<CrowdOptions, 'clock'>;

const USERS = 300;
/** Each of 10,000 threads with three of 300 users. */
export const MANY = { threads: 10_000, membersOf: threeOf(USERS) } satisfies CrowdShape;
const anyone = (random: ReturnType<typeof seededRandom>): string => userName(random(USERS));
const everyOther = (first: number, second: number) => {
  let count = 0;
  return () => (count++ % 2 === 0 ? first : second);
};

/**
 * What it may cost to know all of an app: a call for each page of ids and of users' lists, two for each user, and one
 * for each thread that nobody is in.
 */
export function boundsOf(app: ReturnType<typeof crowdedApp>, page = 50) {
  const memberships = app.all.reduce((sum, { members }) => sum + members.length, 0);
  const users = new Set(app.all.flatMap(({ members }) => members)).size;
  const empty = app.all.filter(({ members }) => members.length === 0).length;
  const all = app.all.length / page + memberships / page + 2 * users + empty;
  return { usual: 0.8 * all, worst: 1.1 * all + 20 };
}

/** Apps that make it hard, with the size of the pages where it is not 50. */
export const SHAPES: readonly [name: string, options: CrowdShape, page?: number][] = [
  ['one user is in everything', { ...MANY, membersOf: (_, random) => [anyone(random), 'boss', anyone(random)] }],
  ['a bot has made everything', { ...MANY, membersOf: (_, random) => ['bot', anyone(random), anyone(random)] }],
  ['each has one member', { ...MANY, membersOf: (_, random) => [anyone(random)] }],
  ['each has one member of its own', { threads: 3_000, membersOf: (index) => [userName(index)] }],
  [
    'a fifth have no members',
    { ...MANY, membersOf: (index, random) => (index % 5 === 0 ? [] : threeOf(USERS)(index, random)) },
  ],
  [
    'few users are in most',
    {
      ...MANY,
      membersOf: (_, random) => Array.from({ length: 3 }, () => userName(Math.floor(USERS * (random(999) / 999) ** 4))),
    },
  ],
  ['their owners have left', { ...MANY, ownerOf: (index) => `gone-${index % 200}` }],
  ['every other page is half full', { ...MANY, page: everyOther(50, 25) }],
  ['each page is half full', { ...MANY, page: () => 25 }, 25],
  ['lists are by creation', { ...MANY, order: 'created' }],
];
