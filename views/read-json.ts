/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object, or an empty one in place of anything else: what a host or server leaves out is then simply not there. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** The string, or an empty one. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The array, or an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
