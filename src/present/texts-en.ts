import { counted } from '../base/wording.ts';

/**
 * All words for a person, in English; `texts-zh.ts` has the same in Chinese. Parameters arrive escaped, quoted and cut: a
 * text only puts them in order. What a model reads, the audit log and the texts of errors are always English and are not
 * here.
 */
export const en = {
  /** For `Intl.ListFormat`. */
  locale: 'en-GB',
  /** Between the facts of a line. */
  separator: ', ',
  inBrackets: (text: string) => ` (${text})`,
  /** Facts of a thread, as a question shows them. */
  facts: {
    group: (group: string) => `group ${group}`,
    groups: (count: string) => counted(count, 'group'),
    owner: (owner: string) => `by ${owner}`,
    owners: (count: string) => counted(count, 'owner'),
    members: (count: number) => counted(count, 'member'),
    /** Where the member list was not read to its end. */
    membersOrMore: (count: number) => `${count}+ members`,
    days: (first: string, last: string) => `${first} to ${last}`,
    threadId: (id: string) => `thread ${id}`,
    /** A count of which more is possible. */
    atLeast: (count: number) => `${count}+`,
    unknown: (what: string) => `${what} unknown`,
    someDatesUnknown: 'some dates unknown',
    undated: (count: number) => `${count} undated`,
    names: {
      group: 'group',
      owner: 'owner',
      date: 'date',
      members: 'members',
      groups: 'groups',
      owners: 'owners',
      dates: 'dates',
    },
    nameUnknown: 'name unknown',
    notVerified: 'not verified',
    countNotVerified: (count: number) => `${count} not verified`,
    alreadyGone: 'already gone',
    countGone: (count: number) => `${count} gone`,
  },
  deletion: {
    ask: (thread: string, mark: string) => `Delete thread ${thread}${mark}?`,
    /** The names of the first threads follow. */
    askSeveral: (threads: number) => `Delete ${counted(threads, 'thread')}? `,
    /** After names, where there are more. */
    andMore: ', …',
    where: (app: string, host: string) => `Cannot be undone. App ${app} on ${host}`,
    messagesToo: (facts: string) => `Messages are deleted too. ${facts}`,
    lastLine: (threads: number, app: string) => `${counted(threads, 'thread')}, cannot be undone: ${app}`,
    /** Beside the box to tick, at most 40 columns; also the terminal's question. */
    title: 'Delete this thread for good',
    titleSeveral: (threads: number) => `Delete ${counted(threads, 'thread')} for good`,
  },
  removal: {
    ask: (who: string, thread: string, mark: string) => `Remove ${who} from ${thread}${mark}?`,
    askNameless: (who: string, id: string, mark: string) => `Remove ${who} from thread ${id}${mark}?`,
    askSeveral: (who: string, threads: number, mark: string) =>
      `Remove ${who} from ${counted(threads, 'thread')}${mark}?`,
    users: (count: number) => counted(count, 'user'),
    userList: (count: number, users: string) => `${count === 1 ? 'User' : 'Users'}: ${users}`,
    /** After some of the users. */
    inAll: (count: number) => ` … ${count} in all`,
    /** Of the users, those who own one of the threads. */
    ofThemOwners: (owners: string) => `OWNER ${owners}`,
    moreOwners: ', …',
    where: (app: string, host: string) => `App ${app} on ${host}. They stay in group`,
    title: (users: number, threads: number) => `Remove ${counted(users, 'user')} from ${counted(threads, 'thread')}`,
  },
};

export type Texts = typeof en;
