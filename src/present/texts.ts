import type { Language } from '../base/language.ts';
import { en } from './texts-en.ts';
import { zh } from './texts-zh.ts';

/**
 * All words for a person, in one language. Parameters arrive escaped, quoted and cut: a text only puts them in order.
 * What a model reads, the audit log and the texts of errors are English and stand elsewhere.
 */
export interface Texts {
  /** For `Intl.ListFormat`. */
  readonly locale: string;
  /** Between the facts of a line. */
  readonly separator: string;
  readonly inBrackets: (text: string) => string;
  /** Facts of a thread, as they stand in a question. */
  readonly facts: {
    readonly group: (group: string) => string;
    readonly groups: (count: string) => string;
    readonly owner: (owner: string) => string;
    readonly owners: (count: string) => string;
    readonly members: (count: number) => string;
    /** Where the member list was not read to its end. */
    readonly membersOrMore: (count: number) => string;
    readonly days: (first: string, last: string) => string;
    readonly threadId: (id: string) => string;
    /** A count of which more is possible: "3+". */
    readonly atLeast: (count: number) => string;
    readonly unknown: (what: string) => string;
    readonly someDatesUnknown: string;
    readonly undated: (count: number) => string;
    readonly names: {
      readonly group: string;
      readonly owner: string;
      readonly date: string;
      readonly members: string;
      readonly groups: string;
      readonly owners: string;
      readonly dates: string;
    };
    readonly nameUnknown: string;
    readonly notVerified: string;
    readonly countNotVerified: (count: number) => string;
    readonly alreadyGone: string;
    readonly countGone: (count: number) => string;
  };
  readonly deletion: {
    readonly ask: (thread: string, mark: string) => string;
    /** The names of the first threads follow. */
    readonly askSeveral: (threads: number) => string;
    /** After names, where there are more. */
    readonly andMore: string;
    readonly where: (app: string, host: string) => string;
    readonly messagesToo: (facts: string) => string;
    readonly lastLine: (threads: number, app: string) => string;
    /** Beside the box to tick, at most 40 columns; also the terminal's question. */
    readonly title: string;
    readonly titleSeveral: (threads: number) => string;
  };
  readonly removal: {
    readonly ask: (who: string, thread: string, mark: string) => string;
    readonly askNameless: (who: string, id: string, mark: string) => string;
    readonly askSeveral: (who: string, threads: number, mark: string) => string;
    readonly users: (count: number) => string;
    readonly userList: (count: number, users: string) => string;
    /** After some of the users. */
    readonly inAll: (count: number) => string;
    /** Of the users, those who own one of the threads. */
    readonly ofThemOwners: (owners: string) => string;
    readonly moreOwners: string;
    readonly where: (app: string, host: string) => string;
    readonly title: (users: number, threads: number) => string;
  };
  readonly terminal: {
    readonly yesOrNo: (title: string) => string;
    readonly answeredNo: string;
    readonly noTerminal: (flag: string) => string;
    readonly cancelled: string;
    readonly cancelledBefore: string;
    readonly cancelledAfter: string;
  };
}

const TABLES: Readonly<Record<Language, Texts>> = { en, zh };

export const textsOf = (language: Language): Texts => TABLES[language];
