/** What each cell of each host is held against, by the names of `cells.ts`. */
export const EXPECTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {};
