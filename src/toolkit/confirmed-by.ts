/** How a person's yes reached the server: `terminal` and `flag` come from our own command line only. */
export const CONFIRMED_BY = ['form', 'click', 'code', 'terminal', 'flag'] as const;
export type ConfirmedBy = (typeof CONFIRMED_BY)[number];

/** No more than is known: a code proves only that a second call was made. */
export const CONFIRMED_WORDS: Record<ConfirmedBy, string> = {
  form: "confirmed in the client's form",
  click: 'confirmed by a click in the view',
  code: 'confirmed by a second call with a code',
  terminal: 'confirmed on the terminal',
  flag: 'confirmed by --confirm',
};
