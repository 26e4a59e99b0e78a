export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `1 user`, `2 users`. */
export const counted = (count: number | string, one: string): string =>
  `${count} ${one}${String(count) === '1' ? '' : 's'}`;

/** The parts that there are as one text: one idiom for what a text may leave out, as `defined` is for fields. */
export const joined = (separator: string, ...parts: readonly (string | false | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== false && part !== '').join(separator);

/** `100,000`. The first use of Intl for numbers would take 15 ms. */
export const inThousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
