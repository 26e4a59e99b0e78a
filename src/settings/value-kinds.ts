import * as z from 'zod';
import { withHome } from '../base/with-home.ts';
import type { ProblemWords, Say } from './problem-words-en.ts';

/*
 * What the text of a setting has to be, as a schema and in words.
 */

export const valueKind = <S extends z.ZodType<unknown, string>>(schema: S, mustBe: Say) => ({ schema, mustBe });

/** A box to tick in the forms of hosts, and a flag without a value. */
export const yesOrNo = {
  schema: z.enum(['1', 'true', '0', 'false']).transform((value) => value === '1' || value === 'true'),
  mustBe: (say: ProblemWords) => say.mustBe.yesOrNo,
  flag: true,
} as const;

export const oneOf = <const T extends readonly string[]>(values: T) => ({
  ...valueKind(z.enum(values), (say) => say.mustBe.oneOf(values)),
  choices: values,
});

export const wholeNumber = (from: number, to: number) =>
  valueKind(
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number)
      .refine((value) => value >= from && value <= to),
    (say) => say.mustBe.wholeNumber(from, to),
  );

/** Header text: a line break or a blank in it would end the header or the token early. */
export const token = valueKind(z.string().regex(/^[\x21-\x7e]+$/), (say) => say.mustBe.token);

/** A relative one would be in the folder that a host happens to start the server in. */
export const fullPath = valueKind(
  z
    .string()
    .regex(/^(~?[\\/]|[A-Za-z]:[\\/])/)
    .transform(withHome),
  (say) => say.mustBe.fullPath,
);

/** A person who starts a server for a team may be in the folder of the file. */
export const anyPath = valueKind(z.string().transform(withHome), (say) => say.mustBe.fullPath);

export const hex32 = valueKind(z.string().regex(/^[0-9a-fA-F]{32}$/), (say) => say.mustBe.hex32);

export const appKey = valueKind(
  z
    .string()
    .regex(/^[^#/\\?\s]+#[^#/\\?\s]+$/)
    .refine((key) => !key.split('#').some((part) => part === '.' || part === '..')),
  (say) => say.mustBe.appKey,
);

export const pathPart = valueKind(z.string().regex(/^(?!\.{1,2}$)[^#/\\?\s]+$/), (say) => say.mustBe.pathPart);

/** What it is made of is checked where it is read. */
export const host = valueKind(z.string(), (say) => say.mustBe.host);

/** With a path or without: only the host counts, as requests name it. */
export const httpUrl = valueKind(
  z
    .string()
    .refine((text) => /^https?:\/\/[^\s@?#]+$/i.test(text) && URL.canParse(text))
    .transform((text) => new URL(text)),
  (say) => say.mustBe.httpUrl,
);

export const replica = valueKind(z.string().regex(/^[A-Za-z0-9-]{1,32}$/), (say) => say.mustBe.replica);

/** Names separated by commas; whether there are such tools is not known here. */
export const toolNames = valueKind(
  z.string().transform((names) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
  (say) => say.mustBe.toolNames,
);
