import { utcClock } from '../present/time.ts';

/** How a person's yes reached the server: `terminal` and `flag` come from our own command line only. */
export const CONFIRMED_BY = ['form', 'click', 'code', 'terminal', 'flag'] as const;
export type ConfirmedBy = (typeof CONFIRMED_BY)[number];

/** No more than is known: a code proves only that a second call was made. */
const WORDS: Record<Exclude<ConfirmedBy, 'click'>, string> = {
  form: "confirmed in the client's form",
  code: 'confirmed by a second call with a code',
  terminal: 'confirmed on the terminal',
  flag: 'confirmed by --confirm',
};

/** @param at in milliseconds since 1970: a model learns of a click in a later call, so its time is named */
export const confirmedWords = (by: ConfirmedBy, at: number): string =>
  by === 'click' ? `confirmed by a click at ${utcClock(at)}` : WORDS[by];
